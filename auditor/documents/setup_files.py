"""setup.cfg and setup.py. The latter is read as a syntax tree and never run."""

from __future__ import annotations

import ast
import re
import warnings
from typing import Any

from ..document import Document
from ..place import Place
from .environment_file import EnvironmentFile, Format, Python, Role
from .requirement import Requirement, parse_requirement
from .structured import Unreadable

#: What a distribution that is meant for others says of itself.
_PUBLISHED = frozenset(
    ["classifiers", "long_description", "url", "download_url", "license", "project_urls"]
)


def read_setup_cfg(document: Document) -> EnvironmentFile:
    """Read `[options]` and `[options.extras_require]`.

    Raises:
        Unreadable: no configuration file.
    """
    import configparser  # most runs need none

    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(document.text)
    except configparser.Error as error:
        raise Unreadable(f"not read: {str(error).splitlines()[0]}") from None
    requirements: list[Requirement] = []
    if parser.has_option("options", "install_requires"):
        requirements += _block(document, parser.get("options", "install_requires"), "")
    if parser.has_section("options.extras_require"):
        for extra, block in parser.items("options.extras_require"):
            requirements += _block(document, block, extra)
    python = None
    if parser.has_option("options", "python_requires"):
        wanted = parser.get("options", "python_requires")
        python = Python(wanted, _line_with(document, "python_requires"))
    scripts: list[tuple[str, str]] = []
    if parser.has_option("options.entry_points", "console_scripts"):
        scripts = _scripts(parser.get("options.entry_points", "console_scripts").splitlines())
    is_package = parser.has_option("metadata", "name")
    return EnvironmentFile(
        document.path,
        Format.SETUP_CFG,
        Role.LIBRARY,
        tuple(requirements),
        python=python,
        is_package=is_package,
        scripts=tuple(scripts),
    )


def _block(document: Document, block: str, group: str) -> list[Requirement]:
    made = [
        parse_requirement(
            line.split("#", 1)[0].strip(), _line_with(document, line.strip()), group=group
        )
        for line in block.splitlines()
        if line.strip() and not line.strip().startswith(("#", "file:"))
    ]
    return [item for item in made if item is not None]


def _line_with(document: Document, text: str) -> Place:
    for number, line in enumerate(document.lines, 1):
        if text in line:
            return document.place(number)
    return document.place()


def _scripts(lines: list[str]) -> list[tuple[str, str]]:
    pairs = [line.split("=", 1) for line in lines if "=" in line]
    return [(name.strip(), target.strip()) for name, target in pairs]


