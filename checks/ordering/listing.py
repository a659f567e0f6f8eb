"""ORDER001: a directory listing whose order reaches data."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import Any

from ...auditor.entrypoints import is_test_path
from ...auditor.example import Example
from ...auditor.file import File, Site
from ...auditor.finding import Confidence, Evidence, Finding, Fix
from ...auditor.project import Project
from ...auditor.regex import regex
from ...auditor.rewrite import wrapped
from ...auditor.rule import Prediction, ProjectRule
from ..seeds.seeding import seeding_of
from ..usage.branches import Choice, awaited
from ..usage.choices import choices_of
from ..usage.uses import owner_of, uses_of
from .chance import Chance, arranges_by_chance
from .directories import LISTINGS, PATH_METHODS, follows_another, lists, lists_a_store, spelled
from .flow import OrderFlow
from .purpose import only_evaluates
from .sink import NUMBERED, Sink
from .training import training_of

#: Files that gather results for people: the order of a table's rows changes nothing in them.
_COMPARES_RESULTS = regex(
    r"(^|[/_])(scor\w+|plot\w*|analy[sz]\w*|visuali[sz]\w*|figures?|leaderboard|results?|summar\w+)"
    r"([/_.]|$)"
)


class UnsortedListing(ProjectRule):
    """A directory listing in the file system's own order flows into data.

    ## What it does
    Follows the result of `os.listdir`, `os.scandir`, `os.walk`, `glob.glob`, `Path.iterdir`,
    `Path.glob` and `Path.rglob` through the file, and reports it where its order reaches an array,
    a dataset, a numbering of classes, a shuffle or a file.

    ## Why is this bad?
    The order in which a file system lists names is not specified: it differs between machines and
    between copies of the same folder. A seeded shuffle of another order is another split, and
    classes numbered by position get other labels. Listings that end in `sorted`, a set, a length
    or an existence test are not reported, nor are those that code whose name says so only shows or
    evaluates.

    Reported with low confidence, because most of it made no difference in code that was read: what
    meets random numbers that nothing in its programs is seen to seed, so that chance orders it
    anyway; what is cut by position, joined into a tensor, drawn in a notebook, or numbered where no
    class gets the number; what is joined or written where nothing speaks of training; what no
    program of the project uses, or only one that evaluates. What is read by position in a dataset,
    or shuffled and not split or written by the same function, is reported with high confidence
    where a program that trains is seen to use it.

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
    methods = PATH_METHODS
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
        Example(
            "from tensorflow.io.gfile import glob\n"
            "from workers import prefetch_in_parallel\n"
            "import numpy as np\n"
            "class Stream:\n"
            "    def __init__(self, shards):\n"
            "        self.shards = shards\n"
            "    def __iter__(self):\n"
            "        np.random.shuffle(self.shards)\n"
            "        return iter(self.shards)\n"
            "class Corpus:\n"
            "    def __init__(self, folder):\n"
            "        self.train = glob(folder + '/news-*')  # <-\n"
            "        archives = glob(folder + '/*.npz')  # <-\n"
            "        parts = prefetch_in_parallel(np.load, archives)\n"
            "        self.vectors = np.concatenate([part['x'] for part in parts])\n"
            "    def stream(self):\n"
            "        return Stream(self.train)\n",
            title="kept in an attribute and given to a class; loaded by workers and joined",
        ),
        Example(
            "import random\n"
            "from pathlib import Path\n"
            "import mmcv, numpy as np, tensorflow.compat.v1 as tf\n"
            "def split(root, extensions):\n"
            "    root = Path(root)\n"
            "    files = sum([list(root.rglob(f'*.{end}')) for end in extensions], [])  # <-\n"
            "    parts = random.choices(['train', 'val'], k=len(files))\n"
            "    for part, file in zip(parts, files):\n"
            "        print(part, file)\n"
            "speakers = tf.io.gfile.glob('voices/*')  # <-\n"
            "for number, folder in enumerate(speakers):\n"
            "    frames = [np.load(f) for f in sorted(tf.io.gfile.glob(folder))]\n"
            "    np.save('speaker%d.npy' % number, frames)\n"
            "with open('train.txt', 'w') as out:\n"
            "    out.writelines(name for name in mmcv.scandir('images', '.png'))  # <-\n",
            title="a split drawn by position; files numbered by position; a library's listing",
        ),
        Example(
            "import glob\n"
            "from toolkit.snippets import DataGenerator\n"
            "class data_generator(DataGenerator):\n"
            "    def __iter__(self, random=False):\n"
            "        yield from self.sample(random)\n"
            "texts = glob.glob('news/*/*.txt')  # <-\n"
            "if __name__ == '__main__':\n"
            "    train = data_generator(texts, 16)\n",
            title="a generator of batches whose base class is not here (titles of articles)",
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
            "def listed(path):\n"
            "    names = [name for name in os.listdir(path) if name.endswith('.png')]\n"
            "    for i, name in enumerate(names):\n"
            "        names[i] = os.path.join(path, name)\n"
            "    return names\n"
            "low = sorted(listed('low'))\n",
            title="paths completed in place and sorted by the caller",
        ),
        Example(
            "import glob\n"
            "import numpy as np\n"
            "def evaluate(folder, distance):\n"
            "    pools = [np.load(f)['pool'] for f in glob.glob(folder + '/statistics_*.npz')]\n"
            "    return distance(np.concatenate(pools))\n",
            title="a measure of all samples",
        ),
        Example(
            "import os\n"
            "def newest(folder):\n"
            "    steps = [int(n.split('-')[-1]) for n in os.listdir(folder)]\n"
            "    return max(steps)\n",
            title="the newest checkpoint, as trainers look for it",
        ),
        Example(
            "import glob, json, os\n"
            "import tensorflow_datasets as tfds\n"
            "class Charts(tfds.core.GeneratorBasedBuilder):\n"
            "    def _generate_examples(self, folder):\n"
            "        for path in glob.glob(folder + '/*.json'):\n"
            "            entry = json.load(open(path))\n"
            "            yield entry['id'], entry\n"
            "class Run:\n"
            "    def load(self, root):\n"
            "        runs = []\n"
            "        for name in os.listdir(root):\n"
            "            runs.append(Run())\n"
            "        return runs\n"
            "def note(path, out):\n"
            "    notes = json.load(open(path))\n"
            "    json.dump(notes, open(out, 'w'))\n"
            "    print('first files', os.listdir(path)[:5])\n",
            title="a builder that orders by key; another function of the same name; only shown",
        ),
    )

    def collect(self, site: Site) -> Iterator[Any]:
        if is_test_path(site.file.path) or not lists(site) or follows_another(site):
            return
        if lists_a_store(site):
            return
        flow = OrderFlow(site.file)
        sink = _walk_sink(site, flow) if site.last.lower() == "walk" else flow.sink(site.call)
        if sink is None or (sink.is_table and _COMPARES_RESULTS.search(site.file.path)):
            return
        if flow.purpose.needs_no_order(site.call, sink):
            return
        finding = self.finding(
            site.place,
            f"{spelled(site)} lists in the file system's own order, and the result is {sink.note}",
            help="sort it: sorted(...)"
            if site.last.lower() != "walk"
            else "sort both: folders.sort() and sorted(files)",
            evidence=(Evidence(site.file.place(sink.node), sink.note),),
            fix=self._fix(site),
            confidence=None if _is_sure(site.file, sink, flow) else Confidence.LOW,
        )
        nodes = (site.node, sink.node) if sink.is_shuffle else (site.node,)
        waits = [awaited(site.file, node) for node in nodes]
        streams = Chance(flow.view).streams(sink)
        owner = owner_of(site.file, site.node)
        yield owner, waits, sink.needs_training, streams, sink.is_used_elsewhere, finding

    def check(self, project: Project, facts: Sequence[Any]) -> Iterator[Finding]:
        uses, choices, training = uses_of(project), choices_of(project), training_of(project)
        seeding = seeding_of(project)
        for owner, waits, needs_training, streams, is_used_elsewhere, finding in facts:
            path = finding.place.path
            is_idle = (
                (owner and (uses.is_unused(path, owner) or only_evaluates(uses, path, owner)))
                or not all(choices.is_made(Choice.of(wait)) for wait in waits)
                or (needs_training and not training.comes_to(path, owner))
                # Where nothing fixes what chance does, no order of files would.
                or (streams and not any(seeding.comes_to(path, stream) for stream in streams))
                or (
                    is_used_elsewhere
                    and arranges_by_chance(uses, path, owner)
                    and not seeding.comes_to(path)
                )
            )
            yield finding.doubted(is_idle)

    def _fix(self, site: Site) -> Fix | None:
        """Sort the listing, where its elements are names or paths."""
        if site.last.lower() in {"walk", "scandir"}:
            return None
        return wrapped(site, "sorted", "sort the listing", safe=True)


