"""Where the files of a project use a class, a function or a method."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import PurePosixPath

from ...auditor.file import File
from ...auditor.nodes import last_name
from ...auditor.project import Project
from ...auditor.regex import regex
from ...auditor.scopes import Bound
from ..per_project import per_project
from .reach import Reach, reach_of

#: Classes of which a framework makes the instances: a library of data sets finds its builders.
_MADE_OUTSIDE = ("BasedBuilder",)
#: Bases that call no method of a class but those that compute.
_CALL_FORWARD_ONLY = frozenset(
    {"builtins.object", "torch.nn.Module", "flax.nnx.Module", "flax.linen.Module"}
)
#: What says that a file trains, and with it what it defines.
_LEARNS = regex(
    r"\.(backward|fit|minimize|apply_gradients)\(|optim|GradientTape|Trainer|"
    r"(?<!pre)train(?!ed|able|ing\s*=)|epoch",
    re.I,
)

_PROSE = regex(r"\.(md|rst|txt)$")
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)

#: A file, and the names and attributes in it that read one name.
Reads = tuple[File, list[ast.Name | ast.Attribute]]


class Uses:
    """Asks the files of a project where they read a name; each name is looked up once."""

    def __init__(self, reach: Reach) -> None:
        self.reach = reach
        self._used: dict[tuple[str, str, frozenset[str]], bool] = {}
        self._read: dict[str, tuple[list[Reads], Iterator[Reads]]] = {}

    def reads(self, name: str) -> Iterator[Reads]:
        """Yield the files that hold a name, and where each reads it or an attribute called so.

        A file is parsed when it is asked for: who has seen enough stops.
        """
        if name not in self._read:
            self._read[name] = [], self._look_up(name)
        known, rest = self._read[name]
        at = 0
        while True:
            if at == len(known):
                following = next(rest, None)
                if following is None:
                    return
                known.append(following)
            yield known[at]
            at += 1

    def _look_up(self, name: str) -> Iterator[Reads]:
        for file in self.files(rf"\b{re.escape(name)}\b"):
            yield file, [node for node in _names(file) if last_name(node) == name]

    def files(self, pattern: str) -> Iterator[File]:
        """Yield the Python files that hold a pattern."""
        sought = re.compile(pattern.encode())
        for path, text in self.reach.texts():
            if sought.search(text) and (file := self.reach.project.file(path)) is not None:
                yield file

    def is_used(self, path: str, name: str, idle: frozenset[str] = frozenset()) -> bool:
        """Whether anything uses a class or function of a file, and is not itself left unused.

        What idle files do with it does not count.
        """
        key = path, name, idle
        if key not in self._used:
            self._used[key] = False
            self._used[key] = any(
                any(
                    self._uses(file, node, name, idle)
                    for node in [*nodes, *_renamed(file, name)]
                    if not self._is_outside(file, node)
                )
                for file, nodes in self.reads(name)
                if file.path not in idle and not self.is_of_another(file, path, name)
            ) or self._is_in_unread(name, idle)
        return self._used[key]

    def _is_in_unread(self, name: str, idle: frozenset[str]) -> bool:
        """Whether a file that could not be parsed holds a name: it may use what is called so."""
        sought = re.compile(rb"\b" + re.escape(name).encode() + rb"\b")
        return any(
            path not in idle and sought.search(text) and self.reach.project.file(path) is None
            for path, text in self.reach.texts()
        )

    def is_of_another(self, file: File, path: str, name: str) -> bool:
        """Whether a name in a file visibly stands for what yet another file defines."""
        if file.path == path:
            return False
        if any(item.name == name for item in file.tree.body if isinstance(item, _DEFINITIONS)):
            return True
        path_of = self.reach.project.links.path_of
        sources = {
            path_of(f"{item.module}.{name}", file.path) or path_of(item.module, file.path)
            for item in file.scouted.imports
            if item.name == name
        }
        return bool(sources) and all(
            source is not None and path not in self.reach.imports(source) for source in sources
        )

    def _is_outside(self, file: File, node: ast.Name | ast.Attribute) -> bool:
        """Whether a name stands for what another package defines: `keras.datasets.x.load_data`."""
        dotted = file.dotted(node, file.scope_of(node)) if isinstance(node, ast.Attribute) else None
        parts = (dotted or "").split(".")
        if len(parts) == 1 or parts[0] not in file.imported or parts[-2] in self._stems:
            # The project may be installed under a name that no folder of it has.
            return False
        path_of = self.reach.project.links.path_of
        modules = (".".join(parts[:length]) for length in range(1, len(parts)))
        return not any(path_of(module, file.path) for module in modules)

    @cached_property
    def _stems(self) -> frozenset[str]:
        """The names of the project's modules."""
        return frozenset(PurePosixPath(path).stem for path in self.reach.project.modules)

    def _uses(
        self, file: File, node: ast.Name | ast.Attribute, name: str, idle: frozenset[str]
    ) -> bool:
        if _is_variable(file, node):
            return False
        above = file.enclosing_class(node) or file.enclosing_function(node)
        if above is None:
            return not is_tried(file, node) and not _is_exported(file, node)
        # What runs `main` may be outside: an installed command, a framework.
        return above.name != name and bool(
            above.decorator_list
            or above.name == "main"
            or self.is_used(file.path, above.name, idle)
        )

    def readers(self, path: str, name: str) -> frozenset[str]:
        """Return the other files that read a class or function of a file."""
        return frozenset(
            file.path
            for file, nodes in (self.reads(name) if name else ())
            if nodes and file.path != path and not self.is_of_another(file, path, name)
        )

    def is_named(self, name: str) -> bool:
        """Whether any file reads a name."""
        return any(nodes for _, nodes in self.reads(name))

    def is_unused(self, path: str, name: str, idle: frozenset[str] = frozenset()) -> bool:
        """Whether nothing in the project that is seen uses a class or a function of a file.

        Where classes are found by texts, a name that another file spells may be meant.
        """
        if not self.reach.project.entry_points or self.is_used(path, name, idle):
            return False
        return not (self.reach.finds_by_text and self._is_spelled(path, name))

    def is_idle(
        self, path: str, owner: str, method: str, idle: frozenset[str] = frozenset()
    ) -> bool:
        """Whether nothing uses the class or function around some code, or names its method.

        Empty names stand for code that needs neither.
        """
        return bool(owner and self.is_unused(path, owner, idle)) or bool(
            method and not self.is_named(method)
        )

    def _is_spelled(self, path: str, name: str) -> bool:
        """Whether another file spells a name: in a text of a program or of a configuration.

        What programs read by the name itself is no text, and neither is a list of what there is.
        """
        names = {name}.union(
            *(
                _aliases(file, name)
                for file, _ in self.reads(name)
                if not self.is_of_another(file, path, name)
            )
        )
        return any(
            (file := self.reach.project.file(other)) is None
            or (_spells(file, word) and not self.is_of_another(file, path, name))
            for word in names
            for other in self.reach.spells(word, besides=path)
            # `up` is a word of prose as well.
            if not (_is_plain(word) and _PROSE.search(other))
        )


