"""Findings about seeds that a maintainer would wave away, each beside one that stays."""

import textwrap
from pathlib import Path

import pytest

from fwaudit.auditor.config import Config
from fwaudit.auditor.finding import Confidence, Severity
from fwaudit.auditor.scan import ScanOptions, scan
from fwaudit.checks import RULES
from fwaudit.checks.seeds.hash_seed import LateHashSeed


def shown(folder: Path, code: str, files: dict[str, str]) -> list[tuple[str, int]]:
    """Return the places of a rule's findings at default confidence."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(textwrap.dedent(text), "utf-8")
    rules = tuple(rule for rule in RULES if rule.code == code)
    result = scan(ScanOptions((folder,), rules, Config(), current=folder, jobs=1))
    return [
        (finding.place.path, finding.place.line)
        for finding in result.findings
        if finding.confidence is not Confidence.LOW
    ]


MADE = """
import gym
def run(env):
    observation = env.reset()
    for _ in range(9):
        observation, *_ = env.step(1)
        agent.update(observation)
    return observation
"""
DEAD = """\
import argparse, random
parser = argparse.ArgumentParser()
parser.add_argument('--seed', type=int, default=1)
parser.add_argument('--size', type=int, default=1)
print(parser.parse_args().size{})
"""
WARMED = """\
import argparse
import gym
parser = argparse.ArgumentParser()
parser.add_argument('--warm-up', type=int, default={})
args = parser.parse_args()
env = gym.make('walk')
env.seed(1)
state = env.reset()
steps = 0
while True:
    action = agent.update(state)
    if steps < args.warm_up:
        action = env.action_space.sample()
    state, *_ = env.step(action)
    steps += 1
"""
OWN = """
class Grid(gym.Env):
    def start(self):
        return DRAWN
class Walled(gym.Wrapper):
    pass
run(Walled(Grid()))
"""
MAKES_OPTIMIZER = "    optimizer = torch.optim.SGD(net.parameters(), 0.1)\n"
RESUMED = f"""\
import os
import torch
def learn(folder):
    torch.manual_seed(0)
    net = torch.nn.Linear(2, 1)
{MAKES_OPTIMIZER}    kept = torch.load(folder + '/last.pt', weights_only=True)
    optimizer.load_state_dict(kept['optimizer'])
    net(torch.rand(2)).backward()
    state = {{'optimizer': optimizer.state_dict()}}
    torch.save(state, os.path.join(folder, 'last.pt'))
learn('out')
"""
DEFAULTS = """\
import torch
class Net(torch.nn.Module):
    def __init__(self, body=torch.nn.Linear(2, 2)):
        super().__init__()
        self.body = body
torch.manual_seed(0)
net = Net({given})
net.body(torch.ones(2)).sum().backward()
"""
OLD = {"requirements.txt": "torch==1.4.0\n"}
PLAIN = """
from torch.utils.data import DataLoader, Dataset
class Rows(Dataset):
    def __getitem__(self, index):
        {body}
def learn(loader, model):
    for row in loader:
        model(row).backward()
def check(loader, model):
    for row in loader:
        print(model(row))
"""
DRAWN = "import numpy as np\n" + PLAIN.replace("{body}", "return np.random.normal()")
CAUGHT = "import numpy as np, torch\n" + PLAIN.replace(
    "{body}",
    "try:\n            return torch.load(index)\n"
    "        except OSError:\n            return np.random.normal()",
)
ASKED = """
import argparse, random
import numpy as np
parser = argparse.ArgumentParser()
parser.add_argument('--seed', type=int, default=None)
parser.add_argument('--quick', action='store_true')
args = parser.parse_args()
"""
FRESH = (
    ASKED
    + """
