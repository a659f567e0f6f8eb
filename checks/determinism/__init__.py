"""DET: nondeterministic operations and settings."""

from ...auditor.rule import RuleClass
from .attention import NondeterministicAttention
from .compiled import CompiledRandom
from .disabled import DeterminismDisabled
from .enabling import CublasWorkspaceUnset, DeterminismNotEnabled
from .kernels import AutotunedKernels, ContradictoryFlags
from .late import LateFlag
from .nondeterministic import NondeterministicOperation
from .raising import NoDeterministicKernel
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
