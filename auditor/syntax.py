"""LibCST where it is needed: the statement around a node, parsed on demand, with its place."""

from __future__ import annotations

import ast
import gc
import textwrap
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # Importing LibCST costs more than scanning a small file: it is imported where it parses.
    import libcst as cst
    from libcst.metadata import MetadataWrapper


@contextmanager
def without_garbage_collection() -> Generator[None]:
    """Hold the cyclic collector off: parsing makes many objects and no garbage."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


@dataclass(frozen=True, slots=True)
class Fragment:
    """A parsed stretch of whole lines. `first_line` and `indent` lead back to the file."""

    module: cst.Module
    wrapper: MetadataWrapper
    first_line: int
    indent: int

    def find(self, node: ast.AST) -> cst.CSTNode | None:
        """Return the LibCST node with the same span as a node of the file's syntax tree."""
        from libcst.metadata import CodeRange, PositionProvider

        line = getattr(node, "lineno", 0) - self.first_line + 1
        end_line = getattr(node, "end_lineno", 0) - self.first_line + 1
        wanted = (
            line,
            getattr(node, "col_offset", 0) - self.indent,
            end_line,
            getattr(node, "end_col_offset", 0) - self.indent,
        )
        positions = self.wrapper.resolve(PositionProvider)
        kinds = _same_kind().get(type(node))
        for candidate, span in positions.items():
            assert isinstance(span, CodeRange)
            found = (span.start.line, span.start.column, span.end.line, span.end.column)
            if found == wanted and (kinds is None or isinstance(candidate, kinds)):
                return candidate
        return None


@cache
def _same_kind() -> dict[type[ast.AST], tuple[type[cst.CSTNode], ...]]:
    import libcst as cst

    return {
        ast.Call: (cst.Call,),
        ast.Name: (cst.Name,),
        ast.Attribute: (cst.Attribute,),
        ast.Assign: (cst.Assign,),
        ast.FunctionDef: (cst.FunctionDef,),
        ast.ClassDef: (cst.ClassDef,),
    }


def parse_fragment(lines: list[str], first_line: int, end_line: int) -> Fragment | None:
    """Parse lines `first_line` to `end_line` (from 1, both included) of a file with LibCST.

    Returns None when the stretch does not stand alone (half a decorator, a multi-line string whose
    lines cannot be dedented).
    """
    import libcst as cst
    from libcst.metadata import MetadataWrapper

    text = "\n".join(lines[first_line - 1 : end_line]) + "\n"
    dedented = textwrap.dedent(text)
    first = lines[first_line - 1]
    indent = len(first) - len(first.lstrip())
    if len(text) - len(dedented) and not dedented[:1].strip():
        return None
    try:
        with without_garbage_collection():
            module = cst.parse_module(dedented)
            wrapper = MetadataWrapper(module, unsafe_skip_copy=True)
    except (cst.ParserSyntaxError, RecursionError, ValueError):
        return None
    return Fragment(module, wrapper, first_line, indent)
