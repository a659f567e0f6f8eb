"""What a program on tables predicts of people, and from which of their attributes."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from ...auditor.entrypoints import is_test_path
from ...auditor.file import File
from ...auditor.place import Place
from ...auditor.regex import regex
from ..data.tables import table

_TARGET_NAMES = frozenset(
    (
        "target target_col target_column label label_col label_column outcome y_col y_column "
        "dependent_variable target_name response"
    ).split()
)
_Y_NAMES = frozenset(
    (
        "y Y train_y Y_train y_data ytrain target targets label labels y_train y_all y_true outcome"
    ).split()
)
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
    """Return the folded names of columns that hold protected attributes."""
    return frozenset(table("datasets")["protected_attributes"])


def folded_column(name: str) -> str:
    """Fold the name of a column: `MaritalStatus`, `Marital Status` and `marital.status` are one."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name.strip())
    return re.sub(r"[\W_]+", "_", spaced).strip("_").lower()


def spellings(names: Iterable[str]) -> frozenset[str]:
    """Return the forms in which columns stand in programs, for the gate."""
    found: set[str] = set()
    for name in names:
        titled = name.title()
        camel = titled.replace("_", "")
        found |= {
            name,
            name.upper(),
            titled,
            name.capitalize(),
            camel,
            camel[:1].lower() + camel[1:],
        }
    return frozenset(found)


_FITS = frozenset({"fit", "fit_resample", "fit_transform", "train", "compile"})
#: Columns that say by the name of their table what is decided.
_VAGUE = frozenset("risk status target class label outcome decision result y".split())
_DECISIONS = frozenset(
    (
        "credit loan loans mortgage hire hired hiring hirable hireable recruitment recruiting "
        "recidivism parole bail admission admissions welfare"
    ).split()
)
_TABLE_FILE = regex(r"([\w -]+)\.(?:csv|tsv|xlsx?|parquet|data|arff|feather)$", re.I)


@dataclass(frozen=True, slots=True)
class Target:
    """A column that a program predicts, and the protected columns that it predicts it from."""

    name: str
    place: Place
    used: tuple[tuple[str, Place], ...]
    #: The table, when only its name says that the column decides about people.
    table: str = ""


@lru_cache(maxsize=1)
def collect_targets(file: File) -> tuple[Target, ...]:
    """Return the targets of a program; several rules ask for the same file in a row."""
    if is_test_path(file.path) or not file.imported & _FITTERS:
        return ()
    return tuple(_Reading(file).targets())


class _Reading:
    """One look at a program on tables: its targets, and the columns that it keeps and drops."""

    def __init__(self, file: File) -> None:
        self.file = file
        self.known: dict[str, ast.AST] = {}
        self.vague: dict[str, ast.AST] = {}
        self.features: dict[str, ast.AST] = {}
        self.dropped: set[str] = set()
        self.strings: dict[str, ast.AST] = {}
        self.tables: list[str] = []
        self.everything = False
        self.fits = False
        for node in file.nodes.row:
            self._look(node)

    def targets(self) -> Iterator[Target]:
        """Yield what is predicted, when anything is fitted at all."""
        if not self.fits:
            return
        place = self.file.place
        used = [(name, place(at)) for name, at in self.features.items()]
        if self.everything:
            used += [
                (name, place(at))
                for name, at in self.strings.items()
                if name not in self.dropped and name not in self.features
            ]
        for name, at in self.known.items():
            yield Target(name, place(at), tuple(used))
        if self.tables and not self.known:
            for name, at in self.vague.items():
                yield Target(name, place(at), tuple(used), self.tables[0])

    def _look(self, node: ast.AST) -> None:
        match node:
            case ast.Constant(value=str(text)) if len(text) < 200:
                self._text(text, node)
            case ast.Attribute(attr=name) if folded_column(name) in protected():
                self.strings.setdefault(folded_column(name), node)
            case ast.Call():
                self._call(node)
            case ast.Assign(targets=[target], value=value):
                self._assignment(target, value)
            case ast.keyword(arg=str(name), value=value) if name in _TARGET_NAMES:
                self._target(value)
            case _:
                pass

    def _text(self, text: str, node: ast.AST) -> None:
        folded = folded_column(text)
        if folded in protected():
            self.strings.setdefault(folded, node)
        elif (match := _TABLE_FILE.search(text)) is not None and not _DECISIONS.isdisjoint(
            folded_column(match[1]).split("_")
        ):
            self.tables.append(match[0].strip())

    def _call(self, node: ast.Call) -> None:
        last = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        self.fits = self.fits or last in {
            "fit",
            "fit_resample",
            "fit_transform",
            "train",
            "compile",
        }
        if last == "drop":
            self.dropped |= {text for text, _ in self._strings(node)}
            self.everything = True
        elif last == "pop" and node.args:
            self._target(node.args[0])
        name = last or getattr(node.func, "id", "")
        if name == "train_test_split" and len(node.args) > 1:
            self._column(node.args[1])

    def _assignment(self, target: ast.expr, value: ast.expr) -> None:
        name = target.id if isinstance(target, ast.Name) else getattr(target, "attr", "")
        if name in _Y_NAMES:
            self._column(value)
        if name.lower() in _TARGET_NAMES:
            self._target(value)
        if name in _FEATURE_NAMES or name in {"X", "x", "X_train", "data", "df"}:
            listed = value.slice if isinstance(value, ast.Subscript) else value
            if isinstance(listed, (ast.List, ast.Tuple)):
                for text, at in self._strings(listed):
                    if text in protected():
                        self.features.setdefault(text, at)

    def _column(self, value: ast.expr) -> None:
        """Take the column that an expression reads: `df['y']`, `df.y.map(…)`, `df.pop('y')`."""
        found = value
        while isinstance(found, ast.Call) and isinstance(found.func, ast.Attribute):
            found = found.args[0] if found.func.attr == "pop" and found.args else found.func.value
        if isinstance(found, ast.Attribute) and found.attr == "values":
            found = found.value
        if isinstance(found, ast.Subscript):
            self._target(found.slice)
        elif isinstance(found, ast.Attribute):
            self._name(found.attr, found)
        elif isinstance(found, ast.Constant):
            self._target(found)

    def _target(self, node: ast.expr) -> None:
        if isinstance(node, (ast.List, ast.Tuple)) and len(node.elts) == 1:
            node = node.elts[0]
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            self._name(node.value, node)

    def _name(self, name: str, at: ast.AST) -> None:
        folded = folded_column(name)
        if folded in target_columns():
            self.known.setdefault(folded, at)
        elif folded in _VAGUE:
            self.vague.setdefault(folded, at)

    def _strings(self, node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
        for inner in self.file.nodes.of(ast.Constant, under=node):
            if isinstance(inner.value, str):
                yield folded_column(inner.value), inner
