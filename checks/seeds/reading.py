"""What the site rules of this family ask about an expression and a file."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ...auditor.file import Site
from ...auditor.regex import regex
from ...auditor.scopes import Bound, Scope

#: Values that differ from run to run, and what a message calls them.
ENTROPY_CALLS = {
    "time.time": "the clock",
    "time.time_ns": "the clock",
    "time.perf_counter": "the clock",
    "time.perf_counter_ns": "the clock",
    "time.monotonic": "the clock",
    "time.monotonic_ns": "the clock",
    "datetime.datetime.now": "the clock",
    "datetime.datetime.utcnow": "the clock",
    "datetime.datetime.today": "the clock",
    "os.getpid": "the process id",
    "os.getppid": "the process id",
    "os.urandom": "the system's entropy",
    "uuid.uuid1": "a fresh UUID",
    "uuid.uuid4": "a fresh UUID",
    "secrets.randbelow": "the system's entropy",
    "secrets.randbits": "the system's entropy",
    "secrets.token_bytes": "the system's entropy",
    "secrets.token_hex": "the system's entropy",
    "random.SystemRandom": "the system's entropy",
    "torch.seed": "a non-deterministic number",
    "torch.random.seed": "a non-deterministic number",
}
_TESTS = regex(r"(^|/)(tests?|testing)/|(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$")
_MAX_DEPTH = 6


def in_tests(path: str) -> bool:
    """Whether a file belongs to a test suite, where fresh numbers are often meant."""
    return bool(_TESTS.search(path))


def entropy_in(
    node: ast.expr, site: Site, scope: Scope | None = None, depth: int = 0
) -> tuple[ast.expr, str] | None:
    """Return the part of an expression that differs from run to run, and what it is.

    Follows names that are assigned once. An alternative (`a or b`, `a if c else b`) counts only
    when every branch differs.
    """
    scope = scope or site.scope
    if depth > _MAX_DEPTH:
        return None
    match node:
        case ast.IfExp():
            branches = [
                entropy_in(part, site, scope, depth + 1) for part in (node.body, node.orelse)
            ]
            return branches[0] if all(branches) else None
        case ast.BoolOp():
            return None
        case ast.Call():
            name = site.file.dotted(node.func, scope)
            if name in ENTROPY_CALLS:
                return node, ENTROPY_CALLS[name]
            if name == "builtins.hash" and node.args and is_text(node.args[0], scope):
                return node, "hash() of a text, which is salted anew in each process"
            parts = [*node.args, *[keyword.value for keyword in node.keywords]]
            if isinstance(node.func, ast.Attribute):
                parts.append(node.func.value)
            # A call of something unknown may do anything with its arguments.
            if name is not None and not name.startswith(("builtins.", "datetime.", "numpy.")):
                if not name.startswith(("time.", "uuid.", "os.", "secrets.", "random.")):
                    return None
            return _first(parts, site, scope, depth)
        case ast.Name():
            found = scope.lookup(node.id)
            if found is None or len(found[1]) != 1:
                return None
            binding = found[1][0]
            if binding.how is Bound.ASSIGNED and binding.value is not None:
                return entropy_in(binding.value, site, found[0], depth + 1)
            return None
        case ast.BinOp():
            return _first([node.left, node.right], site, scope, depth)
        case ast.UnaryOp():
            return entropy_in(node.operand, site, scope, depth + 1)
        case ast.Attribute() | ast.Subscript() | ast.Starred():
            return entropy_in(node.value, site, scope, depth + 1)
        case ast.Tuple() | ast.List():
            return _first(node.elts, site, scope, depth)
        case _:
            return None


def _first(
    parts: list[ast.expr], site: Site, scope: Scope, depth: int
) -> tuple[ast.expr, str] | None:
    for part in parts:
        if (found := entropy_in(part, site, scope, depth + 1)) is not None:
            return found
    return None


def is_text(node: ast.expr, scope: Scope) -> bool:
    """Whether an expression is visibly a text."""
    match node:
        case ast.JoinedStr():
            return True
        case ast.Constant():
            return isinstance(node.value, str)
        case ast.Call(func=ast.Name(id="str" | "repr")):
            return True
        case ast.Call(func=ast.Attribute(attr="join" | "format" | "lower" | "strip")):
            return True
        case ast.BinOp(op=ast.Add()):
            return is_text(node.left, scope) or is_text(node.right, scope)
        case ast.Name():
            found = scope.lookup(node.id)
            if found is None or len(found[1]) != 1:
                return False
            binding = found[1][0]
            if isinstance(binding.node, ast.arg):
                annotation = binding.node.annotation
                return isinstance(annotation, ast.Name) and annotation.id == "str"
            return binding.value is not None and is_text(binding.value, found[0])
        case _:
            return False


def is_fallback(site: Site) -> bool:
    """Whether the value only stands in for one that was not given.

    `rng or default_rng()`, `if rng is None: rng = …`, `default_rng() if rng is None else rng`.
    """
    inner: ast.AST = site.node
    for outer in site.ancestors():
        if isinstance(outer, ast.BoolOp) and isinstance(outer.op, ast.Or):
            if outer.values[0] is not inner:
                return True
        elif isinstance(outer, (ast.IfExp, ast.If)):
            if inner is not outer.test and _asks_for_none(outer.test):
                return True
        elif isinstance(outer, ast.ExceptHandler):
            return True
        if isinstance(outer, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)):
            return False
        inner = outer
    return False


def _asks_for_none(test: ast.expr) -> bool:
    for node in ast.walk(test):
        if isinstance(node, ast.Compare) and any(
            isinstance(side, ast.Constant) and side.value is None for side in node.comparators
        ):
            return True
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            return True
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"isinstance", "hasattr"}:
            return True
    return isinstance(test, (ast.Name, ast.Attribute))


def is_none(node: ast.expr) -> bool:
    """`None`, as a seed that is not given."""
    return isinstance(node, ast.Constant) and node.value is None


def calls_of(tree: ast.AST) -> Iterator[ast.Call]:
    """Yield the calls below a node."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield node
