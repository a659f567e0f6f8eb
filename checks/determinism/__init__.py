"""DET: nondeterministic operations and settings."""

from ...auditor.rule import RuleClass
from .kernels import AutotunedKernels, ContradictoryFlags, DeterminismDisabled
from .nondeterministic import (
    NoDeterministicKernel,
    NondeterministicAttention,
    NondeterministicOperation,
)

RULES: tuple[RuleClass, ...] = (
    NondeterministicOperation,
    AutotunedKernels,
    ContradictoryFlags,
    DeterminismDisabled,
    NoDeterministicKernel,
    NondeterministicAttention,
)
