"""Listings that chance orders anyway, and seeds that make their order matter."""

import textwrap
from pathlib import Path

import pytest

from fwaudit.auditor.config import Config
from fwaudit.auditor.scan import ScanOptions, scan
from fwaudit.checks import RULES


def found(folder: Path, files: dict[str, str]) -> list[tuple[str, int]]:
    """Return (path, line) of every listing reported at default confidence."""
    for path, code in files.items():
        (folder / path).write_text(textwrap.dedent(code), "utf-8")
    rules = tuple(rule for rule in RULES if rule.code == "ORDER001")
    result = scan(ScanOptions((folder,), rules, Config(), current=folder, jobs=1))
    return sorted((finding.place.path, finding.place.line) for finding in result.findings)


SPLIT = """\
    import glob, random
    from sklearn.model_selection import KFold
    from sklearn.utils import shuffle
    def parts(root):
        {seed}
        names = glob.glob(root + '/*')
        {mix}
        return names[:9], names[9:]
    """


@pytest.mark.parametrize(
    ("seed", "mix", "reported"),
    [
        ("pass", "random.shuffle(names)", False),
        ("random.seed(1)", "random.shuffle(names)", True),
        ("rng = random.Random(4)", "rng.shuffle(names)", True),
        ("rng = random.Random()", "rng.shuffle(names)", False),
        ("pass", "names = shuffle(names)", False),
        ("pass", "names = shuffle(names, random_state=3)", True),
        ("random.seed(1)", "names = shuffle(names)", False),
        ("pass", "folds = list(KFold(5, shuffle=True, random_state=2).split(names))", True),
        ("pass", "folds = list(KFold(5, shuffle=True).split(names))", False),
        ("pass", "folds = list(KFold(5).split(names))", True),
        ("from toolbox import FixedSeed; FixedSeed(3)", "random.shuffle(names)", True),
    ],
)
def test_shuffles(seed: str, mix: str, reported: bool, tmp_path: Path) -> None:
    code = SPLIT.format(seed=seed, mix=mix)
    assert bool(found(tmp_path, {"split_data.py": code})) is reported


DATASET = """\
    import os
    class Photos:
        def __init__(self, root):
            self.names = os.listdir(root)
        def __getitem__(self, index):
            return self.names[index]
    """
MAIN = """\
    import torch
    from photos import Photos
    {seed}
    def train(model):
        for batch in torch.utils.data.DataLoader(Photos('a'), shuffle=True):
            model(batch).backward()
    if __name__ == '__main__':
        train(Net())
    """


@pytest.mark.parametrize("seed", ["", "torch.manual_seed(0)", "key = make(seed=5)"])
def test_positions_that_a_loader_draws(seed: str, tmp_path: Path) -> None:
    files = {"photos.py": DATASET, "train.py": MAIN.format(seed=seed)}
    assert found(tmp_path, files) == ([("photos.py", 4)] if seed else [])


def test_a_list_that_its_only_user_shuffles(tmp_path: Path) -> None:
    files = {
        "load_rows.py": """\
            import glob
            def load(root):
                rows = []
                for name in glob.glob(root + '/*.json'):
                    rows.append(open(name).read())
                return rows
            """,
        "train.py": "import random, load_rows\nrows = load_rows.load('a')\nrandom.shuffle(rows)\n",
        "look.py": "import load_rows\nif __name__ == '__main__':\n    print(load_rows)\n",
    }
    assert not found(tmp_path, files)
    files["train.py"] = "import random\nrandom.seed(1)\n" + files["train.py"]
    assert found(tmp_path, files) == [("load_rows.py", 4)]


def test_a_store_that_lists_in_order(tmp_path: Path) -> None:
    code = """\
        import random
        import tensorflow as tf
        def shards(folder):
            random.seed(0)
            if 'gs://' in folder:
                names = tf.io.gfile.glob(folder + '/*.tfrecord')
            else:
                names = tf.io.gfile.glob(folder + '/part*')
            random.shuffle(names)
            return names[:9], names[9:]
        """
    assert found(tmp_path, {"load_data.py": code}) == [("load_data.py", 8)]


def test_a_listing_in_a_measure(tmp_path: Path) -> None:
    code = """\
        import glob
        from torch.utils.data import DataLoader
        def loader(names):
            return DataLoader(names)
        def test(model, folder):
            return [model(batch) for batch in loader(glob.glob(folder + '/*.png'))]
        """
    assert not found(tmp_path, {"maps.py": code})
