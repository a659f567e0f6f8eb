"""Which rules want a look at a file, and at which of its nodes."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from .rule import FileRule, ProjectRule, RuleClass, SiteRule

_WORD = re.compile(rb"[A-Za-z_][A-Za-z0-9_]*")
SiteRuleClass = type[SiteRule] | type[ProjectRule]


def tokens(data: bytes) -> frozenset[bytes]:
    """Return the identifiers of a file, strings and comments included."""
    return frozenset(_WORD.findall(data))


@dataclass(slots=True)
class Triggers:
    """What the active rules ask for, arranged for one look-up per node."""

    #: Full dotted name -> rules; last part of a name -> rules whose receiver need not be resolved.
    calls: dict[str, list[SiteRuleClass]] = field(default_factory=dict[str, list[SiteRuleClass]])
    methods: dict[str, list[SiteRuleClass]] = field(default_factory=dict[str, list[SiteRuleClass]])
    prefixes: list[tuple[str, SiteRuleClass]] = field(
        default_factory=list[tuple[str, SiteRuleClass]]
    )
    nodes: dict[type[ast.AST], list[SiteRuleClass]] = field(
        default_factory=dict[type[ast.AST], list[SiteRuleClass]]
    )
    files: list[type[FileRule]] = field(default_factory=list[type[FileRule]])
    #: Project rules that collect from whole files, with the words that such a file holds.
    file_collectors: list[tuple[type[ProjectRule], frozenset[bytes]]] = field(
        default_factory=list[tuple[type[ProjectRule], frozenset[bytes]]]
    )
    #: Last part of a dotted trigger -> the first parts that it may come from.
    roots: dict[bytes, set[bytes]] = field(default_factory=dict[bytes, set[bytes]])
    lone_words: set[bytes] = field(default_factory=set[bytes])
    prefix_roots: set[str] = field(default_factory=set[str])

    def wants(self, words: frozenset[bytes]) -> bool:
        """Whether a file with these identifiers can hold anything that an active rule wants."""
        if not self.lone_words.isdisjoint(words):
            return True
        return any(
            not roots.isdisjoint(words) for last, roots in self.roots.items() if last in words
        )

    def lasts(self, imported: bytes) -> frozenset[str] | None:
        """Return the last parts of calls worth resolving; None (all) if a prefix may apply."""
        if any(root.encode() in imported for root in self.prefix_roots):
            return None
        return self._lasts

    @property
    def _lasts(self) -> frozenset[str]:
        return frozenset(self.methods) | {name.rsplit(".", 1)[-1] for name in self.calls}

    def for_call(self, name: str | None, last: str) -> Iterable[SiteRuleClass]:
        """Yield the rules that want a call, each once."""
        seen: list[SiteRuleClass] = []
        if name is not None:
            seen += self.calls.get(name, ())
            seen += [rule for prefix, rule in self.prefixes if name.startswith(prefix)]
        seen += self.methods.get(last, ())
        return dict.fromkeys(seen)


def build_triggers(rules: Sequence[RuleClass]) -> Triggers:
    """Arrange what the rules ask for."""
    triggers = Triggers()
    for rule in rules:
        triggers.lone_words |= {word.encode() for word in rule.words}
        if issubclass(rule, FileRule):
            triggers.files.append(rule)
        elif issubclass(rule, (SiteRule, ProjectRule)):
            _add_site_rule(triggers, rule)
        if issubclass(rule, ProjectRule) and rule.collect_file is not ProjectRule.collect_file:
            triggers.file_collectors.append((rule, frozenset(w.encode() for w in rule.words)))
    return triggers


def _add_site_rule(triggers: Triggers, rule: SiteRuleClass) -> None:
    for name in rule.calls:
        triggers.calls.setdefault(name, []).append(rule)
        root, _, _ = name.partition(".")
        last = name.rsplit(".", 1)[-1].encode()
        if root == "builtins":
            triggers.lone_words.add(last)
        elif not rule.words:
            triggers.roots.setdefault(last, set()).add(root.encode())
    for method in rule.methods:
        triggers.methods.setdefault(method, []).append(rule)
        if not rule.words:
            triggers.lone_words.add(method.encode())
    for prefix in rule.prefixes:
        root = prefix.split(".", 1)[0]
        triggers.prefixes.append((prefix, rule))
        triggers.prefix_roots.add(root)
        if not rule.words:
            triggers.lone_words.add(root.encode())
    for kind in rule.nodes:
        triggers.nodes.setdefault(kind, []).append(rule)
