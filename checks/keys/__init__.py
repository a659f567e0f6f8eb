"""KEY: JAX keys."""

from ...auditor.rule import RuleClass
from .rebuilt import ConstantKeyRebuilt
from .reuse import KeyReuse, ParentKeyAfterSplit
from .sources import CollidingConstantKeys, EntropyKey
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
