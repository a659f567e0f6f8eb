"""Which rules are active: by code, name or prefix, by profile."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .errors import UserError, nearest
from .rule import RuleClass


def matches(rule: RuleClass, selector: str) -> bool:
    """Whether a selector (a code, a name, a prefix of codes, or `ALL`) means this rule."""
    if selector in {rule.code, rule.name, "ALL"}:
        return True
    return selector.isupper() and rule.code.startswith(selector)


def select_rules(
    rules: Sequence[RuleClass], *, select: Iterable[str], ignore: Iterable[str], profile: str
) -> list[RuleClass]:
    """Return the active rules, in the order given.

    Raises:
        UserError: a selector means no rule.
    """
    select, ignore = list(select), list(ignore)
    for selector in (*select, *ignore):
        check_selector(rules, selector)
    chosen: list[RuleClass] = []
    for rule in rules:
        named = any(selector in {rule.code, rule.name} for selector in select)
        wanted = not select or any(matches(rule, selector) for selector in select)
        if rule.profiles and profile not in rule.profiles and not named:
            wanted = False
        ignored = any(matches(rule, selector) for selector in ignore)
        if wanted and (
            not ignored or (named and rule.code not in ignore and rule.name not in ignore)
        ):
            chosen.append(rule)
    return chosen


def check_selector(rules: Sequence[RuleClass], selector: str) -> None:
    """Raise `UserError` when a selector means no rule."""
    if not any(matches(rule, selector) for rule in rules):
        known = [word for rule in rules for word in (rule.code, rule.name)]
        raise UserError(f'unknown rule "{selector}"', nearest(selector, known))
