"""KEY: JAX keys."""

from ...auditor.rule import RuleClass
from .entropy import EntropyKey
from .rebuilt import ConstantKeyRebuilt
from .reuse import KeyReuse, ParentKeyAfterSplit
from .sources import CollidingConstantKeys
from .tracing import HostRandomnessInJit
from .turns import KeyReuseInLoop, UnfoldedDeviceKey

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
