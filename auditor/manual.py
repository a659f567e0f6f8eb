"""The manual: a page a rule, and the table of all rules, from the rules themselves."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from .example import Example
from .rule import RuleClass

REPOSITORY = "https://github.com/fwaudit/fwaudit"


def rule_url(name: str) -> str:
    """Return the address of a rule's page, by the rule's name."""
    return f"{REPOSITORY}/blob/main/docs/rules/{name}.md"


_SUPPRESS = (
    "`# fwaudit: ignore[{name}] why it does not apply here`, or leave the rule out: "
    "`--ignore {code}`."
)


def manual_page(rule: RuleClass) -> str:
    """Return the page of a rule as Markdown: docstring, properties, examples."""
    manual = rule.manual().strip()
    summary, _, rest = manual.partition("\n")
    fixable = any(example.fixed is not None for example in rule.bad)
    properties = [
        f"severity {rule.severity}",
        f"confidence {rule.confidence}",
        f"since {rule.since}",
        "fixable" if fixable else "",
        f"profiles {', '.join(rule.profiles)}" if rule.profiles else "",
    ]
    parts = [
        f"# {rule.code} {rule.name}",
        summary,
        " · ".join(item for item in properties if item),
        rest.strip(),
    ]
    if rule.bad:
        parts += ["## Example", "Reported:", _block(rule.bad[0])]
    if rule.good:
        parts += ["Not reported:", _block(rule.good[0])]
    parts += [
        "## Suppress",
        _SUPPRESS.format(name=rule.name, code=rule.code),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _block(example: Example) -> str:
    shown: list[str] = []
    for path, _ in example.all_files():
        text = dict(example.all_files())[path]
        marked = text.replace("# <-", "# <- reported").rstrip("\n")
        language = "python" if path.endswith((".py", ".ipynb")) else ""
        title = "" if path == "train.py" and not example.files else f"`{path}`:\n\n"
        shown.append(f"{title}```{language}\n{marked}\n```")
    return "\n\n".join(shown)


def rules_table(rules: Sequence[RuleClass]) -> str:
    """Return every rule, a line each."""
    width = max(len(rule.name) for rule in rules)
    return "\n".join(
        f"{rule.code:<8} {rule.name:<{width}}  {rule.severity:<7}  {rule.summary()}"
        for rule in rules
    )


def rules_json(rules: Sequence[RuleClass]) -> str:
    """Return every rule as JSON."""
    listed = [
        {
            "code": rule.code,
            "name": rule.name,
            "severity": rule.severity,
            "confidence": rule.confidence,
            "since": rule.since,
            "frameworks": list(rule.frameworks),
            "profiles": list(rule.profiles),
            "summary": rule.summary(),
            "url": rule_url(rule.name),
            "fixable": any(example.fixed is not None for example in rule.bad),
        }
        for rule in rules
    ]
    return json.dumps(listed, indent=1)


def write_pages(rules: Sequence[RuleClass], folder: Path) -> int:
    """Write a page a rule and their index; remove pages of rules that are gone."""
    folder.mkdir(parents=True, exist_ok=True)
    for rule in rules:
        (folder / f"{rule.name}.md").write_text(manual_page(rule), "utf-8")
    (folder / "README.md").write_text(index_page(rules), "utf-8")
    for page in folder.glob("*.md"):
        if page.stem != "README" and page.stem not in {rule.name for rule in rules}:
            page.unlink()
    return len(rules)


def index_page(rules: Sequence[RuleClass]) -> str:
    """Return the table of all rules as Markdown."""
    rows = [
        f"| [{rule.code}]({rule.name}.md) | {rule.name} | {rule.severity} | {rule.summary()} |"
        for rule in rules
    ]
    head = "# Rules\n\nGenerated from the rules themselves: `make docs`.\n\n"
    return (
        head + "\n".join(["| code | name | severity | what |", "|---|---|---|---|", *rows]) + "\n"
    )
