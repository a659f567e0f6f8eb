"""Shapes of programs that the walk first read wrong in repositories which nobody had looked at."""

from pathlib import Path

import pytest

from fwaudit.auditor.config import Config
from fwaudit.auditor.scan import ScanOptions, scan
from fwaudit.checks import RULES

from .test_hard_cases import state_of

CLICK = """
import click, torch
from work import go
class Options(dict):
    def __getattr__(self, name):
        return self[name]
    def __setattr__(self, name, value):
        self[name] = value
@click.command()
@click.option("--seed", type=int)
@click.option("--size", type=int, default=3)
def main(**kwargs):
    given, passed = Options(kwargs), Options()
    passed.size = given.size
    if given.seed is not None:
        passed.seed = given.seed
    else:
        number = torch.randint(1 << 31, size=[])
        passed.seed = int(number)
    go(**passed)
if __name__ == "__main__":
    main()
"""
GO = """
import numpy as np
import torch
def go(seed=0, size=1):
    np.random.seed(seed % (1 << 31))
    torch.manual_seed(np.random.randint(1 << 31))
    return torch.nn.Linear(size, size)
"""
SPAWN = """
import random, torch
import torch.multiprocessing as mp
from torch.utils.data import DataLoader, Dataset
class Crops(Dataset):
    def __init__(self):
        random.seed(1)
    def __getitem__(self, index):
        return random.randint(0, 9)
def work(rank):
    for row in DataLoader(Crops(), num_workers=2):
        keep(row)
if __name__ == "__main__":
    torch.manual_seed(0)
    mp.spawn(work, nprocs=2)
"""
HYDRA = {
    "conf/main.yaml": "defaults:\n  - model: small\nseed: 1\nbuffer: ${sizes.buffer}\n"
    "sizes:\n  buffer: 5\n",
    "conf/model/small.yaml": "_target_: nets.Sampler\nsize: ${buffer}\n",
    "nets.py": "import numpy as np\nclass Sampler:\n    def __init__(self, size):\n"
    "        self.size = size\n    def draw(self):\n        return np.random.rand(self.size)\n",
    "train.py": "import hydra\nimport numpy as np\n"
    "@hydra.main(config_path='conf', config_name='main')\n"
    "def main(cfg):\n    np.random.seed(cfg.seed)\n"
    "    sampler = hydra.utils.instantiate(cfg.model)\n    rows = sampler.draw()\n"
    "    return rows\nif __name__ == '__main__':\n    main()\n",
}
OLD_HYDRA = {
    "conf/main.yaml": "defaults:\n  - agent: one\nseed: 1\n",
    "conf/agent/one.yaml": "agent:\n  class: agents.Agent\n  params:\n    size: 3\n",
    "agents.py": "import random\nclass Agent:\n    def __init__(self, size):\n"
    "        self.first = random.random() * size\n",
    "train.py": "import hydra, random\n@hydra.main(config_path='conf/main.yaml', strict=True)\n"
    "def main(cfg):\n    random.seed(cfg.seed)\n    agent = hydra.utils.instantiate(cfg.agent)\n"
    "    return agent\nif __name__ == '__main__':\n    main()\n",
}
CASES = {
    "the seed goes through a dictionary with attributes and is drawn by default": (
        "torch",
        {"train.py": CLICK, "work.py": GO},
        "conditional",
    ),
    "a stream that is seeded from one whose seed is drawn by default": (
        "numpy",
        {"train.py": CLICK, "work.py": GO},
        "conditional",
    ),
    "workers of a spawned child": ("python", {"train.py": SPAWN}, "unseeded"),
    "a constant 0 that stands for no seed": (
        "torch",
        {
            "train.py": "import torch\ndef train():\n    random_seed = 0\n    if random_seed:\n"
            "        torch.manual_seed(random_seed)\n    net = torch.nn.Linear(2, 2)\n"
            "    return net\ntrain()\n"
        },
        "conditional",
    ),
    "a constant of another name decides": (
        "torch",
        {
            "train.py": "import torch\nfast = 0\nif fast:\n    torch.manual_seed(3)\n"
            "net = torch.nn.Linear(2, 2)\n"
        },
        "unseeded",
    ),
    "a loop that by default has no rounds": (
        "numpy",
        {
            "train.py": "import numpy as np\ndef fit(starts=0):\n"
            "    many = 0 if starts == 0 else np.random.randint(starts)\n"
            "    for _ in range(many):\n        x = np.random.rand()\n    return 1\n"
            "done = fit()\n"
        },
        "not-drawn",
    ),
    "a loop that has rounds": (
        "numpy",
        {
            "train.py": "import numpy as np\ndef fit(starts=2):\n"
            "    for _ in range(starts):\n        x = np.random.rand()\n    return 1\n"
            "done = fit()\n"
        },
        "unseeded",
    ),
    "what a loop counts on is no constant": (
        "python",
        {
            "train.py": "import random\ni = 0\nwhile True:\n    if i % 5 == 0 and i != 0:\n"
            "        order = random.sample(range(9), 9)\n        use(order)\n    i += 1\n"
        },
        "unseeded",
    ),
    "a class that Hydra makes draws": ("numpy", HYDRA, "seeded"),
    "a class that Hydra 0.x makes draws": ("python", OLD_HYDRA, "seeded"),
    "a class that Hydra makes draws unseeded": (
        "numpy",
        {**HYDRA, "train.py": HYDRA["train.py"].replace("    np.random.seed(cfg.seed)\n", "")},
        "unseeded",
    ),
    "a data set shuffled with a seed by position": (
        "numpy",
        {"train.py": "from datasets import load_dataset\nrows = load_dataset('x').shuffle(7)\n"},
        "not-drawn",
    ),
    "a worker that seeds itself": (
        "numpy",
        {
            "train.py": "import numpy as np\nfrom torch.utils.data import DataLoader, Dataset\n"
            "class Rows(Dataset):\n    def __getitem__(self, i):\n"
            "        return np.random.rand()\ndef begin(number):\n"
            "    np.random.seed(number)\n"
            "for row in DataLoader(Rows(), num_workers=2, worker_init_fn=begin):\n"
            "    keep(row)\n"
        },
        "seeded",
    ),
    "the seed stands in the branch of another mode": (
        "numpy",
        {
            "train.py": "import argparse\nimport numpy as np\nparser = argparse.ArgumentParser()\n"
            "parser.add_argument('--data', default='faces')\nargs = parser.parse_args()\n"
            "if args.data == 'digits':\n    np.random.seed(1)\norder = np.random.permutation(9)\n"
        },
        "unseeded",
    ),
    "the seed and the draw stand in the branch of the same mode": (
        "numpy",
        {
            "train.py": "import argparse\nimport numpy as np\nparser = argparse.ArgumentParser()\n"
            "parser.add_argument('--data', default='faces')\nargs = parser.parse_args()\n"
            "if args.data == 'digits':\n    np.random.seed(1)\n"
            "    order = np.random.permutation(9)\n    use(order)\n"
        },
        "seeded",
    ),
    "a subclass of a network of an installed package": (
        "torch",
        {
            "train.py": "import timm.models.vision_transformer as vt\n"
            "class Net(vt.VisionTransformer):\n    def __init__(self, **more):\n"
            "        super().__init__(**more)\nnet = Net(depth=2)\nnet.train()\n"
        },
        "unseeded",
    ),
    "a key that is drawn from in a function read before the key is made": (
        "jax",
        {
            "train.py": "import jax\nregister = outside(lambda key: jax.random.normal(key))\n"
            "key = jax.random.PRNGKey(0)\nrow = register(key)\n"
        },
        "seeded",
    ),
    "an environment that seeds its action space": (
        "gym-action-space",
        {
            "train.py": "import dmc2gym\nenv = dmc2gym.make('cheetah', 'run', seed=2)\n"
            "action = env.action_space.sample()\n"
        },
        "seeded",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_unseen_program(name: str, tmp_path: Path) -> None:
    stream, files, expected = CASES[name]
    assert state_of(tmp_path, stream, files) == expected


PARTS = (
    "import argparse\nimport torch\nclass Net(torch.nn.Module):\n    pass\n"
    "def test():\n    parser = argparse.ArgumentParser()\n"
    "    parser.add_argument('--size', type=int, default=2)\n"
    "    print(torch.rand(parser.parse_args().size))\n"
)
SELF_TESTS = {
    "a block that tries a module out": ("    print(Net()(torch.rand(2)))\n", "low"),
    "a block that trains": ("    loss = torch.rand(2)\n    loss.backward()\n", "high"),
    "a block that calls its main": ("    main(torch.rand(2))\n", "high"),
    "a block that calls a test with options": ("    test()\n", "low"),
    "a block with options": (
        "    import argparse\n    parser = argparse.ArgumentParser()\n"
        "    parser.add_argument('--size', type=int, default=2)\n"
        "    print(torch.rand(parser.parse_args().size))\n",
        "high",
    ),
}


@pytest.mark.parametrize("case", SELF_TESTS)
def test_a_main_block_of_an_imported_module(case: str, tmp_path: Path) -> None:
    block, expected = SELF_TESTS[case]
    (tmp_path / "nets.py").write_text(f"{PARTS}if __name__ == '__main__':\n{block}", "utf-8")
    (tmp_path / "train.py").write_text("from nets import Net\nprint(Net)\n", "utf-8")
    rule = tuple(rule for rule in RULES if rule.code == "SEED001")
    config = Config(pedantic=True)
    result = scan(ScanOptions((tmp_path,), rule, config, current=tmp_path, jobs=1))
    assert [str(finding.confidence) for finding in result.findings] == [expected]


def test_a_program_in_the_package_of_a_library(tmp_path: Path) -> None:
    """A main block with options is run by people, wherever it stands: it is no self-test."""
    (tmp_path / "agents").mkdir()
    (tmp_path / "agents" / "__init__.py").write_text("", "utf-8")
    (tmp_path / "setup.py").write_text(
        "from setuptools import setup\nsetup(name='agents', packages=['agents'])\n", "utf-8"
    )
    (tmp_path / "agents" / "learn.py").write_text(
        "import argparse\nimport gym\ndef learn(name):\n    env = gym.make(name)\n"
        "    return env.reset()\nif __name__ == '__main__':\n"
        "    parser = argparse.ArgumentParser()\n    parser.add_argument('--env', default='A-v0')\n"
        "    learn(parser.parse_args().env)\n",
        "utf-8",
    )
    rule = tuple(rule for rule in RULES if rule.code == "SEED012")
    config = Config(pedantic=True)
    result = scan(ScanOptions((tmp_path,), rule, config, current=tmp_path, jobs=1))
    assert [finding.place.line for finding in result.findings] == [5]


MEASURED = {
    "bench.py": (
        "x = torch.rand(2)\nbegin = time.time()\nnet(x)\nprint(time.time() - begin)\n",
        "low",
    ),
    "score.py": (
        "x = torch.rand(2)\nbegin = time.time()\nnet(x)\nprint(time.time() - begin)\n",
        "high",
    ),
    "bench_training.py": ("x = torch.rand(2)\nbegin = time.time()\nnet(x).backward()\n", "high"),
}


@pytest.mark.parametrize("name", MEASURED)
def test_inputs_that_are_only_timed(name: str, tmp_path: Path) -> None:
    text, expected = MEASURED[name]
    (tmp_path / name).write_text(
        f"import time\nimport torch\nfrom nets import net\n{text}", "utf-8"
    )
    rule = tuple(rule for rule in RULES if rule.code == "SEED001")
    config = Config(pedantic=True)
    result = scan(ScanOptions((tmp_path,), rule, config, current=tmp_path, jobs=1))
    assert [str(finding.confidence) for finding in result.findings] == [expected]


def test_what_is_seeded_instead_is_said_once(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(
        "import random\nimport gym\nimport torch\nenv = gym.make('A-v0')\nenv.seed(1)\n"
        "random.seed(1)\nrandom.seed(2)\nnet = torch.nn.Linear(2, 2)\nnet.train()\n",
        "utf-8",
    )
    rule = tuple(rule for rule in RULES if rule.code == "SEED001")
    found = scan(ScanOptions((tmp_path,), rule, current=tmp_path, jobs=1)).findings
    notes = [each.note for finding in found for each in finding.evidence]
    assert [note for note in notes if note.startswith("seeds ")] == [
        "seeds Python's random stream, not torch's stream"
    ]


SHOWN = {
    "what was drawn is only shown": ("shown = torch.rand(2)\nprint(shown)\n", "net", "low"),
    "what was drawn is used further": ("shown = torch.rand(2)\n", "shown", "high"),
}


@pytest.mark.parametrize("case", SHOWN)
def test_drawn_before_the_seed(case: str, tmp_path: Path) -> None:
    before, used, expected = SHOWN[case]
    (tmp_path / "lesson.py").write_text(
        f"import torch\n{before}torch.manual_seed(1)\nnet = torch.nn.Linear(2, 2)\nkeep({used})\nkeep(net).backward()\n",
        "utf-8",
    )
    rule = tuple(rule for rule in RULES if rule.code == "SEED003")
    config = Config(pedantic=True)
    result = scan(ScanOptions((tmp_path,), rule, config, current=tmp_path, jobs=1))
    assert [str(finding.confidence) for finding in result.findings] == [expected]


_LAUGHS = "".join(
    f"a{level}: &a{level} [{', '.join([f'*a{level - 1}' if level else '1'] * 9)}]\n"
    for level in range(9)
)
HOSTILE = {
    "aliases that multiply": _LAUGHS,
    "aliases in a circle": "circle: &circle\n  again: *circle\nlist: &list [*list, 1]\n",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_configurations_without_end(name: str, tmp_path: Path) -> None:
    """The walk reads what it can of them, and goes on."""
    program = (
        "import yaml, torch\nsettings = yaml.safe_load(open('run.yaml'))\n"
        "torch.manual_seed(settings['seed'])\nprint(torch.rand(2))\n"
    )
    files = {"train.py": program, "run.yaml": f"seed: 1\n{HOSTILE[name]}"}
    assert state_of(tmp_path, "torch", files) == "seeded"
