"""DET: nondeterministic operations and settings."""

from ...auditor.rule import RuleClass
from .kernels import AutotunedKernels, ContradictoryFlags, DeterminismDisabled

RULES: tuple[RuleClass, ...] = (AutotunedKernels, ContradictoryFlags, DeterminismDisabled)
