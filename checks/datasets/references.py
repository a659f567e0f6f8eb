"""Data sets that code and configurations use: loader arguments, data keys, card metadata."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache, lru_cache

from ...auditor.entrypoints import is_test_path
from ...auditor.file import File
from ...auditor.interest import lines_at
from ...auditor.place import Place
from ...auditor.regex import regex
from ..data.tables import dataset_calls, dataset_names
from .named import maybe_dataset_of, short_names

#: Last parts of calls whose text arguments name data.
_LOADERS = frozenset(
    (
        "load_dataset load_dataset_builder load_from_disk builder fetch_openml ImageFolder "
        "get_dataset make_dataset create_dataset build_dataset fetch_compas urlretrieve "
        "download_url download_and_extract_archive get_file wget WebDataset"
    ).split()
)
_DATA_KEY = regex(
    r"(?:^|[_.-])(?:data|datas|dataset|datasets|databases?|corpus|corpora|rec|train|training|"
    r"trainset|valset|testset|imdb|benchmark|val|valid|validation|eval|test|source|sources)"
    r"(?:$|[_.-]|(?=(?:name|path|dir|root|file|url|set|folder|list|s)s?$))",
    re.I,
)
#: Keys that hold a path; what the path names decides.
_PATH_KEY = regex(
    r"(?:^|[_.-])(?:root|dir|folder|lst|list|rec|images|prefix|(?:meta)?csv)(?:_?(?:path|file))?$",
    re.I,
)
_NO_DATA_KEY = regex(
    r"out|save|log|result|exp(?:$|_|er)|cache|sample|model|weight|checkpoint|ckpt|backbone|pretrain|arch|encoder|tokenizer|mean|std|norm|tag|"
    r"label|class|citation|description|title|help|metric|author|note|module|package|readme",
    re.I,
)


def is_data_key(name: str) -> bool:
    """Whether a key, option or parameter holds data rather than a model or a text."""
    named = _DATA_KEY.search(name) or _PATH_KEY.search(name)
    return bool(named) and not _NO_DATA_KEY.search(name)


@cache
def _spellings() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return the rarest part of every name, in lower case, with a pattern of the name in a text."""
    found: list[tuple[str, re.Pattern[str]]] = []
    for name in (*dataset_names(), *short_names()):
        parts = name.split("-")
        pattern = re.compile(r"[\"'/:_-]" + r"[-_ .]*".join(map(re.escape, parts)), re.I)
        found.append((max(parts, key=len), pattern))
    found += [
        (last.lower(), re.compile(re.escape(last)))
        for last in (call.rsplit(".", 1)[-1] for call in dataset_calls())
        if last != "load_data"
    ]
    return (*found, ("boston_housing", re.compile("boston_housing")))


def _lines_naming(text: str) -> set[int]:
    """Return the lines of a text on which a data set of the table can be named."""
    lowered = text.lower()
    starts = {
        match.start()
        for part, pattern in _spellings()
        if part in lowered
        for match in pattern.finditer(text)
    }
    return set(lines_at(text, starts))


Collected = tuple[str, str, Place, str, tuple[str, ...]]


@lru_cache(maxsize=1)
def collect_datasets(file: File) -> tuple[Collected, ...]:
    """Return (id, text, place, how, names) for every data set that a file loads or configures.

    `names` are those of a constant that the file itself never reads. Several rules ask for the same
    file in a row; the last answer is kept.
    """
    if is_test_path(file.path):
        return ()
    lines = _lines_naming(file.source.text)
    return tuple(_collect(file, lines)) if lines else ()


def _collect(file: File, lines: set[int]) -> Iterator[Collected]:
    seen: set[tuple[str, int]] = set()
    for node in _around(file, lines):
        for identifier, text, at, how in _in_node(file, node):
            place = file.place(at)
            if (identifier, place.line) not in seen:
                seen.add((identifier, place.line))
                yield identifier, text, place, how, _unread(file, node)


def _around(file: File, lines: set[int]) -> list[ast.AST]:
    """Return what stands around the texts and loaders on some lines, outer before inner."""
    wanted: dict[ast.AST, None] = {}
    for node in file.nodes.of(ast.Constant, ast.Attribute, ast.Name):
        if isinstance(node, ast.Constant):
            if not isinstance(node.value, str):
                continue
        elif _name(node) not in _call_lasts():
            continue
        last = node.end_lineno or node.lineno
        if node.lineno not in lines and lines.isdisjoint(range(node.lineno, last + 1)):
            continue
        chain: list[ast.AST] = []
        above = file.parents.get(node)
        while above is not None and not isinstance(above, (ast.Module, ast.ClassDef)):
            chain.append(above)
            if isinstance(above, ast.stmt):
                break
            above = file.parents.get(above)
        wanted.update(dict.fromkeys(reversed(chain)))
    return list(wanted)


