"""KEY: JAX keys."""

from ...auditor.rule import RuleClass
from .reuse import KeyReuse, KeyReuseInLoop, ParentKeyAfterSplit, UnfoldedDeviceKey

RULES: tuple[RuleClass, ...] = (KeyReuse, ParentKeyAfterSplit, KeyReuseInLoop, UnfoldedDeviceKey)
