"""CPU time of two trainings at every level of tracing, beside torch's own debug mode, in one run.

    python benchmarks/tracing.py [--steps N] [--rounds N]

Prints a table of ratios to the untraced training. Needs torch.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import fwaudit.auditor.tracer

TRACER = Path(fwaudit.auditor.tracer.__file__).parent
MODELS = ("cnn", "transformer")
VARIANTS = ("untraced", "step", "op", "debug mode, hashes", "debug mode, hashes, stacks, modules")

PROGRAM = """
import contextlib, json, resource, sys
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

model_name, variant, steps = sys.argv[1], sys.argv[2], int(sys.argv[3])
torch.manual_seed(0)
torch.set_num_threads(1)
if model_name == "cnn":
    model = nn.Sequential(
        nn.Conv2d(3, 64, 3, padding=1), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(64, 128, 3, padding=1), nn.BatchNorm2d(128), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(128, 256, 3, padding=1), nn.BatchNorm2d(256), nn.ReLU(),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(256, 10),
    )
    data = TensorDataset(torch.randn(32 * steps, 3, 32, 32), torch.randint(0, 10, (32 * steps,)))
else:
    class Small(nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding = nn.Embedding(1000, 128)
            layer = nn.TransformerEncoderLayer(128, 4, 256, batch_first=True)
            self.encoder = nn.TransformerEncoder(layer, 4, enable_nested_tensor=False)
            self.head = nn.Linear(128, 10)
        def forward(self, x):
            return self.head(self.encoder(self.embedding(x)).mean(1))
    model = Small()
    words = torch.randint(0, 1000, (16 * steps, 32))
    data = TensorDataset(words, torch.randint(0, 10, (16 * steps,)))
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
loader = DataLoader(data, batch_size=32 if model_name == "cnn" else 16)

def train(batches):
    for x, y in batches:
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(x), y).backward()
        optimizer.step()

around = contextlib.ExitStack()
if variant.startswith("debug"):
    from torch.utils._debug_mode import DebugMode
    full = "stacks" in variant
    mode = DebugMode(record_stack_trace=full, record_nn_module=full)
    around.enter_context(mode)
    around.enter_context(DebugMode.log_tensor_hashes(hash_inputs=True))
batches = iter(loader)
warm = [next(batches) for _ in range(3)]
train(warm)
begin = resource.getrusage(resource.RUSAGE_SELF)
train(batches)
end = resource.getrusage(resource.RUSAGE_SELF)
around.close()
print(json.dumps(end.ru_utime + end.ru_stime - begin.ru_utime - begin.ru_stime))
"""


def measure(model: str, variant: str, steps: int, scratch: Path) -> float:
    """CPU seconds of the steps of one training."""
    folder = Path(tempfile.mkdtemp(dir=scratch))
    (folder / "inject").mkdir()
    (folder / "trace").mkdir()
    shutil.copy(TRACER / "sitecustomize.py", folder / "inject")
    program = folder / "program.py"
    program.write_text(PROGRAM)
    environment = dict(os.environ)
    if variant in ("step", "op"):
        settings = {
            "tracer": str(TRACER),
            "out": str(folder / "trace"),
            "root": str(folder),
            "window": [0, 1 << 30] if variant == "op" else None,
            "brief": True,
        }
        (folder / "settings.json").write_text(json.dumps(settings))
        environment["FWAUDIT_TRACER"] = str(folder / "settings.json")
        environment["PYTHONPATH"] = str(folder / "inject")
    done = subprocess.run(
        [sys.executable, program, model, variant, str(steps)],
        env=environment, cwd=folder, check=True, capture_output=True, text=True,
    )  # fmt: skip
    size = sum(path.stat().st_size for path in (folder / "trace").iterdir())
    if variant in ("step", "op") and size < 10_000:
        raise SystemExit(f"{variant}: nothing was traced")
    return float(json.loads(done.stdout.splitlines()[-1]))


def main() -> None:
    """Interleaves the variants, so that a busy machine slows all of them alike."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    seconds: dict[tuple[str, str], list[float]] = {}
    with tempfile.TemporaryDirectory() as name:
        for _ in range(options.rounds):
            for model in MODELS:
                for variant in VARIANTS:
                    took = measure(model, variant, options.steps, Path(name))
                    seconds.setdefault((model, variant), []).append(took)
    print(f"| CPU time of {options.steps - 3} steps, ratio to untraced | {' | '.join(MODELS)} |")
    print("|---|" + "---|" * len(MODELS))
    for variant in VARIANTS:
        cells = []
        for model in MODELS:
            base = statistics.median(seconds[model, "untraced"])
            here = statistics.median(seconds[model, variant])
            cells.append(f"{here:.2f} s" if variant == "untraced" else f"{here / base:.2f}")
        print(f"| {variant} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
