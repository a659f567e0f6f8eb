"""A file that was examined is freed by its reference counts: it does not wait for the collector."""

from __future__ import annotations

import ast
import gc

from fwaudit.auditor.examine import Examiner
from fwaudit.auditor.source import Source
from fwaudit.auditor.versions import Versions
from fwaudit.checks import RULES

#: Something for every family that keeps what it makes of a file.
_TEXT = """
import argparse
import glob
import os
import random

import jax
import numpy as np
import torch


class Data:
    def __init__(self, root):
        self.files = [name for name in glob.glob(root + "/*.png")]
        self.labels = {label: i for i, label in enumerate(set(os.listdir(root)))}

    def __getitem__(self, index):
        return self.files[index], random.random()


def noise(seed):
    key = jax.random.PRNGKey(seed)
    first = jax.random.normal(key, (3,))
    second = jax.random.normal(key, (3,))
    return first + second


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", default=0)
    torch.backends.cudnn.benchmark = True
    model = torch.nn.Linear(2, 2)
    for _ in range(3):
        out = torch.nn.functional.interpolate(model(torch.randn(2, 2)), mode="bilinear")
        out.sum().backward()
    np.random.shuffle(Data(".").files)


if __name__ == "__main__":
    main()
""" + "\n".join(f"def other{i}(a):\n    return a.b({i}).c([x for x in a])" for i in range(200))


def test_the_tree_of_an_examined_file_does_not_wait_for_the_collector() -> None:
    examiner = Examiner(RULES, Versions())
    source = Source("train.py", _TEXT)
    assert examiner.examine_source(source, "train").findings  # warms caches up, too
    gc.collect()
    gc.disable()
    try:
        examiner.examine_source(source, "train")
        gc.set_debug(gc.DEBUG_SAVEALL)
        gc.collect()
        left = [node for node in gc.garbage if isinstance(node, ast.AST)]
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()
    # What rules followed around a finding may: a few statements, never the file.
    assert not any(isinstance(node, ast.Module) for node in left)
    assert len(left) * 20 < sum(1 for _ in ast.walk(ast.parse(_TEXT)))
