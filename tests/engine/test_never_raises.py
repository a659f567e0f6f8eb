"""No source that Python parses makes the engine or a rule raise."""

import sysconfig
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fwaudit.auditor.examine import Examiner, source_of
from fwaudit.auditor.versions import Versions
from fwaudit.checks import RULES

EXAMINER = Examiner(RULES, Versions())
STANDARD_LIBRARY = sorted(Path(sysconfig.get_path("stdlib")).glob("*.py"))
GRAMMAR = sorted(Path(sysconfig.get_path("stdlib"), "test").glob("test_[a-g]*.py"))

EXPRESSIONS = st.recursive(
    st.sampled_from(
        "x np.random.rand() torch.load('a') {} () [] None -1 f'{x}' lambda:0 os.listdir('.') "
        "set(x) jax.random.split(k) *x (yield) random.PRNGKey(0) torch.nn.Dropout()".split()
    ),
    lambda inner: st.one_of(
        st.builds("[{} for a in {}]".format, inner, inner),
        st.builds("f({}, k={})".format, inner, inner),
        st.builds("({} if {} else {})".format, inner, inner, inner),
        st.builds("{}[{}]".format, inner, inner),
        st.builds("(y := {})".format, inner),
        st.builds("{}.g({})".format, inner, inner),
    ),
    max_leaves=6,
)
STATEMENTS = st.one_of(
    st.builds("a = {}".format, EXPRESSIONS),
    st.builds("a, *b = {}".format, EXPRESSIONS),
    st.builds("for a in {}: {}".format, EXPRESSIONS, EXPRESSIONS),
    st.builds("def f(self, a={}, *, k): return {}".format, EXPRESSIONS, EXPRESSIONS),
    st.builds("class A({}): self.x = {}".format, EXPRESSIONS, EXPRESSIONS),
    st.builds("with {} as a: {}".format, EXPRESSIONS, EXPRESSIONS),
    st.builds("if {}: {}\nelse: {}".format, EXPRESSIONS, EXPRESSIONS, EXPRESSIONS),
    st.builds("@{}\ndef g(): del a; global a".format, EXPRESSIONS),
    st.builds("try: {}\nexcept {}: pass".format, EXPRESSIONS, EXPRESSIONS),
)
HEAD = (
    "import numpy as np, torch, jax, random, os\nfrom jax import random as random2\n"
    "import tensorflow as tf\nfrom sklearn.model_selection import *\n"
)


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(STATEMENTS, max_size=8))
def test_generated_sources(statements):
    text = HEAD + "\n".join(statements) + "\n"
    EXAMINER.examine_source(source_of("a.py", text.encode()), "a")


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400), st.sampled_from(["a.py", "a.ipynb"]))
def test_any_bytes(data, path):
    EXAMINER.examine_source(source_of(path, data), "a")


@pytest.mark.parametrize(
    "text",
    [
        "x = " + "(" * 150 + ")" * 150,
        "x = " + "+".join(["1"] * 20_000),
        "x = " + "-" * 50_000 + "1",
        "x" + ".a" * 5_000 + "()",
        "if a: pass\n" + "elif a: pass\n" * 5_000,
        "\0",
        "import numpy\n\0",
        "\f\nimport numpy as np\nnp.random.default_rng()\n",
        "# -*- coding: nonsense -*-\n",
    ],
    ids=range(9),
)
def test_extreme_sources(text):
    EXAMINER.examine_source(source_of("a.py", text.encode()), "a")


@pytest.mark.slow
@pytest.mark.parametrize("paths", [STANDARD_LIBRARY, GRAMMAR], ids=["library", "grammar"])
def test_the_standard_library(paths):
    for path in paths:
        EXAMINER.examine_source(source_of(path.name, path.read_bytes()), path.stem)
