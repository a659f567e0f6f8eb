"""KEY: JAX keys."""

from ...auditor.rule import RuleClass
from .constants import CollidingConstantKeys, ConstantKeyRebuilt, EntropyKey
from .reuse import KeyReuse, KeyReuseInLoop, ParentKeyAfterSplit, UnfoldedDeviceKey
from .tracing import HostRandomnessInJit

RULES: tuple[RuleClass, ...] = (
    KeyReuse,
    ParentKeyAfterSplit,
    KeyReuseInLoop,
    ConstantKeyRebuilt,
    CollidingConstantKeys,
    EntropyKey,
    HostRandomnessInJit,
    UnfoldedDeviceKey,
)
