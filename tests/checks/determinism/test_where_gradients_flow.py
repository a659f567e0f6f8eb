"""DET001: which operations a gradient reaches, in which programs; the marked lines are shown."""

import textwrap
from pathlib import Path

import pytest

from fwaudit.auditor.config import Config
from fwaudit.auditor.finding import Confidence
from fwaudit.auditor.scan import ScanOptions, scan
from fwaudit.checks import RULES

HEAD = "import torch\nfrom torch import nn\nimport torch.nn.functional as F\n"
TRAIN = """
import torch
from nets import Net
def main():
    model = Net().cuda()
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    model(torch.rand(2, 3, 8, 8).cuda()).sum().backward()
    optimizer.step()
if __name__ == '__main__':
    main()
"""
NETS = {
    "what only whole numbers are made of, by a method of its own": """
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.conv = nn.Conv2d(3, 3, 1)
            def bounds(self, low, high):
                return low - 1, high + 1
            def steps(self, low, high):
                found = torch.cat([low, high]).to(torch.int64)
                return found
            def widen(self, low, high):
                return torch.cat([low, high])
            def forward(self, x):
                low, high = self.conv(x), self.conv(x)
                low = F.interpolate(low, scale_factor=2, mode='bilinear')
                low_2, high_2 = self.bounds(low, high)
                at = self.steps(low_2, high_2).float()
                far = F.interpolate(high, scale_factor=2, mode='bicubic')  # <-
                far_2, high_3 = self.bounds(far, high)
                return self.widen(far_2, high_3), at
        """,
    "a flag whose default the only call does not take": """
        class Pool(nn.Module):
            def __init__(self, size, way='join', last='up'):
                super().__init__()
                self.conv = nn.Conv2d(3, 3, 1)
                self.way = way
                self.last = last
            def forward(self, x):
                x = self.conv(x)
                if self.way == 'join':
                    return torch.cat([x, F.interpolate(x, scale_factor=2, mode='bilinear')])
                if self.last == 'up':
                    x = F.interpolate(x, scale_factor=2, mode='bilinear')  # <-
                return x
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.pool = Pool(3, way='sum')
            def forward(self, x):
                return self.pool(x)
        """,
    "a block resizes what it is given, the model what its layer returns": """
        class Up(nn.Module):
            def __init__(self):
                super().__init__()
                self.conv = nn.Conv2d(3, 3, 1)
            def forward(self, x):
                return self.conv(F.interpolate(x, scale_factor=2, mode='bilinear'))  # <-
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.first = nn.Conv2d(3, 3, 1)
                self.up = Up()
            def forward(self, x):
                return self.up(self.first(x))
        """,
    "a decoder that a function makes for the model": """
        class Decoder(nn.Module):
            def forward(self, x):
                return F.interpolate(x, scale_factor=2, mode='bilinear')  # <-
        def build_decoder(kind):
            return Decoder()
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.first = nn.Conv2d(3, 3, 1)
                self.decoder = build_decoder('small')
            def forward(self, x):
                return self.decoder(self.first(x))
        """,
    "the model enlarges its own picture before its first layer": """
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.conv = nn.Conv2d(3, 3, 1)
                self.mean = torch.zeros(1, 3, 1, 1)
            def forward(self, x):
                x = (x + 1.0) / 2.0
                x = (x - self.mean)
                if x.shape[2] != 299:
                    x = F.interpolate(x, size=(299, 299), mode='bilinear')
                return self.conv(x)
        """,
    "the model pads its own picture, by a layer": """
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.pad = nn.ReflectionPad2d(3)
                self.conv = nn.Conv2d(3, 3, 7)
            def forward(self, picture):
                return self.conv(self.pad(picture))
        """,
    "the same layer after another": """
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.pad = nn.ReflectionPad2d(3)  # <-
                self.conv = nn.Conv2d(3, 3, 7)
            def forward(self, picture):
                return self.conv(self.pad(self.conv(picture)))
        """,
    "a loss resizes the prediction": """
        class FlowLoss(nn.Module):
            def forward(self, input, truth):
                input = F.interpolate(input, truth.shape[-2:], mode='bilinear')  # <-
                return (input - truth).abs().mean()
        class Net(nn.Module):
            def forward(self, x):
                return FlowLoss()(x, x)
        """,
    "a layer that no method of the class calls": """
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.conv = nn.Conv2d(3, 3, 1)
                self.upsample = nn.Upsample(scale_factor=4, mode='bilinear')
                for layer in self.modules():
                    nn.init.zeros_(layer.weight)
            def forward(self, x):
                return self.conv(x)
        """,
    "a layer for evaluation": """
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.conv = nn.Conv2d(3, 3, 1)
                self.up = nn.Upsample(scale_factor=4, mode='bilinear')
            def forward(self, x):
                x = self.conv(x)
                if self.training:
                    return x
                return self.up(x)
        """,
    "an evaluation's branch": """
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.conv = nn.Conv2d(3, 3, 1)
            def forward(self, x):
                x = self.conv(x)
                if not self.training:
                    x = F.interpolate(x, scale_factor=4, mode='bilinear')
                return x
        """,
    "detached right after": """
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.conv = nn.Conv2d(3, 3, 1)
            def forward(self, x, flow=None):
                flow = self.conv(x)
                flow = F.interpolate(flow, scale_factor=2, mode='bilinear') * 2
                if flow is not None:
                    flow = flow.detach()
                return self.conv(flow)
        """,
    "a comparison of what was detached": """
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.conv = nn.Conv2d(3, 3, 1)
            def forward(self, x):
                y = self.conv(x)
                front = (y.detach() > 0.1).float()
                front = F.interpolate(front, scale_factor=2, mode='bilinear')
                return y.mean() * front.mean()
        """,
    "an option that is off, and one that a program switches on": """
        def join(x, way='add'):
            if way == 'add':
                return x
            return F.interpolate(x, scale_factor=2, mode='bilinear')
        class Up(nn.Module):
            def __init__(self, smooth=False, pad=False):
                super().__init__()
                self.up = nn.Identity()
                if smooth:
                    self.up = nn.Upsample(scale_factor=2, mode='bilinear')  # <-
                self.pad = nn.ReplicationPad2d(1) if pad else nn.Identity()
                self.conv = nn.Conv2d(3, 3, 1)
            def forward(self, x):
                return self.pad(self.up(self.conv(x)))
        class Net(Up):
            def __init__(self):
                super().__init__()
                self.part = Up(smooth=True)
        """,
    "a model that begins with a pad of its picture, in a list; targets": """
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                layers = [nn.ReflectionPad2d(3), nn.Conv2d(3, 3, 7)]
                layers += [nn.ReflectionPad2d(3), nn.Conv2d(3, 3, 7)]  # <-
                self.layers = nn.Sequential(*layers)
            def forward(self, picture):
                return self.layers(picture)
        def loss(gts, model):
            return F.interpolate(gts, size=(9, 9), mode='bilinear') - model
        """,
    "a way to pad that is handed on, and that nobody takes": """
        class Block(nn.Module):
            def __init__(self, width, padding_type):
                super().__init__()
                self.layers = nn.Sequential(*self.build(width, padding_type))
            def build(self, width, padding_type):
                layers = [nn.Conv2d(width, width, 1)]
                if padding_type == 'reflect':
                    layers += [nn.ReflectionPad2d(1)]  # <-
                elif padding_type == 'replicate':
                    layers += [nn.ReplicationPad2d(1)]
                return layers
            def forward(self, x):
                return self.layers(x)
        class Other(nn.Module):
            def __init__(self, width):
                super().__init__()
                self.layers = nn.Sequential(*self.build(width, choose(width)))
            def build(self, width, layer):
                return [layer(width)]
        class Net(nn.Module):
            def __init__(self, padding_type='reflect'):
                super().__init__()
                self.block = Block(3, padding_type)
            def forward(self, x):
                return self.block(x)
        """,
    "a model beside the one that is used": """
        class OldUp(nn.Module):
            def __init__(self):
                super().__init__()
                self.up = nn.Upsample(scale_factor=2, mode='bilinear')
                self.conv = nn.Conv2d(3, 3, 1)
            def forward(self, x):
                return self.up(self.conv(x))
        class OldNet(nn.Module):
            def __init__(self):
                super().__init__()
                self.up = OldUp()
            def forward(self, x):
                return self.up(x)
        class Net(nn.Module):
            pass
        if __name__ == '__main__':
            print(OldNet()(torch.ones(1)))
        """,
    "one output, windows side by side, windows that overlap": """
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.conv = nn.Conv3d(3, 3, 1)
                self.most = nn.AdaptiveMaxPool2d(1)
                self.mean = nn.AvgPool3d(kernel_size=(2, 2, 2))
                self.next = nn.AvgPool3d(2, stride=2)
                self.wide = nn.AvgPool3d(3, 2, padding=1)  # <-
            def forward(self, x):
                x = self.wide(self.next(self.mean(self.conv(x))))
                return self.most(F.avg_pool3d(x, 2, 2).sum(2))
        """,
    "the older name": """
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.conv = nn.Conv3d(3, 3, 1)
            def forward(self, x):
                return F.upsample(self.conv(x), (8, 8, 8), mode='trilinear')  # <-
        """,
    "a padder of pictures is no model": """
        class InputPadder:
            def pad(self, *inputs):
                return [F.pad(x, (1, 1, 1, 1), mode='replicate') for x in inputs]
        class Net(nn.Module):
            pass
        """,
    "only the gradient of what is sampled adds atomically; two sizes that mostly agree": """
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.conv = nn.Conv2d(3, 2, 1)
            def forward(self, x):
                flow = self.conv(x)
                return F.grid_sample(x, flow.permute(0, 2, 3, 1)).mean() + loss(flow, x)
        def loss(flow, x):
            _, _, height, width = flow.size()
            if height != x.shape[2] or width != x.size(3):
                flow = F.interpolate(flow, x.shape[2:], mode='bilinear')
            return flow.mean() - x.mean()
        """,
    "a part that is handed the model's own picture, and one that is handed features": """
        class Small(nn.Module):
            def forward(self, x, size=None):
                return F.interpolate(x, (9, 9), mode='bicubic')
        class Wide(nn.Module):
            def forward(self, x, size=None):
                return F.interpolate(x, (9, 9), mode='bilinear')  # <-
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.first = nn.Conv2d(3, 3, 1)
                self.small = Small()
                self.wide = Wide()
            def forward(self, x):
                if self.small is not None:
                    x = self.small(x)
                return self.wide(self.first(x), size=self.small.size)
        """,
    "a method samples the picture, another the features": """
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.width = 3
                self.first = nn.Conv2d(3, 3, 1)
            def warp(self, picture, grid):
                picture = picture.unsqueeze(1).repeat(1, self.width, 1, 1).view(-1, self.width)
                return F.interpolate(picture, (self.width, self.width), mode='bicubic') + grid
            def enlarge(self, x):
                return F.interpolate(x, (9, 9), mode='bilinear')  # <-
            def forward(self, x):
                return self.warp(x, self.enlarge(self.first(x)))
        """,
    "positions that are fitted when the model is made": """
        class Net(nn.Module):
            def __init__(self, old, wide):
                super().__init__()
                self.old, self.side = old, 9
                at = self.old.positions[:, 1:].detach().reshape(1, self.side, self.side)
                at = F.interpolate(at, size=(self.side, wide), mode='bilinear')
                self.positions = nn.Parameter(at)
                self.up = lambda x: F.interpolate(x, (9, 9), mode='bicubic')  # <-
            def forward(self, x):
                return self.up(x + self.positions)
        """,
    "what becomes a picture, or a number": """
        class Net(nn.Module):
            def forward(self, x):
                x = self.conv(x)
                save(tiles(x))
                return loss(x)
        def tiles(pictures):
            pictures = nn.Upsample(size=(9, 9), mode='bilinear')(pictures)
            pictures.add_(1).div_(2)
            pictures = pictures.cpu().numpy()
            return pictures.transpose(0, 2, 3, 1)
        def loss(pictures):
            pictures = nn.Upsample(size=(9, 9), mode='bicubic')(pictures)  # <-
            pictures.add_(1).div_(2)
            return pictures.mean()
        """,
    "masks that a class keeps, which is no model": """
        class Masks:
            def __init__(self, masks):
                self.masks = masks
            def resize(self, size):
                return F.interpolate(self.masks[None].float(), size, mode='bilinear')
        class Net(nn.Module):
            def forward(self, x):
                return self.conv(x) * Masks(x).resize((9, 9))
        """,
    "pooled pictures are pictures; features in lists are features": """
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.pool = nn.MaxPool2d(2)
                self.conv = nn.Conv2d(3, 3, 1)
            def forward(self, x):
                half = F.interpolate(self.pool(x), size=(9, 9), mode='bicubic')
                levels = []
                for _ in range(2):
                    levels.append(self.conv(half))
                return self.merge(levels, [half, half])
            def merge(self, levels, pictures):
                for level, picture in zip(levels, pictures):
                    picture = picture + F.interpolate(level, size=(9, 9), mode='bilinear')  # <-
                return picture
        """,
    "the last of several ways, which nobody takes": """
        class Up(nn.Module):
            def __init__(self, mode='transpose'):
                super().__init__()
                if mode == 'transpose':
                    self.up = nn.ConvTranspose2d(3, 3, 2)
                elif mode == 'shuffle':
                    self.up = nn.PixelShuffle(2)
                else:
                    self.up = nn.Upsample(scale_factor=2, mode='bilinear')
                self.conv = nn.Conv2d(3, 3, 1)
            def forward(self, x):
                return self.up(self.conv(x))
        class Net(nn.Module):
            def __init__(self, way='shuffle'):
                super().__init__()
                self.up = Up(mode=way)
            def forward(self, x):
                return self.up(x)
        def load(mode='train'):
            return open(mode)
        load(mode='test')
        """,
    "a turn of a loop resizes what the turn before has left": """
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.convs = nn.ModuleList(nn.Conv2d(3, 3, 1) for _ in range(2))
            def forward(self, x):
                for conv in self.convs:
                    x = F.interpolate(x, scale_factor=2, mode='bilinear')  # <-
                    x = conv(x)
                return x
        """,
}


