"""The calls of one file that make a key from a constant."""

from __future__ import annotations

import ast

from ...auditor.file import File
from .names import CONSTRUCTORS, SAMPLERS, SPLIT

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_LOOPS = (ast.For, ast.AsyncFor, ast.While, ast.ListComp, ast.GeneratorExp, ast.SetComp)
_SHAPES = frozenset({"jax.eval_shape", "jax.make_jaxpr", "flax.nnx.eval_shape"})


class Constants:
    """The calls of one file that make a key from a constant."""

    def __init__(self, file: File) -> None:
        self.file = file
        named = [(self.dotted(node.func), node) for node in file.nodes.of(ast.Call)]
        self.calls = [node for name, node in named if name in CONSTRUCTORS]
        #: The calls that make Flax's bundle of keys, which all come from one number.
        self.bundles = [node for name, node in named if name == "flax.nnx.Rngs"]

    def dotted(self, node: ast.expr) -> str:
        """Return the resolved name, or an empty one."""
        return self.file.dotted(node, self.file.scope_of(node)) or ""

    def seed(self, call: ast.Call) -> str | None:
        """Return the constant that a key is made from, as text."""
        given = call.args[0] if call.args else None
        for keyword in call.keywords:
            if keyword.arg == "seed":
                given = keyword.value
        if given is None:
            return None
        known = self.file.values.constant(given, self.file.scope_of(call))
        if known is None or known.via in {"parameter", "option"}:
            return None
        return str(known.value) if isinstance(known.value, int) else None

    def function(self, node: ast.AST) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
        """Return the function around a node."""
        return self.file.enclosing_function(node)

    def holder(self, call: ast.Call) -> ast.Name | None:
        """Return the variable to which the key is assigned."""
        parent = self.file.parents.get(call)
        if isinstance(parent, ast.Assign) and isinstance(parent.targets[0], ast.Name):
            return parent.targets[0]
        return None

    def draws(self, call: ast.Call, within: ast.AST, *, itself: bool = False) -> bool:
        """Whether JAX draws from this key inside `within`, or splits it (unless `itself`)."""
        name = self.holder(call)
        uses = SAMPLERS if itself else SAMPLERS | {SPLIT}
        for node in self.file.nodes.of(ast.Call, under=within):
            if self.dotted(node.func) not in uses:
                continue
            first = node.args[0] if node.args else None
            if first is call:
                return True
            if name is not None and isinstance(first, ast.Name) and first.id == name.id:
                return True
        return False

    def shapes_only(self, call: ast.Call) -> bool:
        """Whether the key only serves to trace shapes."""
        at = self.file.parents.get(call)
        while isinstance(at, (ast.expr, ast.keyword)):
            if isinstance(at, ast.Call) and self.dotted(at.func) in _SHAPES:
                return True
            at = self.file.parents.get(at)
        return False


def loop_around(file: File, call: ast.Call) -> ast.AST | None:
    child: ast.AST = call
    at = file.parents.get(call)
    while at is not None and not isinstance(at, (*FUNCTIONS, ast.Lambda)):
        if isinstance(at, (ast.For, ast.AsyncFor)) and child is not at.iter:
            return at
        if isinstance(at, ast.While):
            return at
        if isinstance(at, _LOOPS) and child is getattr(at, "elt", None):
            return at
        child, at = at, file.parents.get(at)
    return None


def stands_in(file: File, call: ast.Call) -> bool:
    """Whether a key stands in for one that was not given: `if key is None: key = PRNGKey(0)`."""
    for at in file.ancestors(call):
        if isinstance(at, FUNCTIONS):
            return False
        if isinstance(at, (ast.If, ast.IfExp)):
            match at.test:
                case ast.Compare(ops=[ast.Is()], comparators=[ast.Constant(value=None)]):
                    return True
                case _:
                    pass
    return False


def constants_of(file: File) -> Constants:
    return file.once(Constants)
