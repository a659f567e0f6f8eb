"""NUM: numerics that move between machines."""

from ...auditor.rule import RuleClass

RULES: tuple[RuleClass, ...] = ()
