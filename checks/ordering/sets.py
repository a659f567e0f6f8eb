"""ORDER002: a set of strings whose order reaches data."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ...auditor.entrypoints import is_test_path
from ...auditor.example import Example
from ...auditor.file import Site
from ...auditor.finding import Confidence, Evidence, Finding
from ...auditor.nodes import last_name
from ...auditor.regex import regex
from ...auditor.rule import Prediction, SiteRule
from .flow import OrderFlow
from .sink import NUMBERED, Sink
from .strings import agreed, elements_are_text, is_called_label, is_text

_VOCABULARY = regex(r"vocab|lexicon|alphabet|labels|class")
_MEASURES = regex(r"(^|_)(wer|cer|levenshtein|(edit_)?distance)(_|$)")


class SetIteration(SiteRule):
    """The order of a set of strings flows into data.

    ## What it does
    Follows sets of strings (also `a.keys() & b.keys()`) through the file, and reports them where
    their order reaches a numbering of labels, a vocabulary, an array, a shuffle or a file. Sets of
    numbers iterate alike in every run and are not reported.

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
    methods = frozenset({"keys"})
    words = frozenset({"set(", "frozenset(", "shuffle(", "dump(", "keys("})
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
        Example(
            "import os\n"
            "import numpy as np\n"
            "classes = []\n"
            "for entry in os.listdir('images'):\n"
            "    if entry.endswith('.jpg'):\n"
            "        classes.append(entry[:-8])\n"
            "classes = list(set(classes))  # <-\n"
            "np.random.shuffle(classes)\n"
            "train, test = classes[:80], classes[80:]\n",
            title="classes cut off the names of files, split from the order of a set",
        ),
        Example(
            "import random\n"
            "def split(file_list, wake_word):\n"
            "    wanted = [f for f in file_list if wake_word in f]\n"
            "    others = list(set(file_list) - set(wanted))  # <-\n"
            "    random.shuffle(others)\n"
            "    index = {c: i for i, c in enumerate(set(classes))}  # <-\n"
            "    return wanted, others, index\n",
            title="files of a keyword spotter; classes that are numbered",
        ),
        Example(
            "def rest(merged, excluded):\n"
            "    return list(set(merged) - set(excluded))  # <-\n"
            "def write(merged, excluded):\n"
            "    with open('extra.txt', 'w') as out:\n"
            "        out.writelines(line + '\\n' for line in rest(merged, excluded))\n",
            title="written as lines: they are strings, whatever they are called",
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
            "import json\n"
            "def known(path):\n"
            "    entries = json.loads(open(path).read())\n"
            "    return frozenset(str(entry['name']) for entry in entries)\n",
            title="returned as a set: no order has come of it yet",
        ),
        Example(
            "import Levenshtein\n"
            "def wer(first, second):\n"
            "    words = set(first.split() + second.split())\n"
            "    number = dict(zip(words, range(len(words))))\n"
            "    one, two = ([chr(number[w]) for w in s.split()] for s in (first, second))\n"
            "    return Levenshtein.distance(''.join(one), ''.join(two))\n",
            title="words numbered for a distance",
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
            "import random\n"
            "def prompts(label_map, allowed):\n"
            "    found = label_map.unique().cpu().numpy().tolist()\n"
            "    labels = list(set(found) - (set(found) - set(allowed)))\n"
            "    random.shuffle(labels)\n"
            "    classes = list(set(allowed))\n"
            "    return labels, classes[:3]\n",
            title="labels of a segmentation are numbers",
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
        if isinstance(node, ast.Call) and len(node.args) != 1 and not _makes_a_set(site):
            return
        text = _holds_text(site, node)
        if text is False:
            return
        sink = OrderFlow(site.file, is_set=True).sink(node)
        if sink is None:
            return
        if sink.note == NUMBERED and any(
            _MEASURES.search(getattr(node, "name", "").lower()) for node in site.ancestors()
        ):
            # Which number a word gets makes no difference to a distance.
            return
        if text is None and not (
            _takes_text(sink.node) or (sink.note == NUMBERED and _may_hold_labels(node))
        ):
            return
        yield self.finding(
            site.place,
            f"a set of strings iterates in another order in each run, and this one is {sink.note}",
            help="sort it: sorted(set(...)), or keep the first appearance: dict.fromkeys(...)",
            evidence=(Evidence(site.file.place(sink.node), sink.note),),
            confidence=Confidence.LOW if _may_make_no_difference(site, sink) else None,
        )


def _makes_a_set(site: Site) -> bool:
    """`a.keys() & b.keys()`: views of keys are ordered, what operators make of them is not."""
    match site.parent:
        case ast.BinOp(left=left, op=ast.BitAnd() | ast.BitOr() | ast.BitXor() | ast.Sub()):
            return left is site.node and site.last == "keys"
        case _:
            return False


def _may_make_no_difference(site: Site, sink: Sink) -> bool:
    """Whether elements are written that are no visible vocabulary, or get a place of their own.

    The reader of a file may make a set of it again; `names.index(name)` may count in private.
    """
    if isinstance(sink.node, ast.Call) and last_name(sink.node.func) == "index":
        return True
    names = " ".join(site.file.text(node) for node in (site.statement, sink.node)).lower()
    return sink.note.startswith("written") and not _VOCABULARY.search(names)


def _holds_text(site: Site, node: ast.expr) -> bool | None:
    """Whether the elements are strings: True, False, or None when the file does not say."""
    match node:
        case ast.Set(elts=elements):
            return agreed([is_text(site, element) for element in elements])
        case ast.SetComp(elt=element):
            return is_text(site, element)
        case ast.Call(args=[argument]):
            return elements_are_text(site, argument)
        case ast.Call(func=ast.Attribute(attr="keys")):
            return elements_are_text(site, node)
        case _:
            return None


def _takes_text(node: ast.AST) -> bool:
    """Whether the elements end in a call that takes nothing but strings."""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "writelines"
    )


def _may_hold_labels(node: ast.expr) -> bool:
    """Whether the elements are called labels or the like; who numbers them has strings."""
    match node:
        case ast.Call(args=[held]) | ast.SetComp(elt=held):
            return is_called_label(held)
        case _:
            return False
