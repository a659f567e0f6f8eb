"""Where the manual stands on the web."""

from __future__ import annotations

from ..auditor.manual import REPOSITORY, rule_url

__all__ = ["REPOSITORY", "rule_url"]
