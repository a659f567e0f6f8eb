"""Where a file sets a switch of determinism, kernel choice or precision, and to what."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from ...auditor.file import File
from ...auditor.nodes import last_name
from ...auditor.scopes import Scope


@dataclass(frozen=True, slots=True)
class Switch:
    """A row of `checks/data/switches.json`: what a value of this switch does."""

    id: str
    framework: str
    kind: str
    name: str
    values: dict[str, str]
    says: str
    keyword: str | None = None
    position: int | None = None
    default: str | None = None
    modules: tuple[str, ...] = ()
    since: str | None = None
    until: str | None = None
    read: str | None = None


@dataclass(frozen=True, slots=True)
class Setting:
    """One place that sets a switch. `value` is None when the file does not say it."""

    switch: Switch
    value: Any
    effect: str | None
    node: ast.AST
    scope: Scope

    @property
    def spelled(self) -> str:
        """The setting as a person would write it."""
        switch, name = self.switch, self.switch.name
        match switch.kind:
            case "attribute" | "environment":
                return f"{name} = {self.value}"
            case "call" if self.value is not None:
                keyword = f"{switch.keyword}=" if switch.position is None else ""
                return f"{name}({keyword}{self.value!r})"
            case "call":
                return f"{name}()"
            case "argument":
                return f"{name}({switch.keyword}={self.value!r})"
            case "flag":
                return f"{name}={self.value}" if self.value else name
            case _:
                return f"{name} = {self.value!r}"


_FIELDS = "id framework kind name values says keyword position default since until read".split()


@cache
def switches() -> tuple[Switch, ...]:
    """Return the table of switches."""
    text = files("fwaudit.checks.data").joinpath("switches.json").read_text("utf-8")
    rows: list[dict[str, Any]] = json.loads(text)
    return tuple(_switch(row) for row in rows)


def _switch(row: dict[str, Any]) -> Switch:
    given: dict[str, Any] = {name: row.get(name) for name in _FIELDS}
    return Switch(**given, modules=tuple(row.get("modules", ())))


@cache
def _by_name() -> dict[str, Switch]:
    return {switch.name: switch for switch in switches() if switch.kind != "argument"}


@cache
def switches_of_argument(called: str) -> tuple[Switch, ...]:
    """Return the switches that are arguments of a class or function of this name."""
    return tuple(
        switch for switch in switches() if switch.kind == "argument" and switch.name == called
    )


#: Words of which a file that sets any switch holds at least one.
WORDS = frozenset(
    {
        "cudnn",
        "use_deterministic_algorithms",
        "set_deterministic",
        "set_deterministic_debug_mode",
        "max_autotune",
        "autotune",
        "benchmark",
        "deterministic",
        "fp32_precision",
        "allow_tf32",
        "set_float32_matmul_precision",
        "allow_fp16_reduced_precision_reduction",
        "allow_bf16_reduced_precision_reduction",
        "allow_fp16_accumulation",
        "enable_full_determinism",
        "full_determinism",
        "enable_reproducibility",
        "CUBLAS_WORKSPACE_CONFIG",
        "TORCHINDUCTOR_MAX_AUTOTUNE",
        "enable_op_determinism",
        "TF_DETERMINISTIC_OPS",
        "TF_CUDNN_DETERMINISTIC",
        "TF_CUDNN_USE_AUTOTUNE",
        "TF_DISABLE_SCATTER_OP_DETERMINISM",
        "TF_DISABLE_SEGMENT_REDUCTION_OP_DETERMINISM_EXCEPTIONS",
        "enable_tensor_float_32_execution",
        "jax_default_matmul_precision",
        "XLA_FLAGS",
    }
)

#: Effects that ask for determinism.
STRICT = frozenset({"deterministic", "deterministic-warn", "deterministic-cudnn"})
_ENVIRONMENTS = frozenset({"os.environ", "os.environb"})


def settings(file: File) -> tuple[Setting, ...]:
    """Return the settings of a file, in the order of its lines."""
    return file.once(_settings)


def _settings(file: File) -> tuple[Setting, ...]:
    return tuple(sorted(_find(file), key=lambda item: getattr(item.node, "lineno", 0)))


def _find(file: File) -> Iterator[Setting]:
    for node in file.nodes.of(ast.Assign):
        for target in node.targets:
            yield from _assigned(file, node, target, node.value)
    lasts = _lasts(file)
    for call in file.nodes.of(ast.Call):
        if last_name(call.func) in lasts:
            yield from _called(file, call)


@cache
def _last_parts(kind: str) -> frozenset[str]:
    return frozenset(s.name.rsplit(".", 1)[-1] for s in switches() if s.kind == kind)


def _lasts(file: File) -> set[str]:
    """Return the last parts of calls that may set a switch, with the other names they have here."""
    lasts = {"setdefault", "putenv", "update", *_last_parts("call"), *_last_parts("argument")}
    renamed = {
        alias.asname
        for node in file.nodes.of(ast.ImportFrom)
        for alias in node.names
        if alias.name in lasts and alias.asname is not None
    }
    for node in file.nodes.of(ast.Assign):
        if isinstance(node.value, ast.Attribute) and node.value.attr in lasts:
            renamed |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return lasts | renamed


def _assigned(file: File, node: ast.Assign, target: ast.expr, value: ast.expr) -> Iterator[Setting]:
    match target:
        case ast.Attribute(attr=attr) if attr in _last_parts("attribute"):
            scope = file.scope_of(node)
            name = file.dotted(target, scope)
            if name is not None and (switch := _by_name().get(name)) is not None:
                yield _setting(file, switch, value, node, scope)
        case ast.Subscript(value=holder, slice=ast.Constant(value=str(variable))):
            scope = file.scope_of(node)
            if file.dotted(holder, scope) in _ENVIRONMENTS:
                yield from _environment(file, variable, value, node, scope)
        case _:
            pass


def _called(file: File, call: ast.Call) -> Iterator[Setting]:
    last = last_name(call.func)
    scope = file.scope_of(call)
    name = file.dotted(call.func, scope)
    if name in {"os.environ.setdefault", "os.putenv"} and len(call.args) == 2:
        variable = file.values.constant(call.args[0], scope)
        if variable is not None and isinstance(variable.value, str):
            yield from _environment(file, variable.value, call.args[1], call, scope)
    elif name == "os.environ.update":
        yield from _updated(file, call, scope)
    elif name == "jax.config.update" and len(call.args) == 2:
        option = file.values.constant(call.args[0], scope)
        if option is not None and (switch := _by_name().get(str(option.value))) is not None:
            yield _setting(file, switch, call.args[1], call, scope)
    elif name is not None and (switch := _by_name().get(name)) is not None:
        if (given := _given(call, switch)) is not None:
            yield _setting(file, switch, given, call, scope)
        elif switch.keyword is None:
            yield Setting(switch, None, switch.default, call, scope)
    for switch in switches_of_argument(last):
        given = _given(call, switch)
        if given is not None and (name or last).split(".", 1)[0] in switch.modules:
            yield _setting(file, switch, given, call, scope)


def _updated(file: File, call: ast.Call, scope: Scope) -> Iterator[Setting]:
    for keyword in call.keywords:
        if keyword.arg is not None:
            yield from _environment(file, keyword.arg, keyword.value, call, scope)
    if call.args and isinstance(call.args[0], ast.Dict):
        for key, value in zip(call.args[0].keys, call.args[0].values, strict=True):
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                yield from _environment(file, key.value, value, call, scope)


def _given(call: ast.Call, switch: Switch) -> ast.expr | None:
    for keyword in call.keywords:
        if keyword.arg is not None and keyword.arg == switch.keyword:
            return keyword.value
    if switch.position is not None and switch.position < len(call.args):
        return call.args[switch.position]
    return None


def _environment(
    file: File, variable: str, value: ast.expr, node: ast.AST, scope: Scope
) -> Iterator[Setting]:
    if variable == "XLA_FLAGS":
        yield from _flags(file, value, node, scope)
    elif (switch := _by_name().get(variable)) is not None and switch.kind == "environment":
        yield _setting(file, switch, value, node, scope)


def _flags(file: File, value: ast.expr, node: ast.AST, scope: Scope) -> Iterator[Setting]:
    """Read the flags in a text, also when it is joined from parts that are not all known."""
    texts = [
        part.value
        for part in ast.walk(value)
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    ]
    if not texts and (known := file.values.constant(value, scope)) is not None:
        texts = [str(known.value)]
    for text in " ".join(texts).split():
        name, _, given = text.partition("=")
        if (switch := _by_name().get(name)) is not None:
            yield Setting(switch, given, switch.values.get(given.lower()), node, scope)


def _setting(file: File, switch: Switch, value: ast.expr, node: ast.AST, scope: Scope) -> Setting:
    known = file.values.constant(value, scope)
    if known is None or known.via in {"parameter", "option"}:
        return Setting(switch, None, None, node, scope)
    return Setting(switch, known.value, switch.values.get(str(known.value).lower()), node, scope)


def chosen(file: File, node: ast.AST) -> bool:
    """Whether a setting stands under a condition that asks for speed, a seed or determinism."""
    at = file.parents.get(node)
    child: ast.AST = node
    while at is not None and not isinstance(at, (ast.FunctionDef, ast.AsyncFunctionDef)):
        if isinstance(at, (ast.If, ast.IfExp)) and child is not at.test:
            text = ast.unparse(at.test).lower()
            if any(word in text for word in _CHOICES):
                return True
        child, at = at, file.parents.get(at)
    return False


_CHOICES = ("seed", "determin", "benchmark", "repro", "tf32", "autotune", "precision", "speed")


def same_path(file: File, first: ast.AST, second: ast.AST) -> bool:
    """Whether two nodes stand in one function and on no two exclusive branches."""
    return file.scope_of(first) is file.scope_of(second) and not _exclusive(file, first, second)


def _exclusive(file: File, first: ast.AST, second: ast.AST) -> bool:
    ways = {id(branch): part for branch, part in _branches(file, first)}
    return any(
        id(branch) in ways and ways[id(branch)] != part for branch, part in _branches(file, second)
    )


def _branches(file: File, node: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    child: ast.AST = node
    at = file.parents.get(node)
    while at is not None:
        if isinstance(at, (ast.If, ast.Try)):
            for part in ("body", "orelse", "handlers"):
                if child in getattr(at, part, ()):
                    yield at, part
        child, at = at, file.parents.get(at)
