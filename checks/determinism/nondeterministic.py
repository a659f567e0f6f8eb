"""DET001: operations that are not deterministic."""

from __future__ import annotations

from ...auditor.example import Example
from .operation_rule import SWITCHES, OperationRule
from .operations import Operation, calls_for, methods_for
from .situation import SWITCH_METHODS, Switch
from .switching import SWITCH_CALLS


class NondeterministicOperation(OperationRule):
    """An operation gives other bits in each run on a GPU.

    ## What it does
    Reports calls from the table of operations whose forward or backward pass is not
    deterministic on CUDA: bilinear interpolation, grid sampling, CTC loss, `scatter_add_`,
    `index_add_` and others,
    where the mode, the size and the arguments are those that matter, a gradient is possible, the
    project may run on an accelerator, and nothing on the way from the entry point switches
    determinism on. Sums (of ones, of whole numbers, or with each place once, they have no order),
    pools of sizes that are not seen and pads that are not of reflection layers are of low
    confidence. So is an operation into which nothing learnt is seen to flow (a layer's result, a
    parameter, or what a call hands over of these), that belongs to a network which is only loaded
    and run, that no program which trains is seen to use, or that waits for the sizes of two
    tensors to differ.

    ## Why is this bad?
    Threads add to the same place in whichever order they come, and floating-point sums depend on
    the order. The differences grow with every step. A seed does not help.

    ## Use instead
    Switch determinism on, or take another operation where it has no deterministic form (then the
    switch raises, see DET007).

    ## References
    - https://docs.pytorch.org/docs/stable/generated/torch.use_deterministic_algorithms.html
    - https://www.tensorflow.org/api_docs/python/tf/config/experimental/enable_op_determinism
    """

    code = "DET001"
    name = "nondeterministic-op"
    calls = calls_for("DET001") | SWITCH_CALLS
    methods = methods_for("DET001") | SWITCH_METHODS
    bad = (
        Example(
            "import torch\n"
            "import torch.nn.functional as F\n"
            "device = torch.device('cuda')\n"
            "def step(model, x, target, optimizer):\n"
            "    logits = model(x.to(device))\n"
            "    logits = F.interpolate(logits, scale_factor=2, mode='bilinear')  # <-\n"
            "    F.cross_entropy(logits, target).backward()\n"
            "    optimizer.step()\n",
            title="upsampled logits in a segmentation model",
        ),
        Example(
            "from torch.nn import functional as ops\n"
            "import torch\n"
            "class Aggregate(torch.nn.Module):\n"
            "    def forward(self, messages, index, size):\n"
            "        out = messages.new_zeros(size, messages.shape[1])\n"
            "        out.index_add_(0, index, messages)  # <-\n"
            "        return ops.grid_sample(out, index)  # <-\n"
            "def train(model, loss):\n"
            "    model.cuda()\n"
            "    loss.backward()\n",
            title="messages summed by node in a graph network; an alias",
        ),
        Example(
            "from tensorflow.keras import layers\n"
            "def head(x, model, data):\n"
            "    x = layers.Conv2D(3, 3)(x)\n"
            "    x = layers.UpSampling2D(8, interpolation='bilinear')(x)  # <-\n"
            "    small = layers.UpSampling2D(2)(x)\n"
            "    wide = layers.UpSampling2D(2, interpolation='bilinear')(small)\n"
            "    model(wide).fit(data)\n",
            title="two such layers: one finding a file, with the other place as evidence",
        ),
        Example(
            "import tensorflow as tf\n"
            "class Pool(tf.keras.layers.Layer):\n"
            "    def call(self, values, segments):\n"
            "        return tf.math.segment_sum(values, segments)  # <-\n"
            "model = tf.keras.Sequential([Pool()])\n"
            "model.fit(1, 2)\n",
        ),
        Example(
            "import jax\n"
            "def collect(messages, receivers, size):\n"
            "    return jax.ops.segment_sum(messages, receivers, size)  # <-\n",
            path="graphs/model.py",
            files=(
                (
                    "graphs/train.py",
                    (
                        "import tensorflow as tf\n"
                        "import jax\n"
                        "import model\n"
                        "if __name__ == '__main__':\n"
                        "    tf.config.set_visible_devices([], 'GPU')\n"
                        "    jax.grad(model.collect)(1., 2, 3)\n"
                    ),
                ),
                ("other/on_cpu.py", "import jax\njax.config.update('jax_platforms', 'cpu')\n"),
            ),
            title="TensorFlow alone is kept from the GPU; another program is kept on the CPU",
        ),
    )
    good = (
        Example(
            "import torch\n"
            "import torch.nn.functional as F\n"
            "torch.use_deterministic_algorithms(True)\n"
            "def step(model, x):\n"
            "    y = F.interpolate(model(x.cuda()), scale_factor=2, mode='bilinear')\n"
            "    y.sum().backward()\n"
            "step(None, None)\n",
            title="the switch takes a deterministic form",
        ),
        Example(
            "import torch\n"
            "import torch.nn.functional as F\n"
            "def step(model, x):\n"
            "    y = F.interpolate(model(x.cuda()), scale_factor=2, mode='nearest')\n"
            "    y.sum().backward()\n"
            "@torch.no_grad()\n"
            "def show(y):\n"
            "    return F.interpolate(y, scale_factor=2, mode='bilinear')\n"
            "def fit_positions(position_checkpoint, size):\n"
            "    return F.interpolate(position_checkpoint, size=size, mode='bicubic')\n"
            "head = torch.nn.AdaptiveAvgPool2d(1)\n"
            "def combine(out, expert_mask, states):\n"
            "    _, tokens = torch.where(expert_mask)\n"
            "    out.index_add_(0, tokens, states[tokens])\n",
            title="another mode; no gradient; stored weights; a mean of all; each index once",
        ),
        Example(
            "import torch\n"
            "import torch.nn.functional as F\n"
            "def step(x, flow):\n"
            "    F.grid_sample(x, flow).sum().backward()\n",
            title="on the CPU",
        ),
        Example(
            "import torch\n"
            "import torch.nn.functional as F\n"
            "class RandomShiftsAug(torch.nn.Module):\n"
            "    def forward(self, x):\n"
            "        return F.grid_sample(F.pad(x, (4,) * 4, 'replicate'), x)\n"
            "def step(model, imgs, size, optimizer):\n"
            "    imgs = F.interpolate(imgs.cuda(), size=size, mode='bilinear')\n"
            "    model(scale_image(imgs, size)).sum().backward()\n"
            "def scale_image(x, size):\n"
            "    return F.interpolate(x, size=size, mode='bicubic')\n",
            title="pictures from a replay buffer; pictures of a batch, by name or by function",
        ),
        Example(
            "import jax, jax.numpy as jnp\n"
            "def starts(positions, blocks, segment_ids, size, loss):\n"
            "    first = positions % 16 == 0\n"
            "    sums = jax.ops.segment_sum(positions * first, blocks, num_segments=size)\n"
            "    ids = jax.ops.segment_sum(segment_ids * first, blocks, num_segments=size)\n"
            "    sizes = jax.ops.segment_sum(jnp.ones_like(blocks), blocks, num_segments=size)\n"
            "    return jax.grad(loss)(sums, ids, sizes)\n",
            title="sums of whole numbers have no order",
        ),
        Example(
            "import torch\n"
            "import torch.nn.functional as F\n"
            "def step(x, sizes, table, ratio, ids, optimizer):\n"
            "    largest = F.adaptive_max_pool2d(x.cuda(), 1)\n"
            "    groups = {}\n"
            "    for number, size in enumerate(sizes):\n"
            "        groups.setdefault(size, []).append(number)\n"
            "    for size, members in groups.items():\n"
            "        x.index_add_(0, torch.as_tensor(members), table[size])\n"
            "    is_low = (ratio < 0.8) & (x > 0)\n"
            "    def per_sequence(values):\n"
            "        return torch.zeros(9, device=x.device).index_add_(0, ids, values)\n"
            "    low = per_sequence(is_low.float()) / per_sequence(torch.ones_like(ratio))\n"
            "    (low + largest).sum().backward()\n",
            title="one maximum a plane; groups of rows, each row in one; counts",
        ),
        Example(
            "import torch.nn.functional as F\n"
            "def mask(x):\n"
            "    return F.interpolate(x.cuda(), scale_factor=2, mode='bilinear')\n",
            path="serving/segmenter/mask.py",
            files=(
                (
                    "text/train.py",
                    "if __name__ == '__main__':\n    optimizer = loss.backward()\n",
                ),
            ),
            title="another example of the repository trains, and cannot import this",
        ),
        Example(
            "import torch.nn.functional as F\n"
            "def enlarge(x):\n"
            "    return F.interpolate(x.cuda(), scale_factor=2, mode='bilinear')\n",
            path="decoder.py",
            files=(
                (
                    "app.py",
                    (
                        "import decoder, parts\n"
                        "if __name__ == '__main__':\n"
                        "    decoder.enlarge(parts.pretrained())\n"
                    ),
                ),
                ("parts.py", "import solver\ndef pretrained():\n    return solver.start()\n"),
                ("solver.py", "def fit(loss):\n    loss.backward()\n"),
            ),
            title="a program that only runs the model; a part of it could train",
        ),
        Example(
            "from pytorch_lightning import Trainer\n"
            "from torch import nn\n"
            "def main(args):\n"
            "    args.deterministic = True\n"
            "    model = nn.Sequential(nn.Upsample(scale_factor=2, mode='bilinear'))\n"
            "    Trainer.from_argparse_args(args, gpus=1).fit(model)\n"
            "if __name__ == '__main__':\n"
            "    main(None)\n",
            title="switched on by the trainer's options",
        ),
        Example(
            "import torch.nn.functional as F\n"
            "def enlarge(x):\n"
            "    return F.interpolate(x, scale_factor=2, mode='bilinear')\n"
            "if __name__ == '__main__':\n"
            "    enlarge(None).sum().backward()\n",
            path="parts.py",
            files=(
                (
                    "train.py",
                    (
                        "import torch\n"
                        "from parts import enlarge\n"
                        "torch.use_deterministic_algorithms(True)\n"
                        "enlarge(torch.ones(1).cuda()).sum().backward()\n"
                    ),
                ),
            ),
            title="a module with a test of its own; the program switches determinism on",
        ),
    )

    def concerns(self, state: Switch, effect: str) -> bool:
        return state is Switch.OFF or (state is Switch.WARN and effect == "raises")

    def says(self, operation: Operation, spelled: str, state: Switch) -> str:
        warned = "; warn_only only warns" if state is Switch.WARN else ""
        where = "on any device" if "cpu" in operation.devices else "on a GPU"
        return f"{spelled} is not deterministic {where}: {operation.says}{warned}"

    def helps(self, operation: Operation, effect: str, state: Switch) -> str:
        switch = SWITCHES[operation.framework]
        if effect == "raises":
            return f"take another operation: it has no deterministic form, {switch} raises here"
        return f"{switch} takes a deterministic form"