def _is_sure(file: File, sink: Sink, flow: OrderFlow) -> bool:
    """Whether what is done to the elements says by itself that their order matters.

    Rows are mostly found by their content; where nothing speaks of training, what is joined,
    numbered or written is often only looked at, and so is what a notebook draws; numbers that are
    no classes mostly name what is found again by its name.
    """
    if sink.is_table or sink.is_doubted or (sink.is_draw and file.path.endswith(".ipynb")):
        return False
    if sink.note == NUMBERED and not flow.purpose.speaks_of_classes(sink.node):
        return False
    return sink.is_about_items or flow.purpose.concerns_training


def _walk_sink(site: Site, flow: OrderFlow) -> Sink | None:
    """`for root, folders, files in os.walk(...)`: is what is made of them ordered?"""
    parent = site.parent
    match parent, site.statement:
        # `_, folders, files = next(os.walk(folder))`
        case ast.Call(func=ast.Name(id="next")), ast.Assign(
            targets=[ast.Tuple(elts=[_, *parts])], value=value
        ) if value is parent:
            found = (flow.kept.target(part, site.statement, 0) for part in parts)
            return next((sink for sink in found if sink is not None), None)
        case _:
            pass
    if isinstance(parent, (ast.For, ast.comprehension)):
        body: list[ast.AST] = [parent] if isinstance(parent, ast.For) else [site.statement]
        text = " ".join(ast.dump(node) for node in body)
        if "sort" in text:
            return None
        return flow.sink(site.call)
    return None
