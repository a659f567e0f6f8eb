"""ORDER002: a set of strings whose order reaches data."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from ...auditor.entrypoints import is_test_path
from ...auditor.file import File, Site
from ...auditor.finding import Confidence, Evidence, Finding
from ...auditor.rule import Example, Prediction, SiteRule
from .flow import OrderFlow

_TEXT_METHODS = frozenset(
    "split lower upper strip replace format join decode title readlines read splitlines".split()
)
_TEXT_NAMES = re.compile(
    r"word|token|char|vocab|name|path|file|label|class|tag|text|sentence|string|letter|"
    r"term|key|symbol|line|title|author|user|categor|lang|phoneme|genre|entit|relation|doc"
)
_NUMBER_NAMES = re.compile(r"(^|_)(idx|ids?|index|indices|num|n|i|j|step|size|shape|dim|count)s?$")
_NUMBER_CALLS = frozenset("range len int round arange randint argmax argsort ord".split())


class SetIteration(SiteRule):
    """The order of a set of strings flows into data.

    ## What it does
    Follows sets of strings through the file, and reports them where their order reaches a
    numbering of labels, a vocabulary, an array, a shuffle or a file. Sets of numbers iterate
    alike in every run and are not reported.

    ## Why is this bad?
    Python salts the hashes of strings anew in each process, so a set of strings iterates in
    another order in each run: `{c: i for i, c in enumerate(set(labels))}` gives other labels each
    time, and a checkpoint from one run is read with the labels of another. No seed helps.

    ## Use instead
    `sorted(set(labels))`, or `dict.fromkeys(labels)` which keeps the order of first appearance.

    ## References
    - https://docs.python.org/3/using/cmdline.html#envvar-PYTHONHASHSEED
    """

    code = "ORDER002"
    name = "set-iteration"
    confidence = Confidence.HIGH
    calls = frozenset({"builtins.set", "builtins.frozenset"})
    nodes = (ast.Set, ast.SetComp)
    words = frozenset({"set(", "frozenset(", "shuffle(", "dump("})
    predicts = (Prediction("hash-order"),)
    bad = (
        Example(
            "labels = [line.split()[1] for line in open('train.txt')]\n"
            "index = {label: number for number, label in enumerate(set(labels))}  # <-\n",
            title="labels numbered by the order of a set",
        ),
        Example(
            "import builtins as b\n"
            "import json\n"
            "text = open('input.txt').read()\n"
            "chars = list(b.set(text))  # <-\n"
            "json.dump(chars, open('vocab.json', 'w'))\n",
            title="a character vocabulary (recurrent network tutorials), through an alias",
        ),
        Example(
            "import random\n"
            "def split(rows):\n"
            "    users = list({row['user_name'] for row in rows})  # <-\n"
            "    random.shuffle(users)\n"
            "    return users[:100]\n",
            title="users shuffled from the order of a set",
        ),
    )
    good = (
        Example(
            "labels = [line.split()[1] for line in open('train.txt')]\n"
            "index = {label: number for number, label in enumerate(sorted(set(labels)))}\n"
            "known = set(labels)\n"
            "print(len(known), 'cat' in known, ', '.join(known))\n",
            title="sorted; counted; asked",
        ),
        Example(
            "numbers = set(range(100)) - {3, 5}\n"
            "order = list(numbers)\n"
            "first = order[:10]\n"
            "for number in numbers:\n"
            "    print(number)\n",
            title="a set of numbers iterates alike in every run",
        ),
        Example(
            "text = open('input.txt').read()\n"
            "chars = list(set(text))\n"
            "chars.sort()\n"
            "index = {c: i for i, c in enumerate(chars)}\n",
            title="sorted in place",
        ),
    )

    def check(self, site: Site) -> Iterator[Finding]:
        if is_test_path(site.file.path):
            return
        node = site.node
        assert isinstance(node, ast.expr)
        if isinstance(node, ast.Call) and len(node.args) != 1:
            return
        is_text = _holds_text(site, node)
        if is_text is False:
            return
        sink = OrderFlow(site.file, is_set=True).sink(node)
        if sink is None or is_text is None:
            return
        yield self.finding(
            site.place,
            f"a set of strings iterates in another order in each run, and this one is {sink.note}",
            help="sort it: sorted(set(...)), or keep the first appearance: dict.fromkeys(...)",
            evidence=(Evidence(site.file.place(sink.node), sink.note),),
        )


def _holds_text(site: Site, node: ast.expr) -> bool | None:
    """Whether the elements are strings: True, False, or None when the file does not say."""
    match node:
        case ast.Set(elts=elements):
            return _all([_is_text(site, element) for element in elements])
        case ast.SetComp(elt=element):
            return _is_text(site, element)
        case ast.Call(args=[argument]):
            return _elements(site, argument)
        case _:
            return None


def _all(found: list[bool | None]) -> bool | None:
    return found[0] if found and all(item is found[0] for item in found) else None


def _elements(site: Site, node: ast.expr, depth: int = 0) -> bool | None:
    """Whether a collection holds strings (a string holds its characters)."""
    if depth > 5:
        return None
    match node:
        case ast.List(elts=elements) | ast.Tuple(elts=elements) | ast.Set(elts=elements):
            return _all([_is_text(site, element, depth + 1) for element in elements])
        case ast.ListComp(elt=element) | ast.GeneratorExp(elt=element) | ast.SetComp(elt=element):
            return _is_text(site, element, depth + 1)
        case ast.Constant(value=value):
            return isinstance(value, str)
        case ast.Call(func=ast.Attribute(attr=attr)) if attr in _TEXT_METHODS:
            return True
        case ast.Call(func=ast.Attribute(attr="keys", value=holder)):
            return _elements(site, holder, depth + 1)
        case ast.Call(func=func, args=[inner, *_]):
            last = func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")
            if last in _NUMBER_CALLS:
                return False
            if last in {"list", "tuple", "sorted", "set", "reversed", "iter", "chain"}:
                return _elements(site, inner, depth + 1)
            return None
        case ast.BinOp(left=left, right=right):
            sides = {_elements(site, left, depth + 1), _elements(site, right, depth + 1)} - {None}
            return sides.pop() if len(sides) == 1 else None
        case ast.Dict(keys=keys):
            return _all([_is_text(site, key, depth + 1) for key in keys if key is not None])
        case ast.Name() | ast.Attribute():
            return _named(site, node, depth)
        case ast.Subscript(slice=ast.Constant(value=str(column))):
            return _by_name(column)
        case _:
            return None


def _is_text(site: Site, node: ast.expr, depth: int = 0) -> bool | None:
    """Whether one value is a string."""
    match node:
        case ast.Constant(value=value):
            return isinstance(value, str)
        case ast.JoinedStr():
            return True
        case ast.Call(func=ast.Attribute(attr=attr)):
            return True if attr in _TEXT_METHODS - {"split", "readlines", "splitlines"} else None
        case ast.Call(func=ast.Name(id=name)):
            return True if name == "str" else False if name in _NUMBER_CALLS else None
        case ast.Subscript(value=ast.Call(func=ast.Attribute(attr="split"))):
            return True
        case ast.Subscript(slice=ast.Constant(value=str(column))):
            return _by_name(column)
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return _by_name(name)
        case ast.BinOp() | ast.UnaryOp():
            return False if depth == 0 else None
        case _:
            return None


def _named(site: Site, node: ast.Name | ast.Attribute, depth: int) -> bool | None:
    """Look at what a name was made of, then at its name."""
    if isinstance(node, ast.Name) and (found := site.scope.lookup(node.id)) is not None:
        answers = {
            _elements(site, binding.value, depth + 1)
            for binding in found[1]
            if binding.value is not None
        } - {None}
        if len(answers) == 1:
            return answers.pop()
        if len(answers) > 1 or _filled_with_numbers(site.file, node.id):
            return None
    return _by_name(node.id if isinstance(node, ast.Name) else node.attr)


def _filled_with_numbers(file: File, name: str) -> bool:
    """Whether `name.append(int(...))` or the like stands in the file."""
    return any(
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"append", "add"}
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == name
        and bool(node.args)
        and isinstance(node.args[0], ast.Call)
        and getattr(node.args[0].func, "id", "") in _NUMBER_CALLS
        for node in ast.walk(file.tree)
    )


def _by_name(name: str) -> bool | None:
    lowered = name.lower()
    if _NUMBER_NAMES.search(lowered):
        return None
    return True if _TEXT_NAMES.search(lowered) else None