def shown(folder: Path) -> set[tuple[str, int]]:
    """Scan, and return the places of DET001 that are shown without `--pedantic`."""
    rules = tuple(rule for rule in RULES if rule.code == "DET001")
    options = ScanOptions((folder,), rules, Config(), current=folder, jobs=1)
    findings = [f for f in scan(options).findings if f.confidence is not Confidence.LOW]
    return {(f.place.path, f.place.line or 0) for f in findings}


def marked(files: dict[str, str]) -> set[tuple[str, int]]:
    return {
        (path, number)
        for path, text in files.items()
        for number, line in enumerate(text.splitlines(), 1)
        if "# <-" in line
    }


def write(folder: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)


@pytest.mark.parametrize("net", NETS.values(), ids=NETS)
def test_in_a_model_that_is_trained(net: str, tmp_path: Path) -> None:
    files = {"nets.py": HEAD + textwrap.dedent(net), "train.py": TRAIN}
    write(tmp_path, files)
    assert shown(tmp_path) == marked(files)


UP = HEAD + "def up(x):\n    return F.interpolate(x, scale_factor=2, mode='bilinear')\n"
RUNS = (
    "import torch\nfrom {0} import up\nif __name__ == '__main__':\n    net = torch.nn.Linear(2, 2)\n"
    "    up(net(torch.rand(2).cuda()))\n"
)
OTHER = "def old(x):\n    return x\n"
SCALED = (
    HEAD + "class Block(nn.Module):\n    def __init__(self, width, scale=1):\n"
    "        super().__init__()\n        self.scale = scale\n"
    "        self.conv = nn.Conv2d(width, width, 1)\n    def forward(self, x):\n"
    "        x = self.conv(x)\n        if self.scale > 1:\n"
    "            x = F.interpolate(x, size=(9, 9), mode='bilinear'){0}\n        return x\n"
    "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
    "        self.block = {1}\n    def forward(self, x):\n        return self.block(x)\n"
)
COUNTS = (
    HEAD + "def norm(index, size, weight=None):\n    if weight is None:\n"
    "        weight = torch.ones(index.size(1))\n"
    "    return torch.zeros(size).scatter_add_(0, index, weight)\n"
    "class Net(nn.Module):\n    def forward(self, x, index):\n"
    "        return x * norm(index, 9).to(x.device)\n"
)
LIGHTNING = (
    "import pytorch_lightning as pl\nfrom nets import Net\ndef main(args):\n"
    "    trainer = pl.Trainer(gpus=1{0})\n    trainer.fit(Net())\n"
    "if __name__ == '__main__':\n    main(read())\n"
)
NET = (
    HEAD + "class Net(nn.Module):\n    def forward(self, x):\n        x = self.conv(x)\n"
    "        return F.interpolate(x, size=(9, 9), mode='bilinear'){0}\n"
)
PROJECTS = {
    "a flag that only a program sets which does not train": {
        "net.py": (
            HEAD + "class Net(nn.Module):\n    def __init__(self, as_odds=False, wide=False):\n"
            "        super().__init__()\n        self.conv = nn.Conv2d(3, 3, 1)\n"
            "        self.as_odds = as_odds\n        self.wide = wide\n"
            "    def forward(self, x):\n        x = self.conv(x)\n        if self.as_odds:\n"
            "            return F.interpolate(x, scale_factor=2, mode='bilinear')\n"
            "        if self.wide:\n"
            "            x = F.interpolate(x, scale_factor=2, mode='bicubic')  # <-\n"
            "        return x\n"
        ),
        "score.py": (
            "import torch\nfrom net import Net\nif __name__ == '__main__':\n"
            "    print(Net(as_odds=True).cuda()(torch.ones(2)))\n"
        ),
        "train.py": (
            "from net import Net\nif __name__ == '__main__':\n    model = Net(wide=True).cuda()\n"
            "    model(1).sum().backward()\n    optimizer.step()\n"
        ),
    },
    "whole numbers that a class keeps; pictures moved to the CPU": {
        "count.py": (
            "import torch\nimport torch.nn.functional as F\nclass Confusion:\n"
            "    def __init__(self, n):\n        self.table = torch.zeros(n, n).cuda().long()\n"
            "        self.each = None\n        self.part = torch.rand(n)\n"
            "    def add(self, x, y):\n        if self.each is None:\n"
            "            self.each = torch.full((len(x),), 1).to(torch.int64)\n"
            "        self.table.index_put_((x, y), self.each, accumulate=True)\n"
            "    def weigh(self, x, y):\n"
            "        self.table.index_put_((x, y), self.part, accumulate=True)  # <-\n"
            "    def look(self, net, x):\n        x = net(x)\n"
            "        return F.interpolate(x.cpu(), scale_factor=2, mode='bicubic')\n"
        ),
        "train.py": (
            "from count import Confusion\nif __name__ == '__main__':\n    c = Confusion(3)\n"
            "    c.add(1, 2), c.weigh(1, 2), c.look(net, 3)\n    model.cuda()\n"
            "    loss.backward()\n    optimizer.step()\n"
        ),
    },
    "a measure of which only the number is read, and one that enters the loss": {
        "net.py": (
            HEAD + "def error(a, b):\n"
            "    return (F.interpolate(a, b.shape[2:], mode='bilinear') - b).mean()\n"
            "def term(a, b):\n"
            "    return (F.interpolate(a, b.shape[2:], mode='bicubic') - b).mean()  # <-\n"
        ),
        "train.py": (
            "import torch, net\ndef train(model, batches):\n    total = 0\n"
            "    for x, y in batches:\n        out = model(x.cuda())\n"
            "        size = 2 * net.error(out, y)\n        total += size.item()\n"
            "        loss = net.term(out, y)\n        loss.backward()\n"
            "        print(loss.item())\nif __name__ == '__main__':\n    train(None, [])\n"
        ),
    },
    "pictures of a batch are warped by a function, features by another": {
        "net.py": (
            HEAD + "import pyramid\ndef warp(a, flow):\n    return F.grid_sample(a, flow)\n"
            "def enlarge(a, flow):\n"
            "    return F.interpolate(a, scale_factor=2, mode='bilinear') + flow  # <-\n"
        ),
        "pyramid.py": "def levels(x):\n    return [x, x]\n",
        "train.py": (
            "import net, pyramid\ndef train(model, batches):\n    for batch_data in batches:\n"
            "        flow = model(batch_data['now'].cuda())\n"
            "        near = pyramid.levels(batch_data['near'])\n"
            "        loss = net.warp(near[0], flow) + net.enlarge(flow, near[1])\n"
            "        loss.sum().backward()\nif __name__ == '__main__':\n    train(None, [])\n"
        ),
    },
    "a model that is wrapped, and one that only its own module tries": {
        "net.py": (
            HEAD + "class Net(nn.Module):\n    def forward(self, x):\n"
            "        x = F.interpolate(x, (9, 9), mode='bilinear')\n        return self.conv(x)\n"
        ),
        "other.py": (
            HEAD + "class Other(nn.Module):\n    def forward(self, x):\n"
            "        return F.interpolate(self.conv(x), (9, 9), mode='bilinear')\n"
            "if __name__ == '__main__':\n    print(Other(training=False, pretrained=True)(1))\n"
        ),
        "train.py": (
            "import torch\nfrom net import Net\nfrom other import Other\n"
            "def main(options):\n    print(options.Net, torch.load(options.Net))\n"
            "    net = torch.nn.DataParallel(Net().cuda())\n"
            "    net(1).sum().backward()\nif __name__ == '__main__':\n    main(read())\n"
        ),
    },
    "a static method that nothing calls, in a project that finds classes by text": {
        "solver.py": (
            HEAD + "import importlib\nclass Solver(object):\n"
            "    def fit(self, x):\n        # y = self.dense(x)\n"
            "        net = importlib.import_module(self.name).Net()\n"
            "        self.wide(net(x).cuda()).sum().backward()\n"
            "    @staticmethod\n    def dense(x):\n"
            "        return F.interpolate(x, scale_factor=8, mode='bilinear')\n"
            "    def wide(self, x):\n"
            "        return F.interpolate(x, scale_factor=8, mode='bicubic')  # <-\n"
        ),
        "train.py": (
            "from solver import Solver\nif __name__ == '__main__':\n    Solver().fit(read())\n"
        ),
    },
    "an option that a class keeps, and nobody turns up": {
        "nets.py": SCALED.format("", "Block(3, scale=1)"),
        "train.py": TRAIN,
    },
    "an option that a class keeps, and a model turns up": {
        "nets.py": SCALED.format("  # <-", "Block(3, scale=2)"),
        "train.py": TRAIN,
    },
    "an option that a derived class hands on": {
        "nets.py": SCALED.format("  # <-", "Wide(3, 2)")
        + "class Wide(Block):\n    def __init__(self, width, scale):\n"
        "        super().__init__(width, scale)\n",
        "train.py": TRAIN,
    },
    "a count of edges": {"nets.py": COUNTS, "train.py": TRAIN},
    "a trainer that an option makes deterministic": {
        "nets.py": NET.format(""),
        "train.py": LIGHTNING.format(", deterministic=args.seed is not None"),
    },
    "a trainer that is told nothing": {
        "nets.py": NET.format("  # <-"),
        "train.py": LIGHTNING.format(""),
    },
    "a program that predicts": {
        "nets.py": NET.format(""),
        "predict.py": LIGHTNING.format("").replace(".fit(", ".predict("),
    },
    "the model's function is only inspected": {
        "net.py": (
            HEAD + "class Net(nn.Module):\n    def forward(self, x, small=None):\n"
            "        small = F.interpolate(small, scale_factor=2, mode='bilinear')\n"
            "        return self.conv(torch.cat([x, small], dim=1))\n"
            "def make_net():\n    return Net()\ndef make_all():\n    return make_net(), 1\n"
            "def options():\n    return inspect.getfullargspec(make_all)[0]\n"
        ).replace("import torch\n", "import inspect\nimport torch\n", 1),
        "train.py": (
            "from net import make_all, options\nif __name__ == '__main__':\n"
            "    model, _ = make_all(**options())\n    model.cuda()\n    loss.backward()\n"
        ),
    },
    "a function that is called under no_grad, by another, and one that training calls too": {
        "net.py": (
            HEAD + "def scales(x):\n    return F.interpolate(x, scale_factor=2, mode='bilinear')\n"
            "def twice(x):\n    return scales(scales(x))\n"
            "def up(x):\n    return F.interpolate(x, scale_factor=2, mode='nearest-exact')\n"
            "def wide(x):\n    return F.interpolate(x, scale_factor=2, mode='bicubic')  # <-\n"
        ),
        "train.py": (
            "import torch\nimport net\n@torch.no_grad()\ndef features(model, x):\n"
            "    return net.wide(net.twice(model(x)))\ndef train(model, x):\n"
            "    net.wide(model(x)).backward()\nif __name__ == '__main__':\n"
            "    model = torch.nn.Linear(2, 2).cuda()\n    train(model, features(model, 1))\n"
        ),
    },
    "a measure of what is detached, and a method that nothing calls": {
        "net.py": (
            HEAD + "def error(a, b):\n"
            "    return F.interpolate(a, scale_factor=2, mode='bilinear') - b\n"
            "class Net(nn.Module):\n    def fit_to(self, x, size):\n"
            "        return F.interpolate(x, size, mode='bicubic')\n"
            "    def grow(self, x):\n"
            "        return F.interpolate(x, scale_factor=2, mode='trilinear')  # <-\n"
            "    def forward(self, x):\n        return self.grow(self.conv(x))\n"
        ),
        "train.py": (
            "from net import Net, error\ndef train(model, x, target):\n    out = model(x)\n"
            "    out.sum().backward()\n    return error(out.detach(), target)\n"
            "if __name__ == '__main__':\n    train(Net().cuda(), 1, 2)\n"
        ),
    },
    "what callers read from a disk, and what they have learnt": {
        "net.py": (
            HEAD + "def at(values, places):\n    return F.grid_sample(values, places)\n"
            "def near(values, places):\n"
            "    return F.interpolate(values, places, mode='bicubic')  # <-\n"
        ),
        "train.py": (
            "import net\nclass Trainer(Base):\n    def step(self, data):\n"
            "        depth, size = self.unpack(data)\n        guess = self.model(depth.cuda())\n"
            "        loss = net.near(guess, size) - net.at(depth, guess)\n"
            "        loss.sum().backward()\n    def __init__(self, model):\n"
            "        self.model = model\nif __name__ == '__main__':\n    Trainer(None).step(1)\n"
        ),
    },
    "a finished network that a file loads": {
        "teacher.py": NET.format(""),
        "loading.py": (
            "import torch\nfrom teacher import Net\ndef teacher(path):\n    net = Net()\n"
            "    net.load_state_dict(torch.load(path))\n    return net.eval()\n"
        ),
        "train.py": (
            "from loading import teacher\ndef train(model, x):\n"
            "    (teacher('a')(x) - model(x.cuda())).sum().backward()\n"
            "if __name__ == '__main__':\n    train(None, 1)\n"
        ),
    },
    "a model that only a demonstration makes; a variable called like a class": {
        "nets.py": NET.format("").replace("class Net", "class up")
        + NET.format("").replace(HEAD, "").replace("class Net", "class Slow")
        + "class Net(nn.Module):\n    def forward(self, x):\n        up = self.conv(x)\n"
        "        return self.up(up)\n",
        "show.py": (
            "import nets\nif __name__ == '__main__':\n    print(nets.Slow()(1), nets.up()(1))\n"
        ),
        "train.py": TRAIN,
    },
    "a class with the name of one that is used, and that only an unused one makes": {
        "nets.py": NET.format("").replace("class Net", "class Pool")
        + "class Old(nn.Module):\n    def __init__(self):\n        self.pool = Pool()\n"
        "class Net(nn.Module):\n    def forward(self, x):\n        return self.conv(x)\n",
        "train.py": "import importlib\nother = importlib.import_module('nets')\n" + TRAIN,
    },
    "a function that nothing uses": {
        "net.py": UP.replace("')\n", "')  # <-\n"),
        "more.py": (
            HEAD + "def sliced(run):\n    def wrapper(self, x):\n"
            "        return run(F.interpolate(x, scale_factor=2, mode='bilinear'))\n"
            "    return wrapper\ndef other(x):\n    return x\n"
        ),
        "train.py": "import more\n" + RUNS.format("net") + "    more.other(loss).backward()\n",
    },
    "a program that speaks of training does not train": {
        "net.py": UP,
        "eval.py": "# for a trained model, see train_list\n" + RUNS.format("net"),
        "fit.py": "if __name__ == '__main__':\n    loss.backward()\n    optimizer.step()\n",
    },
    "nothing imports one of two models": {
        "net.py": UP.replace("')\n", "')  # <-\n"),
        "net_2r.py": UP,
        "train.py": RUNS.format("net") + "    loss.backward()\n    optimizer.step()\n",
    },
    "a module that only tries what it defines": {
        "net.py": UP,
        "old.py": (
            "import torch\nfrom net import up\nclass Model:\n    def train(self):\n"
            "        self.net.train()\n    def update(self, loss):\n        loss.backward()\n"
            "        self.optimizer.step()\nif __name__ == '__main__':\n"
            "    model = Model().cuda()\n    print(model.inference(torch.ones(2)).shape)\n"
        ),
        "train.py": "if __name__ == '__main__':\n    loss.backward()\n    optimizer.step()\n",
    },
    "a package with a class that only its users may make": {
        "setup.py": "from setuptools import setup\nsetup(name='nets')\n",
        "net.py": (
            HEAD + "class Old(nn.Module):\n    def forward(self, x):\n        x = self.conv(x)\n"
            "        return F.interpolate(x, scale_factor=2, mode='bilinear')\n"
            "def make():\n    return nn.Linear(2, 2)\n"
        ),
        "train.py": (
            "import net\nif __name__ == '__main__':\n    model = net.make().cuda()\n"
            "    loss.backward()\n    optimizer.step()\n"
        ),
    },
    "statistics over a data set": {
        "data/stats.py": (
            "import torch\ndef shift(values, owner):\n"
            "    total = torch.zeros((4,), dtype=values.dtype, device=values.device)\n"
            "    return total.index_add(0, owner, values)\n"
        ),
        "train.py": (
            "from data import stats\nif __name__ == '__main__':\n    stats.shift(1, 2)\n"
            "    model.cuda()\n    loss.backward()\n    optimizer.step()\n"
        ),
    },
}


