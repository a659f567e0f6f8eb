"""NUM: numerics that move between machines."""

from ...auditor.rule import RuleClass
from .calibration import UnseededCalibration
from .export import UnpinnedOpset
from .precision import MatmulPrecision, ReducedPrecisionReduction, TensorFloat32

RULES: tuple[RuleClass, ...] = (
    TensorFloat32,
    ReducedPrecisionReduction,
    MatmulPrecision,
    UnpinnedOpset,
    UnseededCalibration,
)
