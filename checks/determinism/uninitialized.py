"""DET009: memory that is read before anything was written to it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from ...auditor.entrypoints import is_test_path
from ...auditor.example import Example
from ...auditor.file import Site
from ...auditor.finding import Confidence, Finding
from ...auditor.regex import regex
from ...auditor.rule import Prediction, SiteRule

_EMPTY = frozenset(
    """
    torch.empty torch.empty_like torch.empty_strided numpy.empty numpy.empty_like
    torch.FloatTensor torch.HalfTensor torch.DoubleTensor
    """.split()
)
_PARAMETERS = frozenset({"torch.nn.Parameter", "torch.nn.parameter.Parameter"})
#: Whatever fills or loads all parameters of a module.
_FILLS_ALL = regex(
    r"reset_parameters|_init_weights|init_weights|from_pretrained|\bparameters\(\)|\.apply\(|"
    r"named_parameters|load_weights|weight_loader|PreTrainedModel"
)
#: Whatever fills the parameter of this name.
_FILLS_ONE = (
    r"(init\.\w+|init_|_init\w*|trunc_normal_?|copy_|fill_)\([^)\n]*\.{name}\b|"
    r"\.{name}\.(data|copy_|fill_|normal_|uniform_|zero_)|\.{name}\[[^\]]*\] *=[^=]"
)
_READS = frozenset({"sum", "mean", "max", "min", "std", "var", "norm", "dot", "matmul", "tolist"})


class UninitializedMemory(SiteRule):
    """Memory is read that nothing was written to.

    ## What it does
    Reports `torch.empty`, `numpy.empty` and their kin where the first thing done with the array is
    to read it: added to in place, used in arithmetic, written only in part and then used; and
    parameters made of `torch.empty` that are left out where their class initialises others.

    ## Why is this bad?
    What stands there is whatever the memory held before: zeros in one run, old activations in the
    next. No seed helps, and the result can be `nan` once in a hundred runs.

    ## Use instead
    `zeros`, or write every element before reading any.
    """

    code = "DET009"
    name = "uninitialized-memory"
    calls = _EMPTY
    predicts = (Prediction("uninitialized-memory"),)
    bad = (
        Example(
            "import numpy as np\n"
            "counts = np.empty(16)  # <-\n"
            "for value in (3, 5, 3):\n"
            "    counts[value] += 1\n"
            "np.save('counts.npy', counts)\n",
        ),
        Example(
            "from torch import empty as room, nn\n"
            "class Affine(nn.Module):\n"
            "    def __init__(self, n):\n"
            "        super().__init__()\n"
            "        self.scale = nn.Parameter(room(n))  # <-\n"
            "        self.shift = nn.Parameter(room(n))\n"
            "        nn.init.zeros_(self.shift)\n"
            "    def forward(self, x):\n"
            "        noise = room(3) + x  # <-\n"
            "        return self.scale * noise\n",
            title="a parameter that nothing initialises; arithmetic; an alias",
        ),
        Example(
            "import numpy as np\n"
            "def moving_average(signal, window):\n"
            "    average = np.empty_like(signal)  # <-\n"
            "    for i in range(window, len(signal)):\n"
            "        average[i] = signal[i - window : i].mean()\n"
            "    return average\n",
            title="the first elements are never written",
        ),
    )
    good = (
        Example(
            "import numpy as np\n"
            "import torch\n"
            "buffer = np.empty((16, 8))\n"
            "for row in range(16):\n"
            "    buffer[row] = row\n"
            "out = torch.empty(4)\n"
            "torch.add(torch.ones(4), 1, out=out)\n"
            "noise = torch.empty(3).normal_()\n"
            "total = buffer.sum() + out.sum() + noise.sum()\n",
        ),
        Example(
            "import torch\n"
            "from torch import nn\n"
            "class Affine(nn.Module):\n"
            "    def __init__(self, n):\n"
            "        super().__init__()\n"
            "        self.weight = nn.Parameter(torch.empty(n, n))\n"
            "        nn.init.kaiming_uniform_(self.weight)\n"
            "class Norm(nn.Module):\n"
            "    def __init__(self, n):\n"
            "        super().__init__()\n"
            "        self.weight = nn.Parameter(torch.empty(n))\n",
            title="initialised; a parameter that another file may initialise",
        ),
    )

    def check(self, site: Site) -> Iterator[Finding]:
        if is_test_path(site.file.path):
            return
        if site.name and site.name.endswith("Tensor") and not _only_sizes(site):
            return
        found = _fault(site)
        if found is None:
            return
        what, confidence = found
        yield self.finding(
            site.place,
            f"this memory is not initialised, and {what}",
            help="allocate with zeros, or write every element before reading any",
            confidence=confidence,
        )


def _only_sizes(site: Site) -> bool:
    """`torch.FloatTensor(3, 4)` allocates; with a list it copies."""
    values = [site.constant(argument) for argument in site.call.args]
    return bool(values) and all(v is not None and isinstance(v.value, int) for v in values)


def _fault(site: Site) -> tuple[str, Confidence] | None:
    parent = site.parent
    match parent:
        case ast.BinOp():
            # A list of them, or a size of zero, is no arithmetic.
            return ("it is used in arithmetic at once", Confidence.HIGH)
        case ast.Attribute(attr=attr) if attr in _READS:
            return (f"it is read at once by .{attr}()", Confidence.HIGH)
        case ast.Call(func=func) if site.dotted(func) in _PARAMETERS:
            return _parameter(site)
        case ast.Assign(targets=[ast.Name() as name]):
            return _variable(site, name, parent)
        case _:
            return None


def _parameter(site: Site) -> tuple[str, Confidence] | None:
    """A parameter of uninitialised memory: is its name seen where parameters are initialised?"""
    zero = any(isinstance(given, ast.Constant) and given.value == 0 for given in site.call.args)
    assigned = site.statement
    owner = site.scope.enclosing_class()
    if zero or owner is None or not isinstance(assigned, ast.Assign):
        return None
    target = assigned.targets[0]
    text = site.file.source.text
    if not isinstance(target, ast.Attribute) or "requires_grad=False" in site.file.text(assigned):
        return None
    name = re.escape(target.attr)
    if _FILLS_ALL.search(text) or re.search(_FILLS_ONE.format(name=name), text):
        return None
    # Where its class initialises others, this one was forgotten; else another file may do it.
    if not re.search(r"\binit\.\w+_\(\s*self\.", site.file.text(owner.node)):
        return None
    return "its class initialises others, but not the parameter made of it", Confidence.MEDIUM


def _variable(site: Site, name: ast.Name, made: ast.Assign) -> tuple[str, Confidence] | None:
    uses = [
        node
        for node in site.file.nodes.of(ast.Name, under=site.scope.node)
        if node.id == name.id
        and (node.lineno, node.col_offset) > (made.end_lineno or 0, made.end_col_offset or 0)
    ]
    uses.sort(key=lambda node: (node.lineno, node.col_offset))
    if not uses or any(isinstance(node.ctx, ast.Store) for node in uses[:1]):
        return None
    first = _how(site, uses[0])
    if first == "added":
        return ("it is added to before anything is written", Confidence.HIGH)
    if first != "written":
        return None
    writes = [node for node in uses if _how(site, node) == "written"]
    others = [node for node in uses if _how(site, node) == "unknown"]
    if len(writes) == 1 and not others and _is_partial(site, writes[0]) and len(uses) > 1:
        return ("only a part of it is written before it is used", Confidence.MEDIUM)
    return None


def _how(site: Site, node: ast.Name) -> str:
    """`added`, `written`, `read`, or `unknown` (given to a call that may fill it)."""
    parents = site.file.parents
    parent = parents.get(node)
    child: ast.AST = node
    while isinstance(parent, ast.Subscript) and parent.value is child:
        child, parent = parent, parents.get(parent)
    if isinstance(parent, ast.AugAssign) and parent.target is child:
        return "added"
    if isinstance(parent, ast.Assign) and child in parent.targets:
        return "written"
    if isinstance(parent, ast.Attribute) and parent.attr in {"shape", "size", "dtype", "device"}:
        return "read"
    if isinstance(parent, (ast.Return, ast.BinOp)) or child is not node:
        return "read"
    if isinstance(parent, ast.Call):
        func = parent.func
        last = func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")
        return "read" if last in {"save", "append", "savez", "stack", "print"} else "unknown"
    if isinstance(parent, ast.keyword):
        return "read" if parent.arg not in {"out", "dst"} else "unknown"
    return "unknown"


def _is_partial(site: Site, node: ast.Name) -> bool:
    """Whether the one write leaves elements out: a loop that starts later, a slice by a length."""
    parents = site.file.parents
    subscript = parents.get(node)
    if not isinstance(subscript, ast.Subscript):
        return False
    index = subscript.slice
    if isinstance(index, ast.Slice):
        bounds = [bound for bound in (index.lower, index.upper) if bound is not None]
        return len(bounds) == 1 and "len(" in ast.unparse(bounds[0])
    if not isinstance(index, ast.Name):
        return False
    at = parents.get(subscript)
    while at is not None and not isinstance(at, (ast.FunctionDef, ast.Module)):
        if (
            isinstance(at, ast.For)
            and isinstance(at.iter, ast.Call)
            and getattr(at.target, "id", "") == index.id
        ):
            return _starts_later(at.iter)
        at = parents.get(at)
    return False


def _starts_later(call: ast.Call) -> bool:
    if getattr(call.func, "id", "") != "range" or len(call.args) != 2:
        return False
    start = call.args[0]
    return not (isinstance(start, ast.Constant) and start.value == 0)