@pytest.mark.parametrize("files", PROJECTS.values(), ids=PROJECTS)
def test_in_programs(files: dict[str, str], tmp_path: Path) -> None:
    write(tmp_path, files)
    assert shown(tmp_path) == marked(files)


def test_a_model_that_is_made_under_another_name_is_used(tmp_path: Path) -> None:
    nets = NETS["the same layer after another"]
    files = {"nets.py": HEAD + textwrap.dedent(nets), "train.py": TRAIN}
    files["train.py"] = TRAIN.replace("import Net", "import Net as Other").replace(
        "Net()", "Other()"
    )
    write(tmp_path, files)
    assert shown(tmp_path) == marked(files)


def test_the_program_that_is_named_trains(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "net.py": UP,
            "analyse.py": RUNS.format("net") + "    loss.backward()\n    optimizer.step()\n",
            "train.py": RUNS.format("net") + "    loss.backward()\n    optimizer.step()\n",
        },
    )
    rules = tuple(rule for rule in RULES if rule.code == "DET001")
    (found,) = scan(ScanOptions((tmp_path,), rules, Config(), current=tmp_path, jobs=1)).findings
    assert found.entry_point == "train.py"


def test_a_name_with_train_in_it_is_no_training(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "extract_train_test_set.py": (
                "import importlib\nif __name__ == '__main__':\n    importlib.import_module('lists')\n"
            ),
            "train.py": (
                "import importlib\nif __name__ == '__main__':\n"
                "    importlib.import_module('solver').solve()\n"
            ),
            "solver.py": "import torch\ndef solve():\n    model.cuda()\n    loss.backward()\n",
        },
    )
    rules = tuple(rule for rule in RULES if rule.code == "DET002")
    found = scan(ScanOptions((tmp_path,), rules, Config(), current=tmp_path, jobs=1)).findings
    assert "extract_train_test_set.py" not in {finding.place.path for finding in found}