@per_project
def uses_of(project: Project) -> Uses:
    """Return how a project uses its names, kept for all rules."""
    return Uses(reach_of(project))


def owner_of(file: File, node: ast.AST) -> str:
    """Return the class or function that must be used for a node to run, or an empty text."""
    if (owner := file.enclosing_class(node)) is not None:
        is_made = any((last_name(base) or "").endswith(_MADE_OUTSIDE) for base in owner.bases)
        return "" if is_made else owner.name
    function = file.enclosing_function(node)
    while function is not None:
        above = file.enclosing_function(function)
        if above is None:
            # A decorator may hand it on; a framework runs `main`.
            return "" if function.decorator_list or function.name == "main" else function.name
        function = above
    return ""


def own_method_of(file: File, node: ast.AST) -> str:
    """Return the method around a node, or an empty text, where only the project can call it.

    A base class of another package may call what it does not define.
    """
    function = file.enclosing_function(node)
    owner = file.parents.get(function) if function is not None else None
    if function is None or not isinstance(owner, ast.ClassDef) or function.decorator_list:
        return ""
    bases = {file.dotted(base, file.scope_of(owner)) or "" for base in owner.bases}
    is_special = function.name.startswith("__")
    return function.name if bases <= _CALL_FORWARD_ONLY and not is_special else ""


def _names(file: File) -> list[ast.Name | ast.Attribute]:
    """Return what a file reads by a name or as an attribute."""
    names: list[ast.Name | ast.Attribute] = [
        *file.nodes.of(ast.Name),
        *file.nodes.of(ast.Attribute),
    ]
    return [node for node in names if isinstance(node.ctx, ast.Load)]


def _is_variable(file: File, node: ast.Name | ast.Attribute) -> bool:
    """Whether a name is visibly a variable, or an attribute one of `self`, and means nothing else.

    In `net = net(3)` it is one only afterwards.
    """
    root: ast.expr = node
    while isinstance(root, ast.Attribute):
        root = root.value
    if not isinstance(root, ast.Name):
        return False
    if root is not node:
        return root.id == file.scope_of(node).self_name()
    match file.enclosing_statement(node):
        case ast.Assign(targets=[ast.Name(id=target)]) if target == root.id:
            return False
        case _:
            pass
    found = file.scope_of(node).lookup(root.id)
    known = {Bound.IMPORT, Bound.DEFINITION}
    return found is not None and all(item.how not in known for item in found[1])


def _is_plain(name: str) -> bool:
    return name.isalpha() and name.islower()


def _spells(file: File, name: str) -> bool:
    """Whether a text of a file holds a name as a word; one that stands alone documents."""
    part = re.escape(name)
    word = re.compile(rf"^(.*\.)?{part}$" if _is_plain(name) else rf"\b{part}\b")
    return any(
        isinstance(node.value, str)
        and word.search(node.value)
        and not isinstance(file.parents.get(node), ast.Expr)
        and not _is_exported(file, node)
        for node in file.nodes.of(ast.Constant)
    )


def _renamed(file: File, name: str) -> list[ast.Name | ast.Attribute]:
    """Return what a file reads by the other name under which it imports one."""
    aliases = _aliases(file, name)
    return [node for node in _names(file) if last_name(node) in aliases] if aliases else []


def _aliases(file: File, name: str) -> set[str]:
    """Return the other names under which a file imports one."""
    return {
        alias.asname
        for item in file.nodes.of(ast.ImportFrom)
        for alias in item.names
        if alias.name == name and alias.asname is not None and alias.asname != name
    }


def _is_exported(file: File, node: ast.AST) -> bool:
    """Whether a name only stands in `__all__`."""
    match file.enclosing_statement(node):
        case ast.Assign(targets=[ast.Name(id="__all__")]):
            return True
        case _:
            return False


def is_tried(file: File, node: ast.AST) -> bool:
    """Whether a module only tries in its main block, which learns nothing, what it defines."""
    defined = {item.name for item in file.nodes.of(ast.ClassDef)}
    block = file.enclosing_main_block(node)
    return (
        isinstance(node, ast.Name)
        and node.id in defined
        and block is not None
        and not _LEARNS.search(file.text(block))
    )
