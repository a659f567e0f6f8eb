"""What a program on tables predicts of people, and from which of their attributes."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from typing import Any

from ...auditor.entrypoints import is_test_path
from ...auditor.file import File
from ..data.tables import table

_TARGET_NAMES = frozenset(
    (
        "target target_col target_column label label_col label_column outcome y_col y_column "
        "dependent_variable target_name response"
    ).split()
)
_Y_NAMES = frozenset(("y Y target targets label labels y_train y_all y_true outcome").split())
_FEATURE_NAMES = frozenset(
    (
        "features feature_cols feature_columns columns cols cat_cols categorical categorical_cols "
        "categorical_features cat_features num_cols numeric_features feature_names predictors "
        "inputs input_columns X_cols x_cols categorical_columns numerical_columns"
    ).split()
)
_FITTERS = frozenset(
    (
        "sklearn xgboost lightgbm catboost torch tensorflow keras statsmodels pycaret autogluon "
        "imblearn"
    ).split()
)


@cache
def target_columns() -> frozenset[str]:
    """Return every target column that a rule asks for."""
    rows = table("capabilities")["capabilities"]
    listed = {name for row in rows for name in row.get("targets", ())}
    return frozenset(listed | set(table("datasets")["consequential_targets"]))


@cache
def protected() -> frozenset[str]:
    """Return the names of columns that hold protected attributes."""
    return frozenset(table("datasets")["protected_attributes"])


def collect_targets(file: File) -> Iterator[tuple[str, Any, list[tuple[str, Any]], bool]]:
    """Yield (target column, place, protected columns used as features with places, all columns).

    The last says that the features are every column but the target.
    """
    if is_test_path(file.path) or not file.imported & _FITTERS:
        return
    fits = False
    targets: dict[str, ast.AST] = {}
    features: dict[str, ast.AST] = {}
    dropped: set[str] = set()
    strings: dict[str, ast.AST] = {}
    everything = False
    for node in ast.walk(file.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            strings.setdefault(node.value.lower(), node)
        elif isinstance(node, ast.Call):
            last = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            fits = fits or last in {"fit", "fit_resample", "fit_transform", "train", "compile"}
            if last == "drop":
                columns = {text for text, _ in _strings(node)}
                dropped |= columns
                everything = True
            elif last == "pop" and node.args:
                _target(node.args[0], targets)
        elif isinstance(node, ast.Assign) and len(node.targets) == 1:
            _assignment(node.targets[0], node.value, targets, features)
        elif isinstance(node, ast.keyword) and node.arg in _TARGET_NAMES:
            _target(node.value, targets)
    if not fits:
        return
    used = [(name, file.place(at)) for name, at in features.items()]
    if everything:
        used += [
            (name, file.place(at))
            for name, at in strings.items()
            if name in protected() and name not in dropped and name not in features
        ]
    for name, at in targets.items():
        yield name, file.place(at), used, everything


def _assignment(
    target: ast.expr, value: ast.expr, targets: dict[str, ast.AST], features: dict[str, ast.AST]
) -> None:
    name = target.id if isinstance(target, ast.Name) else getattr(target, "attr", "")
    if name in _Y_NAMES:
        found = value
        while isinstance(found, ast.Call) and isinstance(found.func, ast.Attribute):
            found = found.args[0] if found.func.attr == "pop" and found.args else found.func.value
        if isinstance(found, ast.Subscript):
            _target(found.slice, targets)
        elif isinstance(found, ast.Attribute):
            _known(found.attr, found, targets)
        elif isinstance(found, ast.Constant):
            _target(found, targets)
    if name.lower() in _TARGET_NAMES:
        _target(value, targets)
    if name in _FEATURE_NAMES or name in {"X", "x", "X_train", "data", "df"}:
        listed = value.slice if isinstance(value, ast.Subscript) else value
        if isinstance(listed, (ast.List, ast.Tuple)):
            for text, at in _strings(listed):
                if text in protected():
                    features.setdefault(text, at)


def _target(node: ast.expr, targets: dict[str, ast.AST]) -> None:
    if isinstance(node, (ast.List, ast.Tuple)) and len(node.elts) == 1:
        node = node.elts[0]
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        _known(node.value, node, targets)


def _known(name: str, at: ast.AST, targets: dict[str, ast.AST]) -> None:
    if name.lower() in target_columns():
        targets.setdefault(name.lower(), at)


def _strings(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
            yield inner.value.lower(), inner
