"""Comparing what two runs left: files and folders, tensor by tensor."""

from __future__ import annotations

from .diff import compare_artifacts, diff_artifacts
from .difference import Comparison, Difference, Kind, TensorDelta

__all__ = ["Comparison", "Difference", "Kind", "TensorDelta", "compare_artifacts", "diff_artifacts"]
