"""The hard cases of the stream walk, each by name."""

import json
import textwrap
from pathlib import Path

import pytest

from fwaudit.auditor.config import Config
from fwaudit.auditor.scan import ScanOptions, scan
from fwaudit.checks.meta import RULES
from fwaudit.checks.seeds import RULES as SEEDS
from fwaudit.checks.seeds.survey import stream_table

ARGUMENTS = """
import argparse
parser = argparse.ArgumentParser()
parser.add_argument("--seed", type=int, default={default})
args = parser.parse_args()
"""


def state_of(tmp_path: Path, stream: str, files: dict[str, str], entry: str = "train.py") -> str:
    """Return the state of a stream of an entry point of a small project."""
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(textwrap.dedent(text), "utf-8")
    result = scan(ScanOptions((tmp_path,), RULES, current=tmp_path, jobs=1))
    rows = {row.path: row for row in stream_table(result.project)}
    return next((str(s.state) for s in rows[entry].streams if s.stream == stream), "not-drawn")


CONVERTED = """
import argparse, ast
import torch
from distutils.util import strtobool
def as_bool(text):
    if isinstance(text, bool):
        return text
    if text.lower() in ("yes", "true", "1"):
        return True
    elif text.lower() in ("no", "false", "0"):
        return False
    raise argparse.ArgumentTypeError("not a bool")
parser = argparse.ArgumentParser()
parser.add_argument("--noise", type={kind}, default={default!r})
args = parser.parse_args()
if args.noise:
    torch.save(torch.rand(3), "noise.pt")
"""
#: How programs read a truth value from a text; argparse reads a default that is text so too.
READERS = (
    "as_bool", "ast.literal_eval", "eval", "lambda text: text.lower() == 'true'",
    "lambda text: bool(strtobool(text))", "strtobool",
)  # fmt: skip
HELPER = "import torch\ndef set_seed(seed):\n    torch.manual_seed(seed)\n"
MODEL = "model = torch.nn.Linear(2, 2)\n"
NOISY = """
import numpy as np
from torch import nn
class Noisy(nn.Module):
    def forward(self, x):
        return x + np.random.normal()
"""
HELD = (
    NOISY
    + """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        {made}
    def forward(self, x):
        {called}
        return x
print(Net()(1))
"""
)
CASES = {
    "seed in a helper of another file": (
        "torch",
        {
            "utils.py": HELPER,
            "train.py": "import torch\nfrom utils import set_seed\nset_seed(1)\n" + MODEL,
        },
        "seeded",
    ),
    **{
        f"drawn in what {made} holds": (
            "numpy",
            {"train.py": HELD.format(made=made, called=called)},
            "unseeded",
        )
        for made, called in (
            ("self.held = nn.Sequential(Noisy())", "x = self.held(x)"),
            ("self.held = nn.Sequential(*[Noisy() for _ in range(3)])", "x = self.held(x)"),
            ("self.held = nn.Sequential(); self.held.append(Noisy())", "x = self.held(x)"),
            ("self.held = nn.Sequential(); self.held.add_module('a', Noisy())", "self.held(x)"),
            ("self.held = nn.ModuleList([Noisy()])", "for each in self.held: x = each(x)"),
            ("self.held = nn.ModuleList([Noisy()])", "x = self.held[0](x)"),
            ("self.held = nn.ModuleDict({'a': Noisy()})", "x = self.held['a'](x)"),
            ("self.held = nn.ModuleDict(); self.held['a'] = Noisy()", "x = self.held['a'](x)"),
            (
                "self.held = nn.ModuleList([Noisy()])",
                "for _, m in self.held.named_children(): m(x)",
            ),
        )
    },
    "drawn in what a subclass of Sequential holds": (
        "numpy",
        {
            "train.py": NOISY + "class Net(nn.Sequential):\n    def __init__(self):\n"
            "        super().__init__(Noisy(), nn.ReLU())\nprint(Net()(1))\n"
        },
        "unseeded",
    ),
    "held only where an option is given": (
        "numpy",
        {
            "train.py": ARGUMENTS.format(default=None) + NOISY + "layers = [nn.ReLU()]\n"
            "if args.seed:\n    layers.append(Noisy())\nprint(nn.Sequential(*layers)(1))\n"
        },
        "not-drawn",
    ),
    "drawn in a transform within a transform": (
        "numpy",
        {
            "train.py": """
                import numpy as np
                from torch.utils.data import DataLoader
                from torchvision import datasets, transforms
                class Blur:
                    def __call__(self, image):
                        return image * np.random.uniform()
                class Twice:
                    def __init__(self, base):
                        self.base = base
                    def __call__(self, image):
                        return [self.base(image) for _ in range(2)]
                held = transforms.Compose([Blur(), transforms.ToTensor()])
                rows = datasets.CIFAR10("data", transform=Twice(held))
                for row in DataLoader(rows, num_workers=2):
                    print(row)
            """
        },
        "unseeded",
    ),
    "torch under another name": (
        "torch",
        {"train.py": "import torch as T\nT.rand(2)\n"},
        "unseeded",
    ),
    "seeded in an __init__": (
        "torch",
        {
            "train.py": "import torch\nclass Runner:\n    def __init__(self):\n"
            "        torch.manual_seed(0)\n    def run(self):\n        return torch.rand(2)\n"
            "runner = Runner()\nprint(runner.run())\nx = runner.run()\n"
        },
        "not-drawn",
    ),
    "is not None, default None": (
        "torch",
        {
            "train.py": ARGUMENTS.format(default="None")
            + "import torch\nif args.seed is not None:\n    torch.manual_seed(args.seed)\n"
            + MODEL
        },
        "conditional",
    ),
    "truth of a seed, default 0": (
        "torch",
        {
            "train.py": ARGUMENTS.format(default="0")
            + "import torch\nif args.seed:\n    torch.manual_seed(args.seed)\n"
            + MODEL
        },
        "conditional",
    ),
    "seed after the model": (
        "torch",
        {"train.py": "import torch\n" + MODEL + "torch.manual_seed(0)\n"},
        "unseeded",
    ),
    "seed after the split": (
        "torch",
        {
            "train.py": "import torch\nfrom torch.utils.data import random_split\n"
            "parts = random_split([1, 2], [1, 1])\ntorch.manual_seed(0)\n"
        },
        "unseeded",
    ),
    "split with a generator": (
        "torch",
        {
            "train.py": "import torch\nfrom torch.utils.data import random_split\n"
            "g = torch.Generator().manual_seed(0)\n"
            "parts = random_split([1, 2], [1, 1], generator=g)\n"
        },
        "not-drawn",
    ),
    "children of mp.spawn draw": (
        "torch",
        {
            "train.py": "import torch\nimport torch.multiprocessing as mp\n"
            "def work(rank):\n    return torch.nn.Linear(2, 2)\n"
            "if __name__ == '__main__':\n    torch.manual_seed(0)\n    mp.spawn(work, nprocs=2)\n"
        },
        "unseeded",
    ),
    "NumPy drawn three imports away": (
        "numpy",
        {
            "a.py": "from b import augment\n",
            "b.py": "from c import augment\n",
            "c.py": "import numpy as np\ndef augment(x):\n    return x + np.random.rand()\n",
            "train.py": "import torch\nfrom a import augment\ntorch.manual_seed(0)\ny = augment(1)\n",
        },
        "unseeded",
    ),
    "only the name of a run": (
        "python",
        {"train.py": "import random\nrun_name = f'run-{random.random()}'\nprint(run_name)\n"},
        "not-drawn",
    ),
    "a factory looked up in the namespace of a module": (
        "torch",
        {
            "models.py": "import torch\ndef small(n):\n    return torch.nn.Linear(n, n)\n",
            "train.py": "import argparse\nimport models\nparser = argparse.ArgumentParser()\n"
            "parser.add_argument('--model', default='small')\nargs = parser.parse_args()\n"
            "net = models.__dict__[args.model](3)\nnet.train()\n",
        },
        "unseeded",
    ),
    **{
        f"an option that {kind} reads, {default} by default": (
            "torch",
            {"train.py": CONVERTED.format(kind=kind, default=default)},
            "unseeded" if default == "True" else "not-drawn",
        )
        for kind in READERS
        for default in ("True", "False")
    },
    "a text that bool makes true": (
        "torch",
        {"train.py": CONVERTED.format(kind="bool", default="False")},
        "unseeded",
    ),
    "only printed": (
        "torch",
        {"train.py": "import torch\nprint(torch.rand(3))\n"},
        "unseeded",
    ),
    "only its shape": (
        "torch",
        {"train.py": "import torch\nprint(torch.rand(3).shape)\n"},
        "not-drawn",
    ),
    "sorted over a set": (
        "python",
        {"train.py": "rows = sorted({3, 1, 2})\nprint(rows)\nfor row in rows:\n    print(row)\n"},
        "not-drawn",
    ),
}
# The first call of run() is only printed; the second makes it a draw that the seed precedes.
CASES["seeded in an __init__"] = (*CASES["seeded in an __init__"][:2], "seeded")


