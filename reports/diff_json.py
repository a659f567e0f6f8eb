"""fwaudit.diff/1: the comparison of two artefacts for programs."""

from __future__ import annotations

from typing import Any

from ..auditor.verify.artifacts import Comparison, Difference
from .options import RenderOptions
from .plain import to_json

SCHEMA = "fwaudit.diff/1"


def render(a: str, b: str, comparison: Comparison, options: RenderOptions) -> str:
    """Return the JSON text."""
    return to_json(document(a, b, comparison, options))


def document(a: str, b: str, comparison: Comparison, options: RenderOptions) -> dict[str, Any]:
    """Return the comparison as JSON values."""
    difference = comparison.difference
    return {
        "schema": SCHEMA,
        "fwaudit": options.version,
        "a": a,
        "b": b,
        "format": comparison.format,
        "same": difference is None,
        "summary": _summary(comparison),
        "notes": list(comparison.notes),
        "difference": None if difference is None else difference_document(difference),
    }


def _summary(comparison: Comparison) -> dict[str, Any]:
    difference = comparison.difference
    leaves = [] if difference is None else list(difference.leaves())
    deltas = [leaf.tensor for leaf in leaves if leaf.tensor is not None]
    return {
        "tensors": comparison.tensors,
        "tensors_differing": len(deltas),
        "elements_differing": sum(delta.elements_differing for delta in deltas),
        "max_ulp": max(
            (delta.max_ulp for delta in deltas if delta.max_ulp is not None), default=None
        ),
        "other_differences": len(leaves) - len(deltas),
    }


def difference_document(difference: Difference) -> dict[str, Any]:
    """Return one difference with its parts as JSON values."""
    delta = difference.tensor
    return {
        "name": difference.name,
        "kind": str(difference.kind),
        "message": difference.message,
        "tensor": None
        if delta is None
        else {
            "dtype": delta.dtype,
            "shape": list(delta.shape),
            "elements": delta.elements,
            "elements_differing": delta.elements_differing,
            "max_ulp": delta.max_ulp,
            "max_abs": delta.max_abs,
            "nan_mismatches": delta.nan_mismatches,
            "first_index": list(delta.first_index),
        },
        "children": [difference_document(child) for child in difference.children],
    }
