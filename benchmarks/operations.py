"""Runs each operation of the table many times with equal inputs, with and without the switch.

    python benchmarks/operations.py --framework torch --runs 100 --json OUT.json --markdown OUT.md

Takes a GPU when there is one, else the CPU. Writes how many different results came, bit for bit,
forward and backward together, and what the framework's determinism switch did: the same result each
time, several results, or an error. Needs the framework that is asked for, and nothing of fwaudit
but `checks/data/operations.json`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
TABLE = ROOT / "checks" / "data" / "operations.json"
#: Result of a run: a digest of every number that came out.
Run = Callable[[], bytes]


def digest(*arrays: Any) -> bytes:
    """Return a digest of arrays of numbers (NumPy)."""
    hashed = hashlib.sha256()
    for array in arrays:
        hashed.update(repr((array.dtype.str, array.shape)).encode())
        hashed.update(array.tobytes())
    return hashed.digest()


# -- PyTorch -----------------------------------------------------------------------------------


def torch_runs(device: str) -> dict[str, Run]:
    """Return what to run for each row of PyTorch."""
    import torch
    from torch import nn
    from torch.nn import functional as F

    def tensor(*shape: int, seed: int = 0) -> Any:
        made = torch.randn(*shape, generator=torch.Generator().manual_seed(seed))
        return made.to(device)

    def index(size: int, *shape: int) -> Any:
        made = torch.randint(0, size, shape, generator=torch.Generator().manual_seed(1))
        return made.to(device)

    def run(operation: Callable[..., Any], *inputs: Any) -> Run:
        def once() -> bytes:
            given = [x.detach().clone().requires_grad_(x.is_floating_point()) for x in inputs]
            out = operation(*given)
            if isinstance(out, torch.Tensor) and out.requires_grad:
                weights = tensor(*out.shape, seed=2) if out.dim() else torch.ones_like(out)
                (out * weights).sum().backward()
            parts = [out if isinstance(out, torch.Tensor) else out[-1]]
            parts += [x.grad for x in given if x.grad is not None]
            return digest(*[part.detach().cpu().numpy() for part in parts])

        return once

    image, volume, line = tensor(4, 8, 33, 33), tensor(2, 4, 9, 9, 9), tensor(4, 8, 257)
    grid = tensor(4, 40, 40, 2, seed=3).tanh()
    many, few = index(16, 100_000), tensor(100_000)
    rows = tensor(100_000, 4)

    def unpool(x: Any) -> Any:
        pooled, where = F.max_pool2d(x, 3, 1, return_indices=True)
        return F.max_unpool2d(pooled, where, 3, 1)

    def ctc(x: Any) -> Any:
        lengths = torch.full((8,), 60, dtype=torch.long)
        wanted = torch.full((8,), 20, dtype=torch.long)
        return F.ctc_loss(x.log_softmax(2), index(19, 8, 20) + 1, lengths, wanted)

    def bag(x: Any) -> Any:
        return F.embedding_bag(index(50, 64, 16), x, mode="max")

    def attend(q: Any) -> Any:
        return F.scaled_dot_product_attention(q, q, q)

    half = torch.float16 if device == "cuda" else torch.float32
    heads = tensor(2, 8, 256, 64).to(half)
    zeros = torch.zeros(16, device=device)

    def up(mode: str, x: Any, **more: Any) -> Run:
        return run(lambda x: F.interpolate(x, scale_factor=1.7, mode=mode, **more), x)

    return {
        "torch.avg-pool-3d": run(nn.AvgPool3d(3, 2), volume),
        "torch.avg-pool-3d-function": run(lambda x: F.avg_pool3d(x, 3, 2), volume),
        "torch.avg-pool-3d-switched": run(nn.AvgPool3d(2), volume),
        "torch.adaptive-avg-pool-2d": run(nn.AdaptiveAvgPool2d((7, 7)), image),
        "torch.adaptive-avg-pool-2d-function": run(lambda x: F.adaptive_avg_pool2d(x, 7), image),
        "torch.adaptive-avg-pool-3d": run(nn.AdaptiveAvgPool3d(4), volume),
        "torch.adaptive-max-pool-2d": run(nn.AdaptiveMaxPool2d(7), image),
        "torch.adaptive-max-pool-2d-function": run(lambda x: F.adaptive_max_pool2d(x, 7), image),
        "torch.adaptive-max-pool-2d-switched": run(nn.AdaptiveMaxPool2d(1), image),
        "torch.fractional-max-pool": run(
            lambda x: F.fractional_max_pool2d(
                x, 3, output_size=10, _random_samples=torch.full((4, 8, 2), 0.5, device=device)
            ),
            image,
        ),
        "torch.max-unpool": run(unpool, image),
        "torch.interpolate-linear": up("linear", line),
        "torch.interpolate-bilinear": up("bilinear", image),
        "torch.interpolate-trilinear": up("trilinear", volume),
        "torch.upsample-bilinear": run(nn.Upsample(scale_factor=1.7, mode="bilinear"), image),
        "torch.upsample-trilinear": run(nn.Upsample(scale_factor=1.7, mode="trilinear"), volume),
        "torch.upsample-linear": run(nn.Upsample(scale_factor=1.7, mode="linear"), line),
        "torch.upsampling-bilinear-2d": run(nn.UpsamplingBilinear2d(scale_factor=2), image),
        "torch.interpolate-bicubic": up("bicubic", image),
        "torch.upsample-bicubic": run(nn.Upsample(scale_factor=1.7, mode="bicubic"), image),
        "torch.interpolate-antialias": up("bilinear", image, antialias=True),
        "torch.interpolate-area": up("area", image),
        "torch.reflection-pad": run(nn.ReflectionPad1d(20), line),
        "torch.reflection-pad-2d": run(nn.ReflectionPad2d(20), image),
        "torch.pad-reflect": run(lambda x: F.pad(x, (20, 20), mode="reflect"), line),
        "torch.replication-pad": run(nn.ReplicationPad2d(20), image),
        "torch.pad-replicate": run(lambda x: F.pad(x, (20, 20, 20, 20), mode="replicate"), image),
        "torch.ctc-loss": run(ctc, tensor(60, 8, 20)),
        "torch.embedding-bag-max": run(bag, tensor(50, 16)),
        "torch.put": run(lambda x: zeros.clone().put_(many, x), few),
        "torch.put-accumulate": run(
            lambda x: zeros.clone().put_(many, x.detach(), accumulate=True), few
        ),
        "torch.histc": run(lambda x: torch.histc(x.detach(), 32), few),
        "torch.bincount-weights": run(lambda x: torch.bincount(many, x.detach()), few),
        "torch.median-indices": run(lambda x: x.round().detach().median(0), rows),
        "torch.grid-sample": run(
            lambda x, g: F.grid_sample(x, g, align_corners=False), image, grid
        ),
        "torch.grid-sample-switched": run(
            lambda g: F.grid_sample(image, g, align_corners=False), grid
        ),
        "torch.scatter-reduce-product": run(
            lambda x: torch.scatter_reduce(zeros + 1, 0, many, 1 + x / 1e4, reduce="prod"), few
        ),
        "torch.scatter-reduce-product-method": run(
            lambda x: (zeros + 1).scatter_reduce(0, many, 1 + x / 1e4, reduce="prod"), few
        ),
        "torch.scatter-reduce-sum": run(
            lambda x: torch.scatter_reduce(zeros, 0, many, x, reduce="sum"), few
        ),
        "torch.scatter-reduce-sum-method": run(
            lambda x: zeros.scatter_reduce(0, many, x, reduce="mean"), few
        ),
        "torch.scatter-legacy-reduce": run(
            lambda x: zeros.clone().scatter_(0, many, x.detach(), reduce="add"), few
        ),
        "torch.scatter-add": run(lambda x: zeros.scatter_add(0, many, x), few),
        "torch.index-add": run(lambda x: zeros[:, None].repeat(1, 4).index_add(0, many, x), rows),
        "torch.index-put-accumulate": run(
            lambda x: zeros.index_put((many,), x, accumulate=True), few
        ),
        "torch.index-reduce": run(
            lambda x: zeros[:, None].repeat(1, 4).index_reduce(0, many, x.detach(), "mean"), rows
        ),
        "torch.cumsum": run(lambda x: torch.cumsum(x, 0), few),
        "torch.max-pool-3d": run(nn.MaxPool3d(3, 1), volume),
        "torch.attention": run(attend, heads),
    }


def torch_switch() -> None:
    """Switch determinism on."""
    import torch

    torch.use_deterministic_algorithms(True)


def torch_device() -> tuple[str, str, dict[str, str]]:
    """Return the device, its name, and versions."""
    import torch

    versions = {"torch": torch.__version__}
    if torch.cuda.is_available():
        versions |= {"cuda": str(torch.version.cuda), "cudnn": str(torch.backends.cudnn.version())}
        return "cuda", torch.cuda.get_device_name(), versions
    return "cpu", f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores", versions


# -- TensorFlow --------------------------------------------------------------------------------


def tensorflow_runs(device: str) -> dict[str, Run]:
    """Return what to run for each row of TensorFlow."""
    import numpy as np
    import tensorflow as tf

    source = np.random.default_rng(0)
    image = tf.constant(source.standard_normal((4, 33, 33, 3)), tf.float32)
    many = tf.constant(source.integers(0, 16, 100_000), tf.int32)
    few = tf.constant(source.standard_normal(100_000), tf.float32)
    boxes = tf.constant(source.uniform(size=(8, 4)), tf.float32)

    def run(operation: Callable[..., Any], *inputs: Any) -> Run:
        def once() -> bytes:
            with tf.GradientTape() as tape:
                tape.watch(inputs)
                out = operation(*inputs)
                out = out[0] if isinstance(out, tuple) else out
            try:
                slopes = tape.gradient(out, inputs)
            except LookupError:
                # The operation has no gradient.
                slopes = ()
            parts = [out, *[s for s in slopes if s is not None]]
            return digest(*[tf.convert_to_tensor(part).numpy() for part in parts])

        return once

    kernel = tf.constant(source.standard_normal((3, 3, 3)), tf.float32)
    sparse = tf.sparse.SparseTensor(
        [[int(row), int(column)] for row, column in source.integers(0, 64, (4000, 2))],
        tf.constant(source.standard_normal(4000), tf.float32),
        (64, 64),
    )
    dense = tf.constant(source.standard_normal((64, 64)), tf.float32)

    def ctc(x: Any) -> Any:
        labels = tf.reshape(many[:160] + 1, (8, 20))
        return tf.nn.ctc_loss(labels, x, tf.fill([8], 20), tf.fill([8], 60), blank_index=0)

    return {
        "tensorflow.adjust-contrast": run(lambda x: tf.image.adjust_contrast(x, 1.5), image),
        "tensorflow.resize-nearest": run(
            lambda x: tf.image.resize(x, (70, 70), method="nearest"), image
        ),
        "tensorflow.resize-bilinear": run(lambda x: tf.image.resize(x, (70, 70)), image),
        "keras.upsampling-bilinear": run(
            tf.keras.layers.UpSampling2D(2, interpolation="bilinear"), image
        ),
        "tensorflow.crop-and-resize": run(
            lambda x, b: tf.image.crop_and_resize(x, b, [0, 1, 2, 3] * 2, (20, 20)), image, boxes
        ),
        "tensorflow.sparse-dense-matmul": run(
            lambda x: tf.sparse.sparse_dense_matmul(sparse, x), dense
        ),
        "tensorflow.dilation-2d": run(
            lambda x, k: tf.nn.dilation2d(x, k, [1] * 4, "SAME", "NHWC", [1] * 4), image, kernel
        ),
        "tensorflow.max-pool-argmax": run(
            lambda x: tf.nn.max_pool_with_argmax(x, 3, 1, "SAME"), image
        ),
        "tensorflow.bincount": run(lambda x: tf.math.bincount(many, weights=x), few),
        "tensorflow.fake-quant": run(
            lambda x: tf.quantization.fake_quant_with_min_max_vars(x, -1.0, 1.0), image
        ),
        "tensorflow.segment-reduction": run(
            lambda x: tf.math.unsorted_segment_sum(x, many, 16), few
        ),
        "tensorflow.scatter-nd": run(
            lambda x: tf.tensor_scatter_nd_add(tf.zeros(16), many[:, None], x), few
        ),
        "tensorflow.ctc-loss": run(
            ctc, tf.constant(source.standard_normal((60, 8, 20)), tf.float32)
        ),
        "tensorflow.timestamp": lambda: digest(tf.timestamp().numpy()[None]),
    }


def tensorflow_switch() -> None:
    """Switch determinism on."""
    import tensorflow as tf

    tf.config.experimental.enable_op_determinism()


def tensorflow_device() -> tuple[str, str, dict[str, str]]:
    """Return the device, its name, and versions."""
    import tensorflow as tf

    gpus = tf.config.list_physical_devices("GPU")
    if gpus:
        details = tf.config.experimental.get_device_details(gpus[0])
        return "cuda", str(details.get("device_name")), {"tensorflow": tf.__version__}
    name = f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores"
    return "cpu", name, {"tensorflow": tf.__version__}


# -- JAX ---------------------------------------------------------------------------------------


def jax_runs(device: str) -> dict[str, Run]:
    """Return what to run for each row of JAX."""
    import jax
    import jax.numpy as jnp
    import numpy as np

    source = np.random.default_rng(0)
    many = jnp.asarray(source.integers(0, 16, 100_000))
    few = jnp.asarray(source.standard_normal(100_000), jnp.float32)
    numbers = jax.lax.ScatterDimensionNumbers((), (0,), (0,))

    def run(operation: Callable[..., Any]) -> Run:
        compiled = jax.jit(operation)
        return lambda: digest(np.asarray(compiled(few)))

    return {
        "jax.segment-sum": run(lambda x: jax.ops.segment_sum(x, many, 16)),
        "jax.scatter-add": run(
            lambda x: jax.lax.scatter_add(jnp.zeros(16), many[:, None], x, numbers)
        ),
        "jax.bincount-weights": run(lambda x: jnp.bincount(many, weights=x, length=16)),
    }


def jax_switch() -> None:
    """Switch determinism on; XLA reads the variable when the backend starts."""
    flags = os.environ.get("XLA_FLAGS", "")
    os.environ["XLA_FLAGS"] = f"{flags} --xla_gpu_deterministic_ops=true".strip()


def jax_device() -> tuple[str, str, dict[str, str]]:
    """Return the device, its name, and versions."""
    import jax

    found = jax.devices()[0]
    name = found.device_kind
    if found.platform == "cpu":
        name = f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores"
    return found.platform, name, {"jax": jax.__version__}


# -- measuring ---------------------------------------------------------------------------------

FRAMEWORKS: dict[str, tuple[Any, Any, Any]] = {
    "torch": (torch_runs, torch_switch, torch_device),
    "tensorflow": (tensorflow_runs, tensorflow_switch, tensorflow_device),
    "jax": (jax_runs, jax_switch, jax_device),
}


def measure(framework: str, runs: int, strict: bool) -> dict[str, Any]:
    """Run every row of a framework in this process, with or without the switch."""
    make, switch, describe = FRAMEWORKS[framework]
    if strict and framework == "jax":
        switch()
    device, name, versions = describe()
    made = make(device)
    if strict and framework != "jax":
        switch()
    results: dict[str, Any] = {}
    for row, once in made.items():
        seen: set[bytes] = set()
        try:
            for _ in range(runs):
                seen.add(once())
            results[row] = {"results": len(seen)}
        except Exception as error:
            results[row] = {"error": f"{type(error).__name__}: {str(error).splitlines()[0][:90]}"}
    return {"device": device, "name": name, "versions": versions, "rows": results}


def in_child(framework: str, runs: int, strict: bool) -> dict[str, Any]:
    """Measure in a fresh process: TensorFlow and XLA cannot switch back."""
    command = [sys.executable, __file__, "--framework", framework, "--runs", str(runs), "--child"]
    done = subprocess.run(
        [*command, *(["--strict"] if strict else [])], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise SystemExit(f"{framework} could not be run:\n{done.stderr[-2000:]}")
    measured: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return measured


def driver() -> str:
    """Return the version of the NVIDIA driver, or nothing."""
    try:
        done = subprocess.run(
            ["nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader"],
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        return ""
    return done.stdout.strip().split("\n")[0]


def cell(result: dict[str, Any]) -> str:
    """Say a result in a word or two."""
    if "error" in result:
        return f"raises: {result['error']}"
    return "the same each time" if result["results"] == 1 else f"{result['results']} results"


def markdown(report: dict[str, Any]) -> str:
    """Render the report as a table."""
    lines = [
        f"# Operations on {report['name']} ({report['device']})",
        "",
        f"Each row {report['runs']} times with equal inputs, results compared bit for bit.",
        "",
        f"- device: {report['device']}, {report['name']}",
        f"- driver: {report['driver'] or 'none'}",
        f"- platform: {report['platform']}, Python {report['python']}",
        *[f"- {name}: {version}" for name, version in sorted(report["versions"].items())],
        "",
        "| row | without the switch | with the switch | the table says of a GPU |",
        "|---|---|---|---|",
    ]
    for row in report["rows"]:
        without, strict = cell(row["without"]), cell(row["with"]).replace("|", "/")
        lines.append(f"| {row['id']} | {without} | {strict} | {row['table']} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure, and write the report."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--framework", choices=FRAMEWORKS, required=True)
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--markdown", type=Path)
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--strict", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        print(json.dumps(measure(arguments.framework, arguments.runs, arguments.strict)))
        return
    table = {row["id"]: row for row in json.loads(TABLE.read_text("utf-8"))}
    without = in_child(arguments.framework, arguments.runs, False)
    strict = in_child(arguments.framework, arguments.runs, True)
    report = {
        **{key: without[key] for key in ("device", "name", "versions")},
        "driver": driver(),
        "platform": platform.platform(),
        "python": platform.python_version(),
        "runs": arguments.runs,
        "rows": [
            {
                "id": row,
                "without": without["rows"][row],
                "with": strict["rows"][row],
                "table": f"{table[row]['direction']}, switch: {table[row]['flag']}",
            }
            for row in without["rows"]
        ],
    }
    if arguments.json:
        arguments.json.write_text(json.dumps(report, indent=1) + "\n", "utf-8")
    text = markdown(report)
    if arguments.markdown:
        arguments.markdown.write_text(text, "utf-8")
    print(text)


if __name__ == "__main__":
    main()