@pytest.mark.parametrize("name", CASES)
def test_hard_case(name: str, tmp_path: Path) -> None:
    stream, files, expected = CASES[name]
    assert state_of(tmp_path, stream, files) == expected


def test_tests_and_docs_are_no_entry_points(tmp_path: Path) -> None:
    for path in ("tests/test_a.py", "docs/conf.py"):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text("import random\nprint(random.random())\n", "utf-8")
    result = scan(ScanOptions((tmp_path,), RULES, current=tmp_path, jobs=1))
    assert stream_table(result.project) == ()


def test_configurations_that_only_bind_names_are_no_entry_points(tmp_path: Path) -> None:
    bound = "import torch\nseed = 3\nmodel = torch.nn.Linear(2, 2)\n"
    for path, text in (("configs/base.py", bound), ("configs/try.py", bound + "print(model)\n")):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text, "utf-8")
    result = scan(ScanOptions((tmp_path,), RULES, current=tmp_path, jobs=1))
    assert [row.path for row in stream_table(result.project)] == ["configs/try.py"]


@pytest.mark.parametrize(
    ("path", "text", "sure"),
    [
        ("model/flow.py", "import torch\nclass Flow(torch.nn.Module):\n    def __init__(self):\n"
         "        self.layer = torch.nn.Linear(2, 2)\nif __name__ == '__main__':\n"
         "    print(Flow().layer.weight.shape)\n", False),
        ("model/simulate.py", "import torch\nif __name__ == '__main__':\n"
         "    print(torch.nn.Linear(2, 2)(torch.zeros(2)))\n", True),
        ("serve.py", "import tensorflow.compat.v1 as tf\nw = tf.get_variable('w', shape=[2])\n"
         "saver = tf.train.Saver()\nsaver.restore(tf.Session(), 'm.ckpt')\n", False),
        ("fit.py", "import tensorflow.compat.v1 as tf\nw = tf.get_variable('w', shape=[2])\n"
         "saver = tf.train.Saver()\nsaver.restore(tf.Session(), 'm.ckpt')\n"
         "step = tf.train.AdamOptimizer().minimize(w)\n", True),
    ],
    ids=["tries its own class", "shows what it made", "restores", "restores and trains"],
)  # fmt: skip
def test_how_sure_an_unseeded_draw_is(tmp_path: Path, path: str, text: str, sure: bool) -> None:
    (tmp_path / path).parent.mkdir(exist_ok=True)
    (tmp_path / path).write_text(text, "utf-8")
    result = scan(ScanOptions((tmp_path,), SEEDS, Config(pedantic=True), current=tmp_path, jobs=1))
    found = [each.confidence.value for each in result.findings if each.code == "SEED001"]
    assert [each != "low" for each in found] == [sure]