def test_the_message_names_the_mode(tmp_path: Path) -> None:
    net = textwrap.dedent(NETS["a loss resizes the prediction"]).replace("bilinear", "trilinear")
    write(tmp_path, {"nets.py": HEAD + net, "train.py": TRAIN})
    rules = tuple(rule for rule in RULES if rule.code == "DET001")
    found = scan(ScanOptions((tmp_path,), rules, Config(), current=tmp_path, jobs=1)).findings
    assert "of trilinear interpolation" in found[0].message


@pytest.mark.parametrize(("hook", "shown"), [("training_step", 1), ("validation_step", 0)])
def test_hooks_that_evaluate_have_no_gradient(tmp_path: Path, hook: str, shown: int) -> None:
    net = (
        "import torch\nimport torch.nn.functional as F\nclass Net(torch.nn.Module):\n"
        "    def __init__(self):\n        super().__init__()\n        self.conv = torch.nn.Conv2d(3, 3, 3)\n"
        f"    def {hook}(self, batch):\n        seen = self.conv(batch.cuda())\n"
        "        return F.interpolate(seen, scale_factor=2, mode='bilinear').mean()\n"
    )
    write(
        tmp_path,
        {
            "nets.py": net,
            "train.py": f"from nets import Net\nnet = Net()\nnet.{hook}(batch).backward()\nnet.cuda()\n",
        },
    )
    rules = tuple(rule for rule in RULES if rule.code == "DET001")
    found = scan(ScanOptions((tmp_path,), rules, Config(), current=tmp_path, jobs=1)).findings
    assert len(found) == shown
