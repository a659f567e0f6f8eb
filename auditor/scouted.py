"""What one walk over the syntax tree of a file brings back."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass

from .scopes import Scope


@dataclass(frozen=True, slots=True)
class Import:
    """An imported module, or a name imported from it; relative imports are made absolute."""

    module: str
    name: str
    line: int
    star: bool = False


@dataclass(frozen=True, slots=True)
class Definition:
    """A function or class: `kind` is `function` or `class`; lines are of the joined text."""

    qualname: str
    kind: str
    line: int
    end_line: int


@dataclass(slots=True)
class Seen:
    """A node worth a look: where it stands, and for a call the last part of its name."""

    node: ast.AST
    scope: Scope
    statement: ast.stmt
    last: str = ""


class Scouted:
    """What the walk brought back.

    Definitions in which no rule has an interest are passed over at first; whoever asks for what
    is in them has them walked then.
    """

    def __init__(self, top: Scope) -> None:
        self.top = top
        self.imports: list[Import] = []
        self.seen: list[Seen] = []
        self.options: list[Seen] = []
        self.opened: dict[ast.AST, Scope] = {}
        self.defined: list[Definition] = []
        #: What walks a definition that was passed over, by its node.
        self.passed: dict[ast.AST, Callable[[], None]] = {}

    def scope_opened_by(self, node: ast.AST) -> Scope | None:
        """Return the scope of a function, class, lambda or module node."""
        if (resume := self.passed.get(node)) is not None:
            resume()
        return self.opened.get(node)

    @property
    def scopes(self) -> dict[ast.AST, Scope]:
        """All scopes, by the node that opens them."""
        self._complete()
        return self.opened

    @property
    def definitions(self) -> list[Definition]:
        """All functions and classes."""
        self._complete()
        return self.defined

    def _complete(self) -> None:
        while self.passed:
            next(iter(self.passed.values()))()