if args.seed is None:
    args.seed = random.randint(0, 9)
{told}
np.random.seed(args.seed)
print(np.random.rand())
"""
)
MAYBE = ASKED + "if args.seed is not None:\n    random.seed(args.seed)\nprint(random.random())\n"
#: title -> (rule, files, lines that are shown of the last file).
CASES: dict[str, tuple[str, dict[str, str], list[int]]] = {
    "an environment that takes its seed in a table": (
        "SEED012",
        {"train.py": MADE + "run(gym.make('walk', task_kwargs={'random': 3}))\n"},
        [],
    ),
    "an environment that takes no seed": (
        "SEED012",
        {"train.py": MADE + "run(gym.make('walk', task_kwargs={'size': 3}))\n"},
        [4],
    ),
    "a reset that hands on what is not seen": (
        "SEED012",
        {"train.py": "import gym, sys\nenv = gym.make('walk')\nenv.reset(**sys.argv[1])\n"},
        [],
    ),
    "a maker out of sight that is handed a seed": (
        "SEED012",
        {
            "train.py": """\
            import gone
            seed = 3
            env = gone.make_env('walk', seed)()
            print(env.reset())
            """
        },
        [],
    ),
    "a wrapper that seeds the action space with the environment": (
        "SEED012",
        {
            "train.py": """\
            import gym
            class Both(gym.Wrapper):
                def seed(self, seed):
                    self.env.action_space.seed(seed)
                    return self.env.seed(seed)
            env = Both(gym.make('walk'))
            env.seed(1)
            env.reset()
            for _ in range(9):
                env.step(env.action_space.sample())
            """
        },
        [],
    ),
    "shapes sampled one after the other": (
        "SEED012",
        {
            "train.py": """\
            import gym
            def create(env):
                seen = env.observation_space.sample()
                done = env.action_space.sample()
                return seen.shape, done
            env = gym.make('walk')
            env.seed(1)
            create(env)
            """
        },
        [],
    ),
    "one step that shows an environment; another that is run": (
        "SEED012",
        {
            "train.py": """\
            import gym
            shown = gym.make('walk')
            shown.reset()
            shown.step(1)
            env = gym.make('run')
            seen = env.reset()
            for _ in range(9):
                seen, *_ = env.step(2)
                agent.learn(seen)
            """
        },
        [6],
    ),
    "a game that a person plays": (
        "SEED012",
        {
            "train.py": """\
            import gym
            env = gym.make('walk')
            env.reset()
            while True:
                env.step(int(input()))
            """
        },
        [],
    ),
    "an evaluation that may be watched": (
        "SEED012",
        {
            "train.py": """\
            import gym
            import numpy as np
            env = gym.make('walk')
            env.reset()
            scores = []
            for _ in range(9):
                scores.append(env.step(1)[1])
                env.render()
            print(np.mean(scores))
            """
        },
        [4],
    ),
    "a default generator that a call leaves out": (
        "SEED007",
        {
            "train.py": """\
            import numpy as np
            def draw(n, rng=np.random.default_rng()):
                return rng.random(n)
            print(draw(3))
            rng = np.random.default_rng()
            """
        },
        [5],
    ),
    "a split that no program makes": (
        "SEED008",
        {
            "train.py": """\
            from sklearn.model_selection import train_test_split
            def unused(rows):
                return train_test_split(rows)
            def used(rows):
                return train_test_split(rows)
            print(used([1, 2, 3]))
            """
        },
        [5],
    ),
    "a sample that is fixed once": (
        "SEED011",
        {
            "train.py": """\
            import numpy as np
            from report import Report
            Report().plot()
            """,
            "report.py": """\
            import numpy as np
            class Report:
                def subset(self):
                    np.random.seed(4)
                    return np.random.choice(9)
                def plot(self):
                    return self.subset()
            """,
        },
        [],
    ),
    "a sample that is fixed for each picture": (
        "SEED011",
        {
            "train.py": """\
            from report import subset
            for picture in range(3):
                print(picture, subset())
            """,
            "report.py": """\
            import numpy as np
            def subset():
                np.random.seed(4)
                return np.random.choice(9)
            """,
        },
        [3],
    ),
    "a loop of a function that nobody calls": (
        "SEED011",
        {
            "train.py": """\
            import random
            def old():
                for _ in range(3):
                    random.seed(1)
                    print(random.random())
            def new():
                for _ in range(3):
                    random.seed(1)
                    print(random.random())
            new()
            """
        },
        [8],
    ),
    "a helper that nobody calls, in two copies": (
        "SEED013",
        {
            "train.py": "print(eval('1'))\n",
            "one/seeding.py": "import os\ndef fix(n):\n    os.environ['PYTHONHASHSEED'] = n\n",
            "two/seeding.py": "import os\ndef fix(n):\n    os.environ['PYTHONHASHSEED'] = n\n",
        },
        [],
    ),
    "a helper that the program calls": (
        "SEED013",
        {
            "train.py": "from seeding import fix\nfix('1')\nfor name in set('abc'):\n    print(name)\n",
            "seeding.py": "import os\ndef fix(n):\n    os.environ['PYTHONHASHSEED'] = n\n",
        },
        [3],
    ),
    "an environment that nothing learns from": (
        "SEED012",
        {"train.py": MADE.replace("agent.update", "print") + "run(gym.make('walk'))\n"},
        [],
    ),
    "an environment that an operator looks after": (
        "SEED012",
        {
            "train.py": MADE.replace("agent.update", "np.mean")
            + "input('ready?')\nrun(gym.make('arm'))\n"
        },
        [],
    ),
    "an environment that another package makes": (
        "SEED012",
        {"train.py": MADE + "import brax\nrun(brax.make('walk'))\n"},
        [],
    ),
    "an environment of the project that draws from a global stream": (
        "SEED012",
        {"train.py": MADE + OWN.replace("DRAWN", "random.random()")},
        [],
    ),
    "an environment of the project that draws from gym's generator": (
        "SEED012",
        {"train.py": MADE + OWN.replace("DRAWN", "self.np_random.random()")},
        [4],
    ),
    "a step that is not repeated": (
        "SEED012",
        {"train.py": MADE.replace("for _ in range(9)", "if True") + "run(gym.make('walk'))\n"},
        [],
    ),
    "a sampled action that only shows its shape": (
        "SEED012",
        {
            "train.py": """\
            import gym
            env = gym.make('walk')
            state = env.reset(seed=1)
            agent.learn(env.action_space.sample()[None])
            for _ in range(9):
                env.step(agent.act(state))
            """
        },
        [],
    ),
    "a warm-up of no steps": ("SEED012", {"train.py": WARMED.format(0)}, []),
    "a warm-up of some steps": ("SEED012", {"train.py": WARMED.format(9)}, [13]),
    "a seeding behind a flag": (
        "SEED011",
        {
            "train.py": """\
            import random
            class Rows:
                def __getitem__(self, index):
                    if not self.begun:
                        random.seed(1)
                        self.begun = True
                    return random.random()
            print(Rows()[0])
            """
        },
        [],
    ),
    "rounds that begin alike and draw elsewhere": (
        "SEED011",
        {
            "train.py": """\
            import random
            from methods import METHODS
            for method in METHODS:
                random.seed(1)
                method()
            """
        },
        [],
    ),
    "a generator that nothing reads; one that is read": (
        "SEED007",
        {
            "train.py": """\
            import numpy as np
            class Buffer:
                def __init__(self):
                    self.idle = np.random.default_rng()
                    self.used = np.random.default_rng()
                def draw(self):
                    return self.used.random()
            print(Buffer().draw())
            """
        },
        [5],
    ),
    "a generator of a module that no program imports": (
        "SEED007",
        {
            "train.py": "import gym\nspace = gym.spaces.Steps(2)\n",
            "old.py": """\
            import numpy as np
            class Steps:
                def sample(self):
                    return np.random.default_rng().random()
            """,
        },
        [],
    ),
    "a split in a program that seeds NumPy elsewhere": (
        "SEED008",
        {
            "train.py": """\
            import numpy as np
            from parts import halves
            np.random.seed(1)
            print(halves([1, 2, 3]))
            """,
            "parts.py": """\
            from sklearn.model_selection import train_test_split
            def halves(rows):
                return train_test_split(rows)
            """,
        },
        [],
    ),
    "a split in the copy of another project": (
        "SEED008",
        {
            "train.py": "print(1)\n",
            "other/LICENSE": "MIT License\n",
            "other/train.py": "from sklearn.model_selection import train_test_split\n"
            "print(train_test_split([1, 2, 3]))\n",
        },
        [],
    ),
    "a checkpoint that is resumed from": ("SEED014", {"train.py": RESUMED}, [11]),
    "a generator of its own that is handed to what draws": (
        "SEED004",
        {
            "train.py": "import time\nimport torch\nfrom torch.utils.data import RandomSampler\n"
            "def order(rows):\n    own = torch.Generator()\n    own.manual_seed(int(time.time()))\n"
            "    return RandomSampler(rows, generator=own)\nprint(list(order([1, 2, 3])))\n"
        },
        [6],
    ),
    "a checkpoint that is saved under two names": (
        "SEED014",
        {
            "train.py": RESUMED.replace(
                "learn('out')", "    torch.save(state, folder + '/last.pt')\nlearn('out')"
            )
        },
        [11],
    ),
    "a checkpoint under another name than what is loaded": (
        "SEED014",
        {"train.py": RESUMED.replace("'last.pt'", "'best_{}.pt'.format(1)")},
        [],
    ),
    "a resume of an optimizer that is made later": (
        "SEED014",
        {
            "train.py": RESUMED.replace(MAKES_OPTIMIZER, "").replace(
                "    net(", MAKES_OPTIMIZER + "    net("
            )
        },
        [],
    ),
    "a number that becomes the seed": (
        "SEED003",
        {
            "train.py": """\
            import random
            import torch
            settings = {}
            settings['seed'] = random.randint(0, 9)
            random.seed(3)
            torch.nn.Linear(2, 1)(torch.ones(2)).backward()
            print(random.random())
            """
        },
        [],
    ),
    "a default that each call gives something else for": (
        "SEED003",
        {"train.py": DEFAULTS.format(given="torch.nn.Linear(2, 2)")},
        [],
    ),
    "a default that a call leaves as it is": (
        "SEED003",
        {"train.py": DEFAULTS.format(given="")},
        [3],
    ),
    "a seed for one part, after which the stream is free again": (
        "SEED003",
        {
            "train.py": """\
            import random
            import torch
            rows = random.sample(range(9), 3)
            random.seed(3)
            parts = random.sample(range(9), 3)
            random.seed(None)
            torch.nn.Linear(2, 1)(torch.ones(2)).backward()
            print(rows, parts)
            """
        },
        [],
    ),
    "a state that is put back": (
        "SEED003",
        {
            "train.py": """\
            import torch
            net = torch.nn.Linear(2, 2)
            state = torch.get_rng_state()
            net(torch.ones(2)).sum().backward()
            torch.set_rng_state(state)
            net(torch.ones(2)).sum().backward()
            """
        },
        [],
    ),
    "a regression whose solver draws nothing": (
        "SEED008",
        {
            "train.py": "from sklearn.linear_model import LogisticRegression\n"
            "print(LogisticRegression(solver='liblinear').fit([[0], [1]], [0, 1]).coef_)\n"
            "print(LogisticRegression(solver='liblinear', dual=True).fit([[0], [1]], [0, 1]).coef_)\n"
        },
        [3],
    ),
    "a loader that the program learns from": (
        "SEED006",
        OLD | {"train.py": DRAWN + "learn(DataLoader(Rows(), num_workers=2), print)\n"},
        [13],
    ),
    "a loader that the program only evaluates with": (
        "SEED006",
        OLD
        | {
            "train.py": DRAWN
            + "learn(DataLoader(Rows(), num_workers=0), print)\n"
            + "check(DataLoader(Rows(), num_workers=2), print)\n"
        },
        [],
    ),
    "a draw for rows that cannot be read": (
        "SEED006",
        OLD | {"train.py": CAUGHT + "learn(DataLoader(Rows(), num_workers=2), print)\n"},
        [],
    ),
    "a mixture with odds of 0, and one with odds that the user sets": (
        "SEED006",
        OLD
        | {
            "train.py": """\
            import argparse, random
            import numpy as np
            from torch.utils.data import DataLoader, Dataset
            parser = argparse.ArgumentParser()
            parser.add_argument('--odds', type=float, default=0)
            class Rows(Dataset):
                def __init__(self, odds):
                    self.odds = odds
                def __getitem__(self, index):
                    if random.random() < self.odds:
                        return np.random.normal()
                    return index
            for row in DataLoader(Rows(0), num_workers=2):
                print(row)
            for row in DataLoader(Rows(parser.parse_args().odds), num_workers=2):
                print(row)
            """
        },
        [15],
    ),
    "a stream that each epoch seeds anew": (
        "SEED014",
        {
            "train.py": """\
            import torch
            torch.manual_seed(0)
            model = torch.nn.Linear(2, 2)
            optimizer = torch.optim.SGD(model.parameters(), 0.1)
            kept = torch.load('c.pt', weights_only=True)
            optimizer.load_state_dict(kept['optimizer'])
            for epoch in range(kept['epoch'], 9):
                torch.manual_seed(epoch)
                torch.save({'epoch': epoch, 'optimizer': optimizer.state_dict()}, 'c.pt')
            """
        },
        [],
    ),
    "weights that a checkpoint replaces": (
        "SEED003",
        {
            "train.py": """\
            import torch
            def finder():
                net = Net()
                net.load_state_dict(torch.load('net.pt', weights_only=True))
                return net
            class Net(torch.nn.Module):
                def __init__(self):
                    self.one = torch.nn.Linear(2, 2)
            net = finder()
            torch.manual_seed(0)
            net(torch.nn.Linear(2, 2)).backward()
            """
        },
        [],
    ),
    "a seed for the evaluation that follows the training": (
        "SEED003",
        {
            "train.py": """\
            import torch
            net = torch.nn.Linear(2, 2)
            net(1).backward()
            torch.manual_seed(0)
            print(net(torch.rand(2, 2)))
            """
        },
        [],
    ),
    "a stream set free that nothing draws from; one that is drawn from": (
        "SEED004",
        {
            "train.py": """\
            import random
            import numpy as np
            np.random.seed(3)
            print(np.random.rand(), random)
            np.random.seed(None)
            random.seed()
            print(random.random())
            """
        },
        [6],
    ),
    "a dead option of a program that draws nothing": (
        "SEED010",
        {"train.py": DEAD.format("")},
        [],
    ),
    "a dead option of a program that draws": (
        "SEED010",
        {"train.py": DEAD.format(" * random.random()")},
        [3],
    ),
    "a seed that is drawn, and printed": (
        "SEED002",
        {"train.py": FRESH.format(told="print(f'seed {args.seed}')")},
        [],
    ),
    "a seed that is drawn, and lost": (
        "SEED002",
        {"train.py": FRESH.format(told="print(f'quick {args.quick}')")},
        [13],
    ),
    "a seed that each documented command gives": (
        "SEED002",
        {
            "README.md": "```\npython train.py --quick \\\n  --seed 5\npython train.py --seed=3\n```\n",
            "train.py": MAYBE,
        },
        [],
    ),
    "a seed that each command gives, beside how commands are written": (
        "SEED002",
        {
            "README.md": "```\npython train.py <name> [--quick]\npython train.py it --seed 3\n```\n",
            "train.py": MAYBE,
        },
        [],
    ),
    "a seed on demand in the copy of another project": (
        "SEED002",
        {"train.py": "print(1)\n", "other/LICENSE": "MIT License\n", "other/train.py": MAYBE},
        [],
    ),
    "a seed that one documented command gives": (
        "SEED002",
        {
            "README.md": "```\npython train.py --quick\npython train.py --seed=3\n```\n",
            "train.py": MAYBE,
        },
        [10],
    ),
    "a key whose seed another option has nothing to do with": (
        "SEED002",
        {
            "train.py": ASKED
            + "import jax\nif args.quick:\n    print(1)\nelse:\n"
            + "    key = jax.random.key(np.random.randint(9))\n    print(jax.random.normal(key))\n"
        },
        [],
    ),
    "workers that an option does not reach": (
        "SEED002",
        OLD
        | {
            "train.py": ASKED
            + "import torch\nif args.seed:\n    torch.manual_seed(args.seed)\n"
            + DRAWN
            + "for row in DataLoader(Rows(), num_workers=2):\n    print(row)\n"
        },
        [],
    ),
    "a module that tries its loader": (
        "SEED006",
        OLD
        | {
            "train.py": "from rows import Rows\nprint(Rows())\n",
            "rows.py": DRAWN.replace(
                "def learn",
                "if __name__ == '__main__':\n"
                "    for row in DataLoader(Rows(), num_workers=2):\n        print(row)\ndef learn",
            ),
        },
        [],
    ),
}


@pytest.mark.parametrize("title", CASES)
def test_shown(tmp_path: Path, title: str) -> None:
    code, files, lines = CASES[title]
    last = list(files)[-1]
    assert shown(tmp_path, code, files) == [(last, line) for line in lines]


@pytest.mark.parametrize(
    ("program", "severity"),
    [
        ("for name in set('abc'):\n    print(name)\n", Severity.WARNING),
        ("print(hash('a'))\n", Severity.WARNING),
        ("print(3 in {1, 2}, len(set('abc')), sorted(set('abc')))\n", Severity.INFO),
    ],
)
def test_a_late_hash_seed_warns_where_hashes_decide(
    tmp_path: Path, program: str, severity: Severity
) -> None:
    (tmp_path / "train.py").write_text(f"from seeding import fix\nfix('1')\n{program}", "utf-8")
    (tmp_path / "seeding.py").write_text(
        "import os\ndef fix(n):\n    os.environ['PYTHONHASHSEED'] = n\n", "utf-8"
    )
    (found,) = scan(
        ScanOptions((tmp_path,), (LateHashSeed,), Config(), current=tmp_path, jobs=1)
    ).findings
    assert found.severity is severity
