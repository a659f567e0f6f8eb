"""CPU time of small trainings, traced and untraced; torch also beside its own debug mode.

    python benchmarks/tracing.py [--steps N] [--rounds N] [--model NAME]...

Prints a table of ratios to the untraced training. Needs what the chosen models need.
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
MODELS = ("cnn", "transformer", "jax", "keras")
ONLY_STEPS = ("jax", "keras")
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

JAX = """
import json, resource, sys
import jax, jax.numpy as jnp, numpy as np

steps = int(sys.argv[3])
sizes = (3, 32, 64, 128)
keys = jax.random.split(jax.random.key(0), len(sizes))
params = [0.1 * jax.random.normal(key, (3, 3, a, b)) for key, a, b in zip(keys, sizes, sizes[1:])]
data = np.random.RandomState(0).randn(steps, 32, 32, 32, 3).astype("float32")

def loss_of(params, x):
    hidden = x
    for kernel in params:
        hidden = jax.lax.conv_general_dilated(
            hidden, kernel, (2, 2), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC")
        )
        hidden = jax.nn.relu(hidden)
    return jnp.mean((hidden.mean((1, 2)) - 1) ** 2)

@jax.jit
def train_step(params, x):
    loss, gradients = jax.value_and_grad(loss_of)(params, x)
    return jax.tree.map(lambda p, g: p - 0.1 * g, params, gradients), loss

for x in data[:3]:
    params, loss = train_step(params, x)
jax.block_until_ready(params)
begin = resource.getrusage(resource.RUSAGE_SELF)
for x in data[3:]:
    params, loss = train_step(params, x)
jax.block_until_ready(params)
end = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps(end.ru_utime + end.ru_stime - begin.ru_utime - begin.ru_stime))
"""

KERAS = """
import json, resource, sys
import keras, numpy as np

steps = int(sys.argv[3])
keras.utils.set_random_seed(0)
layers = [keras.layers.Conv2D(n, 3, 2, "same", activation="relu") for n in (32, 64, 128)]
pool = keras.layers.GlobalAveragePooling2D()
model = keras.Sequential([keras.Input((32, 32, 3)), *layers, pool, keras.layers.Dense(10)])
model.compile("adam", "mse")
x = np.random.randn(32 * (steps - 3), 32, 32, 3).astype("float32")
y = np.random.randn(len(x), 10).astype("float32")
model.fit(x[:96], y[:96], batch_size=32, verbose=0)
begin = resource.getrusage(resource.RUSAGE_SELF)
model.fit(x, y, batch_size=32, verbose=0)
end = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps(end.ru_utime + end.ru_stime - begin.ru_utime - begin.ru_stime))
"""
PROGRAMS = {"jax": JAX, "keras": KERAS}


def variants_of(model: str) -> tuple[str, ...]:
    """What a model is measured with."""
    return VARIANTS[:2] if model in ONLY_STEPS else VARIANTS


def measure(model: str, variant: str, steps: int, scratch: Path) -> float:
    """CPU seconds of the steps of one training."""
    folder = Path(tempfile.mkdtemp(dir=scratch))
    (folder / "inject").mkdir()
    (folder / "trace").mkdir()
    for name in ("sitecustomize.py", "_fwaudit_loading.py"):
        shutil.copy(TRACER / name, folder / "inject")
    program = folder / "program.py"
    program.write_text(PROGRAMS.get(model, PROGRAM))
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
    if variant in ("step", "op") and size < 4_000:
        raise SystemExit(f"{variant}: nothing was traced")
    return float(json.loads(done.stdout.splitlines()[-1]))


def main() -> None:
    """Interleaves the variants, so that a busy machine slows all of them alike."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--model", action="append", choices=MODELS)
    options = parser.parse_args()
    models = options.model or MODELS
    seconds: dict[tuple[str, str], list[float]] = {}
    with tempfile.TemporaryDirectory() as name:
        for _ in range(options.rounds):
            for model in models:
                for variant in variants_of(model):
                    took = measure(model, variant, options.steps, Path(name))
                    seconds.setdefault((model, variant), []).append(took)
    print(f"| CPU time of {options.steps - 3} steps, ratio to untraced | {' | '.join(models)} |")
    print("|---|" + "---|" * len(models))
    for variant in VARIANTS:
        cells = []
        for model in models:
            if variant not in variants_of(model):
                cells.append("–")
                continue
            base = statistics.median(seconds[model, "untraced"])
            here = statistics.median(seconds[model, variant])
            cells.append(f"{here:.2f} s" if variant == "untraced" else f"{here / base:.2f}")
        print(f"| {variant} | {' | '.join(cells)} |")


if __name__ == "__main__":  # fwaudit: ignore[determinism-not-enabled] only times count
    main()
