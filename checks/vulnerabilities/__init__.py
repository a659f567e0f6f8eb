"""VULN: known vulnerabilities of what the repository pins, looked up only when asked."""

from __future__ import annotations

from ...auditor.rule import RuleClass
from .rules import KnownVulnerability, NotAudited

RULES: tuple[RuleClass, ...] = (KnownVulnerability, NotAudited)
