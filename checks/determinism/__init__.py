"""DET: nondeterministic operations and settings."""

from ...auditor.rule import RuleClass
from .attention import NondeterministicAttention
from .compiled import CompiledRandom
from .disabled import DeterminismDisabled
from .enabling import CublasWorkspaceUnset, DeterminismNotEnabled
from .kernels import AutotunedKernels, ContradictoryFlags
from .late import LateFlag
from .nondeterministic import NoDeterministicKernel, NondeterministicOperation
from .uninitialized import UninitializedMemory

RULES: tuple[RuleClass, ...] = (
    NondeterministicOperation,
    DeterminismNotEnabled,
    AutotunedKernels,
    ContradictoryFlags,
    CublasWorkspaceUnset,
    DeterminismDisabled,
    NoDeterministicKernel,
    CompiledRandom,
    UninitializedMemory,
    LateFlag,
    NondeterministicAttention,
)
