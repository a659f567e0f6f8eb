"""DET: nondeterministic operations and settings."""

from ...auditor.rule import RuleClass

RULES: tuple[RuleClass, ...] = ()