def _unread(file: File, node: ast.AST) -> tuple[str, ...]:
    """Return the name of a constant of the module, and of those made of it, if none is read."""
    match node:
        case ast.Assign(targets=[ast.Name(id=first)]) if file.parents.get(node) is file.tree:
            names = [first]
        case _:
            return ()
    for name in names:
        for read in file.nodes.of(ast.Name):
            if read.id != name or not isinstance(read.ctx, ast.Load):
                continue
            above: ast.AST | None = read
            while above is not None and not isinstance(above, ast.stmt):
                above = file.parents.get(above)
            match above:
                case ast.Assign(targets=[ast.Name(id=made)]) if (
                    file.parents.get(above) is file.tree
                ):
                    names += [] if made in names else [made]
                case _:
                    return ()
    return tuple(names)


Hit = tuple[str, str, ast.AST, str]


def _in_node(file: File, node: ast.AST) -> Iterator[Hit]:
    match node:
        case ast.Call():
            yield from _in_call(file, node)
        case ast.Assign(targets=[ast.Name(id=name) | ast.Attribute(attr=name)], value=value):
            yield from _keyed(name, value)
        case ast.AnnAssign(target=ast.Name(id=name) | ast.Attribute(attr=name), value=value):
            yield from _keyed(name, value)
        case ast.keyword(arg=str(name), value=value):
            yield from _keyed(name, value)
        case ast.Dict():
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    yield from _keyed(key.value, value)
        case ast.Compare(left=left, ops=[ast.Eq()], comparators=[ast.Constant() as right]):
            yield from _keyed(_name(left), right)
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            yield from _defaults(node)
        case _:
            pass


def _in_call(file: File, node: ast.Call) -> Iterator[Hit]:
    last = _name(node.func)
    dotted = None
    if last in _call_lasts() or (isinstance(node.func, ast.Name) and last not in _LOADERS):
        dotted = file.dotted(node.func, file.scope_of(node))
        last = dotted.rsplit(".", 1)[-1] if dotted else last
        if dotted is not None and (identifier := dataset_calls().get(dotted)):
            yield identifier, dotted, node, "call"
    if last == "add_argument":
        yield from _option(node)
    elif last == "DEFINE_string":
        yield from _flag(node)
    elif last in _LOADERS or (last == "load" and _is_tfds(file, node)):
        for argument in node.args[:2]:
            yield from _texts(argument, "loader")


@cache
def _call_lasts() -> frozenset[str]:
    return frozenset(name.rsplit(".", 1)[-1] for name in dataset_calls())


def _is_tfds(file: File, node: ast.Call) -> bool:
    dotted = file.dotted(node.func, file.scope_of(node)) or ""
    return dotted.startswith(("tensorflow_datasets.", "tfds."))


def _option(node: ast.Call) -> Iterator[Hit]:
    flag = next(
        (a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)), ""
    )
    for keyword in node.keywords:
        if keyword.arg == "default" and is_data_key(flag.lstrip("-")):
            yield from _texts(keyword.value, "option")


def _flag(node: ast.Call) -> Iterator[Hit]:
    """Yield from a flag of absl or TensorFlow 1: name, default, help."""
    match node.args[:2]:
        case [ast.Constant(value=str(name)), default] if is_data_key(name):
            yield from _texts(default, "option")
        case _:
            pass


def _defaults(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[Hit]:
    arguments = node.args
    positional = [*arguments.posonlyargs, *arguments.args]
    with_default = positional[len(positional) - len(arguments.defaults) :]
    pairs: list[tuple[ast.arg, ast.expr | None]] = [
        *zip(with_default, arguments.defaults, strict=True),
        *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
    ]
    for argument, default in pairs:
        if default is not None:
            yield from _keyed(argument.arg, default)


def _keyed(name: str, value: ast.expr | None) -> Iterator[Hit]:
    if value is not None and is_data_key(name):
        yield from _texts(value, "config")


def _texts(value: ast.expr, how: str) -> Iterator[Hit]:
    """Yield the data sets in a text, a list of texts, or the arguments of a path join."""
    match value:
        case ast.Constant(value=str(text)):
            if (identifier := maybe_dataset_of(text)) is not None:
                yield identifier, text, value, how
        case ast.List() | ast.Tuple() | ast.Set():
            for element in value.elts:
                yield from _texts(element, how)
        case ast.BinOp(op=ast.Div() | ast.Add()):
            yield from _texts(value.left, how)
            yield from _texts(value.right, how)
        case ast.Call(func=ast.Attribute(attr="join" | "expanduser") | ast.Name(id="Path")):
            for argument in value.args:
                yield from _texts(argument, how)
        case _:
            pass


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
