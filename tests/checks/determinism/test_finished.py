"""DET003: programs that run a finished model, and those that train."""

from pathlib import Path

import pytest

from fwaudit.auditor.config import Config
from fwaudit.auditor.scan import ScanOptions, scan
from fwaudit.checks import RULES

FAST = "import torch\ntorch.backends.cudnn.benchmark = True\nmodel.load_state_dict(weights)\n"
HELPER = (
    "import torch\ndef start(model, weights):\n    torch.backends.cudnn.benchmark = True\n"
    "    model.load_state_dict(weights)\n"
)
PROGRAMS = {
    "evaluates a finished model": ("eval_depth.py", FAST + "print(model.eval()(x))\n", ["low"]),
    "draws samples, as a notebook would": (
        "mesh.py",
        FAST + "with torch.no_grad(): model(x)\n",
        ["low"],
    ),
    "takes its options from the program that trains": (
        "scripts/eval.py",
        "from train import parse_args\n" + FAST + "model.eval()\n",
        ["low"],
    ),
    "loads an optimizer only to write it again": (
        "convert_checkpoint.py",
        FAST + "optimizer.load_state_dict(state)\n",
        ["low"],
    ),
    "speaks of an optimizer in a comment only": (
        "save_pictures.py",
        FAST + "# model, optimizer\nmodel.eval()\n",
        ["low"],
    ),
    "an evaluation called val": ("val.py", "import optim\n" + FAST + "model.eval()\n", ["low"]),
    "a smoke test below a model": (
        "net.py",
        "import torch\nclass Net(torch.nn.Module):\n    pass\nif __name__ == '__main__':\n"
        "    torch.backends.cudnn.benchmark = True\n    print(Net()(torch.rand(1, 3)))\n",
        ["low"],
    ),
    "a script that defines its model and trains it": (
        "net.py",
        "import torch\nclass Net(torch.nn.Module):\n    pass\nif __name__ == '__main__':\n"
        "    torch.backends.cudnn.benchmark = True\n    train(Net())\n",
        ["high"],
    ),
    "an evaluation that adapts the model": (
        "eval_adapted.py",
        FAST + "loss.backward()\noptimizer.step()\n",
        ["high"],
    ),
    "a template whose training makes no step": (
        "finetune.py",
        FAST + "def train(args):\n    model.cuda()\nif args.mode == 'train':\n    train(args)\n",
        ["low"],
    ),
    "a class that predicts": (
        "predictor.py",
        "import torch\nclass Predictor:\n    def __init__(self, net):\n"
        "        torch.backends.cudnn.benchmark = True\n        self.net = net.eval()\n",
        ["low"],
    ),
    "a class that trains and evaluates": (
        "solver.py",
        "import torch\nclass Solver:\n    def __init__(self, net):\n"
        "        torch.backends.cudnn.benchmark = True\n        net.eval()\n        net.train()\n",
        ["high"],
    ),
    "goes on training": ("main.py", FAST + "trainer.train(model)\n", ["high"]),
    "starts what another file trains": ("run.py", FAST + "run_training(model)\n", ["high"]),
    "a helper that programs call": ("helper.py", HELPER, ["high"]),
    "shows what a model makes of a film": ("inference_video.py", FAST + "model(x)\n", []),
    "measures time": ("benchmark/testtime.py", FAST + "model(x)\n", []),
}


@pytest.mark.parametrize(("path", "text", "expected"), PROGRAMS.values(), ids=PROGRAMS)
def test_program(path: str, text: str, expected: list[str], tmp_path: Path) -> None:
    target = tmp_path / path
    target.parent.mkdir(exist_ok=True)
    target.write_text(text)
    rules = tuple(rule for rule in RULES if rule.code == "DET003")
    options = ScanOptions((tmp_path,), rules, Config(pedantic=True), current=tmp_path, jobs=1)
    assert [found.confidence.value for found in scan(options).findings] == expected


def test_a_demonstration_is_left_alone_where_determinism_is_asked_for_too(tmp_path: Path) -> None:
    both = FAST + "torch.backends.cudnn.deterministic = True\n"
    (tmp_path / "demo.py").write_text(both + "model.eval()\n")
    (tmp_path / "train.py").write_text(both + "loss.backward()\n")
    rules = tuple(rule for rule in RULES if rule.code == "DET004")
    options = ScanOptions((tmp_path,), rules, Config(), current=tmp_path, jobs=1)
    assert [found.place.path for found in scan(options).findings] == ["train.py"]


@pytest.mark.parametrize(
    ("layer", "expected"), [("LSTM(3, 3)", "low"), ("Conv1d(3, 3, 1)", "high")]
)
def test_without_a_convolution_nothing_is_timed(layer: str, expected: str, tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text(
        "from torch import nn\n# converted to a tensor\n"
        f"layers = nn.Sequential(nn.{layer}, nn.Linear(3, 3))\n"
    )
    (tmp_path / "train.py").write_text(FAST + "import net\nloss.backward()\n")
    rules = tuple(rule for rule in RULES if rule.code == "DET003")
    options = ScanOptions((tmp_path,), rules, Config(pedantic=True), current=tmp_path, jobs=1)
    assert [found.confidence.value for found in scan(options).findings] == [expected]