def read_setup_py(
    path: str, source: str, beside_programs: bool
) -> tuple[EnvironmentFile, tuple[str, ...]] | None:
    """Read the call of `setup`; also return the names of files that the script reads.

    `beside_programs`: other Python files stand in the same folder. Then it makes a library only
    when it says something to others. None when no `setup(...)` stands in it or it is no Python.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    reader = _SetupReader(path, tree)
    call = reader.setup_call()
    if call is None:
        return None
    keywords = reader.keywords(call)
    requirements = reader.requirements(keywords.get("install_requires"), "")
    extras = reader.value(keywords.get("extras_require"))
    if isinstance(extras, ast.Dict):
        for key, listed in zip(extras.keys, extras.values, strict=True):
            if isinstance(key, ast.Constant):
                requirements += reader.requirements(listed, str(key.value) or "extra")
    python = None
    wanted = reader.value(keywords.get("python_requires"))
    if isinstance(wanted, ast.Constant) and isinstance(wanted.value, str):
        python = Python(wanted.value, reader.place(wanted))
    named = {"name", "packages"} <= keywords.keys() or {"name", "py_modules"} <= keywords.keys()
    published = {key for key, value in keywords.items() if not _is_empty(value)} & _PUBLISHED
    is_package = named and (bool(published) or not beside_programs)
    entry_points = reader.value(keywords.get("entry_points"))
    made = EnvironmentFile(
        path,
        Format.SETUP_PY,
        Role.LIBRARY,
        tuple(requirements),
        python=python,
        is_package=is_package,
        scripts=tuple(reader.console_scripts(entry_points)),
    )
    return made, reader.files_read()


def _is_empty(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and not node.value


class _SetupReader:
    """Follows names that a setup script binds at its top level to literals."""

    def __init__(self, path: str, tree: ast.Module) -> None:
        self.path = path
        self.tree = tree
        self.names: dict[str, ast.expr] = {}
        self.added: dict[str, list[ast.expr]] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                self.names[node.targets[0].id] = node.value
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                if node.value is not None:
                    self.names[node.target.id] = node.value
            elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
                self.added.setdefault(node.target.id, []).append(node.value)

    def setup_call(self) -> ast.Call | None:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call):
                func = node.func
                last = func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")
                if last == "setup" and node.keywords:
                    return node
        return None

    def keywords(self, call: ast.Call) -> dict[str, ast.expr]:
        found = {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}
        for keyword in call.keywords:
            spread = self.value(keyword.value) if keyword.arg is None else None
            if isinstance(spread, ast.Dict):
                for key, value in zip(spread.keys, spread.values, strict=True):
                    if isinstance(key, ast.Constant):
                        found.setdefault(str(key.value), value)
            elif isinstance(spread, ast.Call) and getattr(spread.func, "id", "") == "dict":
                found |= {item.arg: item.value for item in spread.keywords if item.arg}
        return found

    def value(self, node: ast.expr | None, depth: int = 0) -> ast.expr | None:
        if isinstance(node, ast.Name) and depth < 5:
            return self.value(self.names.get(node.id), depth + 1)
        return node

    def place(self, node: ast.expr) -> Place:
        end = (node.end_col_offset or node.col_offset) + 1
        return Place(self.path, node.lineno, node.col_offset + 1, node.end_lineno or 0, end)

    def requirements(self, node: ast.expr | None, group: str) -> list[Requirement]:
        found: list[Requirement] = []
        for item in self._strings(node, 0):
            made = parse_requirement(item.value, self.place(item), group=group)
            if made is not None:
                found.append(made)
        return found

    def _strings(self, node: ast.expr | None, depth: int) -> list[Any]:
        if depth > 6 or node is None:
            return []
        match node:
            case ast.Constant(value=str() as written):
                lines = [line.strip() for line in written.split("\n") if line.strip()]
                return [ast.copy_location(ast.Constant(line), node) for line in lines]
            case ast.List() | ast.Tuple() | ast.Set():
                return [item for element in node.elts for item in self._strings(element, depth + 1)]
            case ast.Starred():
                return self._strings(node.value, depth + 1)
            case ast.BinOp(op=ast.Add()):
                return self._strings(node.left, depth + 1) + self._strings(node.right, depth + 1)
            case ast.Name():
                found = self._strings(self.names.get(node.id), depth + 1)
                for more in self.added.get(node.id, []):
                    found += self._strings(more, depth + 1)
                return found
            case ast.Subscript(value=ast.Name(id=name), slice=ast.Constant(value=key)):
                listed = self.value(self.names.get(name))
                if isinstance(listed, ast.Dict):
                    for own, value in zip(listed.keys, listed.values, strict=True):
                        if isinstance(own, ast.Constant) and own.value == key:
                            return self._strings(value, depth + 1)
            case _:
                pass
        return []

    def console_scripts(self, node: ast.expr | None) -> list[tuple[str, str]]:
        if isinstance(node, ast.Dict):
            for key, listed in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and key.value == "console_scripts":
                    return _scripts([item.value for item in self._strings(listed, 0)])
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            section = re.search(r"\[console_scripts\]([^\[]*)", node.value)
            return _scripts(section[1].splitlines()) if section else []
        return []

    def files_read(self) -> tuple[str, ...]:
        """Return the names of requirement files that stand as text in the script."""
        found = {
            node.value.lstrip("./")
            for node in ast.walk(self.tree)
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and re.fullmatch(r"[\w./-]*require[\w./-]*\.(txt|in)", node.value)
        }
        return tuple(sorted(found))
