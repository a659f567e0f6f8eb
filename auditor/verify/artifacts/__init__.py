"""Comparing what two runs left: files and folders, tensor by tensor."""

from __future__ import annotations

from .artifact_error import ArtifactError
from .diff import compare_artifacts, diff_artifacts
from .difference import Comparison, Difference, Kind, TensorDelta

__all__ = [
    "ArtifactError",
    "Comparison",
    "Difference",
    "Kind",
    "TensorDelta",
    "compare_artifacts",
    "diff_artifacts",
]
