"""ORDER001: a directory listing whose order reaches data."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ...auditor.entrypoints import is_test_path
from ...auditor.example import Example
from ...auditor.file import Site
from ...auditor.finding import Confidence, Evidence, Finding, Fix
from ...auditor.rewrite import wrapped
from ...auditor.rule import Prediction, SiteRule
from .flow import OrderFlow, Sink

LISTINGS = frozenset(
    {"os.listdir", "os.scandir", "os.walk", "glob.glob", "glob.iglob", "glob.glob1"}
)
_PATH_METHODS = frozenset({"iterdir", "rglob", "glob", "walk"})
_PATH_MAKERS = ("pathlib.", "upath.", "anyio.Path")


class UnsortedListing(SiteRule):
    """A directory listing in the file system's own order flows into data.

    ## What it does
    Follows the result of `os.listdir`, `os.scandir`, `os.walk`, `glob.glob`, `Path.iterdir`,
    `Path.glob` and `Path.rglob` through the file, and reports it where its order reaches an array,
    a dataset, a numbering of classes, a shuffle or a file.

    ## Why is this bad?
    The order in which a file system lists names is not specified: it differs between machines and
    between copies of the same folder. A seeded shuffle of another order is another split, and
    classes numbered by position get other labels. Listings that end in `sorted`, a set, a length
    or an existence test are not reported.

    ## Use instead
    `for path in sorted(folder.glob("*.png"))`; for `os.walk`, `folders.sort()` and
    `sorted(files)`.

    ## References
    - Python documentation, `os.listdir` and `glob`: "in arbitrary order"
    """

    code = "ORDER001"
    name = "unsorted-listing"
    confidence = Confidence.HIGH
    calls = LISTINGS
    methods = _PATH_METHODS
    predicts = (Prediction("file-order"),)
    bad = (
        Example(
            "import os\n"
            "import numpy as np\n"
            "files = os.listdir('train')  # <-\n"
            "images = np.stack([np.load(os.path.join('train', name)) for name in files])\n",
            fixed="import os\n"
            "import numpy as np\n"
            "files = sorted(os.listdir('train'))\n"
            "images = np.stack([np.load(os.path.join('train', name)) for name in files])\n",
            title="stacked into an array",
        ),
        Example(
            "from os import listdir as ls\n"
            "import random\n"
            "random.seed(0)\n"
            "names = [name for name in ls('photos') if name.endswith('.jpg')]  # <-\n"
            "random.shuffle(names)\n"
            "train, test = names[:900], names[900:]\n",
            title="shuffled with a seed, imported under another name",
        ),
        Example(
            "from pathlib import Path\n"
            "class Pairs:\n"
            "    def __init__(self, root):\n"
            "        self.items = list(Path(root).glob('*/*.png'))  # <-\n"
            "    def __getitem__(self, index):\n"
            "        return self.items[index]\n",
            title="read by position in a dataset",
        ),
        Example(
            "import os\n"
            "def load(root):\n"
            "    rows, labels = [], []\n"
            "    for label, name in enumerate(os.listdir(root)):  # <-\n"
            "        for line in open(os.path.join(root, name)):\n"
            "            rows.append(line)\n"
            "            labels.append(label)\n"
            "    return rows, labels\n",
            title="classes numbered by their position in the listing (image tutorials)",
        ),
    )
    good = (
        Example(
            "import glob, os\n"
            "import numpy as np\n"
            "files = sorted(glob.glob('train/*.npy'))\n"
            "images = np.stack([np.load(f) for f in files])\n"
            "known = set(os.listdir('cache'))\n"
            "if 'a.npy' in os.listdir('train') or not os.listdir('out'):\n"
            "    print(len(glob.glob('train/*')), max(glob.glob('ckpt/*')))\n",
            title="sorted, counted, tested",
        ),
        Example(
            "import os\n"
            "import shutil\n"
            "for name in os.listdir('tmp'):\n"
            "    os.remove(os.path.join('tmp', name))\n"
            "    print('removed', name)\n"
            "files = os.listdir('train')\n"
            "files.sort()\n"
            "rows = [open(name).read() for name in files]\n",
            title="each file on its own; sorted in place",
        ),
        Example(
            "import os\n"
            "def newest(folder):\n"
            "    steps = [int(n.split('-')[-1]) for n in os.listdir(folder)]\n"
            "    return max(steps)\n",
            title="the newest checkpoint, as trainers look for it",
        ),
    )

    def check(self, site: Site) -> Iterator[Finding]:
        if is_test_path(site.file.path) or not self._lists(site):
            return
        flow = OrderFlow(site.file)
        sink = _walk_sink(site, flow) if site.last == "walk" else flow.sink(site.call)
        if sink is None:
            return
        yield self.finding(
            site.place,
            f"{_spelled(site)} lists in the file system's own order, and the result is {sink.note}",
            help="sort it: sorted(...)"
            if site.last != "walk"
            else "sort both: folders.sort() and sorted(files)",
            evidence=(Evidence(site.file.place(sink.node), sink.note),),
            fix=self._fix(site),
        )

    def _fix(self, site: Site) -> Fix | None:
        """Sort the listing, where its elements are names or paths."""
        if site.last in {"walk", "scandir"}:
            return None
        return wrapped(site, "sorted", "sort the listing", safe=True)

    def _lists(self, site: Site) -> bool:
        if site.name in LISTINGS:
            return True
        if site.last not in _PATH_METHODS or site.receiver is None:
            return False
        if site.name is not None and not site.name.startswith(_PATH_MAKERS):
            root = site.name.split(".", 1)[0]
            if root in site.file.imported:
                return False
        return _is_path(site, site.receiver)


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
            isinstance(value, ast.BinOp) and _is_path(site, value, depth + 1) for value in values
        )
    return False


def _spelled(site: Site) -> str:
    if site.name in LISTINGS:
        return f"{site.name}()"
    return f".{site.last}()"


def _walk_sink(site: Site, flow: OrderFlow) -> Sink | None:
    """`for root, folders, files in os.walk(...)`: is what is made of `files` ordered?"""
    parent = site.parent
    if isinstance(parent, (ast.For, ast.comprehension)):
        body: list[ast.AST] = [parent] if isinstance(parent, ast.For) else [site.statement]
        text = " ".join(ast.dump(node) for node in body)
        if "sort" in text:
            return None
        return flow.sink(site.call)
    return None
