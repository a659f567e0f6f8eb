"""Where the manual stands on the web."""

from __future__ import annotations

REPOSITORY = "https://github.com/fwaudit/fwaudit"


def rule_url(name: str) -> str:
    """Return the address of a rule's page."""
    return f"{REPOSITORY}/blob/main/docs/rules/{name}.md"
