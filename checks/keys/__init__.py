"""KEY: JAX keys."""

from ...auditor.rule import RuleClass
from .rebuilt import ConstantKeyRebuilt
from .reuse import KeyReuse, KeyReuseInLoop, ParentKeyAfterSplit, UnfoldedDeviceKey
from .sources import CollidingConstantKeys, EntropyKey
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
