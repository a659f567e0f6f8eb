"""Calls that list a directory."""

from __future__ import annotations

import ast

from ...auditor.file import Site
from ...auditor.nodes import last_name
from ..usage.branches import tests

LISTINGS = frozenset(
    """
    os.listdir os.scandir os.walk glob.glob glob.iglob glob.glob1
    mmcv.scandir mmengine.scandir mmengine.list_dir_or_file basicsr.utils.scandir
    """.split()
) | frozenset(
    # TensorFlow 2.21 was seen to hand on what the operating system lists.
    f"tensorflow.{old}{name}"
    for old in ("", "compat.v1.", "compat.v2.")
    for name in (
        "gfile.Glob gfile.ListDirectory gfile.Walk io.gfile.glob io.gfile.listdir io.gfile.walk"
    ).split()
)
PATH_METHODS = frozenset({"iterdir", "rglob", "glob", "walk"})
_PATH_MAKERS = ("pathlib.", "upath.", "anyio.Path")


def lists(site: Site) -> bool:
    """Whether a call lists a directory in the file system's own order."""
    if site.name in LISTINGS:
        return True
    if site.last not in PATH_METHODS or site.receiver is None:
        return False
    if site.name is not None and not site.name.startswith(_PATH_MAKERS):
        root = site.name.split(".", 1)[0]
        if root in site.file.imported:
            return False
    return _is_path(site, site.receiver)


def lists_a_store(site: Site) -> bool:
    """Whether TensorFlow lists a store of Google's, which hands names out sorted."""
    if not (site.name or "").startswith("tensorflow."):
        return False
    asked = [test for test, holds in tests(site.file, site.node) if holds]
    return any(
        isinstance(part, ast.Constant) and isinstance(part.value, str) and "gs://" in part.value
        for node in (*asked, *site.call.args[:1])
        for part in ast.walk(node)
    )


def _is_path(site: Site, node: ast.expr, depth: int = 0) -> bool:
    """Whether an expression is visibly a `pathlib.Path`."""
    if depth > 4:
        return False
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        return _is_path(site, node.left, depth + 1) or isinstance(node.right, ast.Constant)
    if isinstance(node, ast.Attribute) and node.attr in {"parent", "parents"}:
        return True
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"resolve", "absolute", "expanduser", "joinpath"}
    ):
        return True
    origin = site.origin(node) or ""
    if origin.startswith(_PATH_MAKERS):
        return True
    if isinstance(node, ast.Name) and (found := site.scope.lookup(node.id)) is not None:
        values = [binding.value for binding in found[1] if binding.value is not None]
        return any(
            isinstance(value, (ast.BinOp, ast.Call)) and _is_path(site, value, depth + 1)
            for value in values
        )
    return False


def follows_another(site: Site) -> bool:
    """Whether this is the second of listings that one expression adds up: one fault."""
    child: ast.AST = site.call
    for at in site.ancestors():
        if not isinstance(at, (ast.expr, ast.comprehension)):
            return False
        if isinstance(at, ast.BinOp) and isinstance(at.op, ast.Add) and at.right is child:
            return any(
                isinstance(node, ast.Call)
                and site.dotted(node.func) == site.name
                and last_name(node.func) == site.last
                and "sort" not in _called(site.file.parents.get(node))
                for node in ast.walk(at.left)
            )
        child = at
    return False


def _called(node: ast.AST | None) -> str:
    return last_name(node.func).lower() if isinstance(node, ast.Call) else ""


def spelled(site: Site) -> str:
    """Return how the listing is written."""
    if site.name in LISTINGS:
        return f"{site.name}()"
    return f".{site.last}()"