def test_dummy_inputs_of_an_export_are_no_results(tmp_path: Path) -> None:
    text = "import torch\ntorch.onnx.export(open('m'), torch.randn(1, 3), 'm.onnx')\n"
    text += "dummy_input = torch.randn(1, 3)\n"
    (tmp_path / "export.py").write_text(text, "utf-8")
    result = scan(ScanOptions((tmp_path,), SEEDS, Config(pedantic=True), current=tmp_path, jobs=1))
    assert not [each for each in result.findings if each.code == "SEED001"]


def test_a_notebook_with_cells_that_cannot_be_parsed_was_seen_in_part(tmp_path: Path) -> None:
    sources = ["import numpy as np\nnp.random.seed(0)\n", "print 'x'\n", "import torch\n"]
    cells = [{"cell_type": "code", "source": text, "metadata": {}} for text in sources]
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (tmp_path / "a.ipynb").write_text(json.dumps(notebook), "utf-8")
    result = scan(ScanOptions((tmp_path,), RULES, current=tmp_path, jobs=1))
    (row,) = stream_table(result.project)
    assert not row.complete
    assert {str(each.state) for each in row.streams} == {"unknown"}


@pytest.mark.parametrize(
    "text",
    [
        "def f():\n    return f()\nf()\n",
        "from a import *\nfrom train import *\nx = f(1)\n",
        "class A(A):\n    pass\nA()\n",
        "x = " + "+".join(["1"] * 900) + "\nprint(x)\n",
    ],
    ids=["recursion", "star imports in a circle", "a class of itself", "a deep expression"],
)
def test_walk_never_fails(text: str, tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(text, "utf-8")
    (tmp_path / "a.py").write_text("from train import *\ndef f(n):\n    return g(n)\n", "utf-8")
    result = scan(ScanOptions((tmp_path,), RULES, current=tmp_path, jobs=1))
    assert isinstance(stream_table(result.project), tuple)
