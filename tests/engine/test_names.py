"""What names stand for."""

import ast

import pytest

from fwaudit.auditor.file import File
from fwaudit.auditor.source import Source, parse
from fwaudit.auditor.versions import Versions


def last_call(text: str, path: str = "pkg/mod.py") -> tuple[File, ast.Call, str | None]:
    source = Source(path, text)
    module = path.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
    file = File(source, parse(text), module, Versions())
    seen = [item for item in file.scouted.seen if isinstance(item.node, ast.Call)]
    item = max(seen, key=lambda item: (item.node.lineno, -item.node.col_offset))
    return file, item.node, file.names.dotted(item.node.func, item.scope)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("import numpy as np\nnp.random.rand()", "numpy.random.rand"),
        ("from numpy import random\nrandom.rand()", "numpy.random.rand"),
        ("from numpy.random import rand as r\nr()", "numpy.random.rand"),
        ("import torch as T\nT.manual_seed(0)", "torch.manual_seed"),
        ("import numpy as np\nrng = np.random\nrng.rand()", "numpy.random.rand"),
        ("hash('a')", "builtins.hash"),
        ("def hash(x): ...\nhash('a')", "pkg.mod.hash"),
        ("from .other import f\nf()", "pkg.other.f"),
        ("from ..top import f\nf()", "top.f"),
        ("class A:\n  def g(self): ...\n  def f(self):\n    self.g()", "pkg.mod.A.g"),
        ("def f(random):\n  random.shuffle(x)", None),
        ("import random\ndef f():\n  random = g\n  return 1\nrandom.seed()", "random.seed"),
        ("import random\nfor random in x:\n  pass\nrandom.seed()", "random.seed"),
        ("try:\n  import a as m\nexcept ImportError:\n  m = None\nm.f()", "a.f"),
        ("from torch import *\nrand(3)", "torch.rand"),
        ("x = y\ny = x\nx()", None),
        ("def f():\n  import random\n  def g():\n    return random.random()", "random.random"),
        ("class A:\n  import random\n  def f(self):\n    random.random()", None),
        ("import os\ndef f():\n  global os\n  os.getcwd()", "os.getcwd"),
    ],
)
def test_dotted(text, name):
    assert last_call(text)[2] == name


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("import random\nr = random.Random(1)\nr.shuffle(x)", "random.Random"),
        (
            "import random\nclass A:\n  def __init__(self):\n    self.r = random.Random(1)\n"
            "  def f(self):\n    self.r.random()",
            "random.Random",
        ),
        ("import torch\ndef f(x: torch.Tensor):\n  x.sum()", "torch.Tensor"),
        ("import torch\ndef f(x: torch.Tensor | None):\n  x.sum()", "torch.Tensor"),
        ("import random\nr = random.Random(1) if a else None\nr.x()", None),
        ("import random\nr = random.Random(1)\nr = other()\nr.x()", None),
        ("import random\nwith random.Random(1) as r:\n  r.x()", "random.Random"),
    ],
)
def test_origin(text, origin):
    file, call, _ = last_call(text)
    assert isinstance(call.func, ast.Attribute)
    assert file.names.origin(call.func.value, file.scope_of(call)) == origin


@pytest.mark.parametrize(
    ("text", "value", "via"),
    [
        ("f(3)", 3, "literal"),
        ("f(-3)", -3, "literal"),
        ("SEED = 3\nf(SEED)", 3, "name"),
        ("def g(seed=3):\n  f(seed)", 3, "parameter"),
        ("f('a' + 'b')", "ab", "literal"),
        ("n = 'x'\nf(f'{n}/y')", "x/y", "literal"),
        (
            "import argparse\np = argparse.ArgumentParser()\np.add_argument('--seed', type=int, "
            "default=3)\nargs = p.parse_args()\nf(args.seed)",
            3,
            "option",
        ),
        (
            "import argparse\np = argparse.ArgumentParser()\np.add_argument('--no-cuda', "
            "action='store_true')\nargs = p.parse_args()\nf(args.no_cuda)",
            False,
            "option",
        ),
        (
            "from absl import flags\nflags.DEFINE_integer('seed', 3, '')\nFLAGS = flags.FLAGS\n"
            "f(FLAGS.seed)",
            3,
            "option",
        ),
        ("class A:\n  def __init__(self):\n    self.s = 3\n  def g(self):\n    f(self.s)", 3, None),
    ],
)
def test_constants(text, value, via):
    file, call, _ = last_call(text)
    found = file.values.constant(call.args[0], file.scope_of(call))
    assert found is not None
    assert found.value == value
    assert via is None or found.via == via


@pytest.mark.parametrize("text", ["f(x)", "x = 1\nx = 2\nf(x)", "def g(x):\n  f(x)", "f(a.b)"])
def test_what_cannot_be_known_is_not_guessed(text):
    file, call, _ = last_call(text)
    assert file.values.constant(call.args[0], file.scope_of(call)) is None


def test_columns_count_characters():
    file, call, _ = last_call("ä = 1; g()")
    place = file.place(call)
    assert (place.column, place.end_column) == (8, 11)
