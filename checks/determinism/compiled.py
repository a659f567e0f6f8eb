"""DET008: random numbers inside a compiled function."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ...auditor.entrypoints import is_test_path
from ...auditor.example import Example
from ...auditor.file import File
from ...auditor.finding import Confidence, Evidence, Finding, Severity
from ...auditor.nodes import last_name
from ...auditor.rule import FileRule, Prediction

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_DRAWS = frozenset(
    """
    torch.rand torch.randn torch.randint torch.randperm torch.rand_like torch.randn_like
    torch.randint_like torch.bernoulli torch.multinomial torch.normal torch.poisson
    torch.nn.functional.dropout torch.nn.functional.gumbel_softmax torch.nn.functional.dropout2d
    torch.nn.functional.alpha_dropout torch.nn.Dropout torch.nn.Dropout1d torch.nn.Dropout2d
    torch.nn.Dropout3d torch.nn.AlphaDropout
    """.split()
)


class CompiledRandom(FileRule):
    """A compiled function draws random numbers that differ from the eager ones.

    ## What it does
    Reports functions and models of the same file that `torch.compile` compiles and that draw random
    numbers or drop units, and compiled models that run beside their uncompiled originals after the
    same seed, where Inductor's `fallback_random` is not set.

    ## Why is this bad?
    Inductor has its own generator: after the same `manual_seed` the compiled function draws other
    numbers than the eager one. A result found with compilation cannot be checked without it.

    ## Use instead
    `torch._inductor.config.fallback_random = True` where both must agree, and say in the results
    whether the run was compiled.
    """

    code = "DET008"
    name = "compiled-random"
    severity = Severity.INFO
    confidence = Confidence.MEDIUM
    words = frozenset({"compile"})
    frameworks = ("torch",)
    predicts = (Prediction("unseeded-rng", "torch"),)
    bad = (
        Example(
            "import torch\n"
            "@torch.compile\n"
            "def noisy(x):\n"
            "    return x + torch.randn_like(x)  # <-\n",
        ),
        Example(
            "from torch import compile as faster, nn\n"
            "class Net(nn.Module):\n"
            "    def __init__(self):\n"
            "        super().__init__()\n"
            "        self.drop = nn.Dropout(0.1)  # <-\n"
            "    def forward(self, x):\n"
            "        return self.drop(x)\n"
            "net = faster(Net())\n",
            title="dropout in a compiled model; an alias",
        ),
    )
    good = (
        Example(
            "import torch\n"
            "import torch._inductor.config as inductor\n"
            "inductor.fallback_random = True\n"
            "@torch.compile\n"
            "def noisy(x):\n"
            "    return x + torch.randn_like(x)\n",
        ),
        Example(
            "import torch\n"
            "import re\n"
            "pattern = re.compile('a')\n"
            "@torch.compile\n"
            "def double(x):\n"
            "    return 2 * x\n"
            "noise = torch.randn(3)\n",
        ),
    )

    def check(self, file: File) -> Iterator[Finding]:
        if is_test_path(file.path) or "torch" not in file.imported:
            return
        if "fallback_random" in file.source.text:
            return
        compilations = _compilations(file)
        yield from self._compared(file, compilations)
        seen: set[ast.Call] = set()
        for compiled, why in _compiled(file, compilations):
            for node in file.nodes.of(ast.Call, under=compiled):
                if node in seen:
                    continue
                name = file.dotted(node.func, file.scope_of(node))
                if name in _DRAWS:
                    seen.add(node)
                    yield self.finding(
                        file.place(node),
                        f"{name}() is compiled: it draws other numbers than without compilation",
                        help="torch._inductor.config.fallback_random = True draws the eager ones",
                        evidence=(Evidence(file.place(why), "compiled here"),),
                    )

    def _compared(self, file: File, compilations: list[ast.Call]) -> Iterator[Finding]:
        """Yield compilations beside which the same model also runs uncompiled, seeded alike."""
        for call in compilations:
            node = file.parents.get(call)
            if not isinstance(node, ast.Assign) or not call.args:
                continue
            eager, made = call.args[0], node.targets[0]
            if not (isinstance(eager, ast.Name) and isinstance(made, ast.Name)):
                continue
            around = file.scope_of(call).node
            called = {last_name(inner.func) for inner in file.nodes.of(ast.Call, under=around)}
            if eager.id != made.id and {eager.id, made.id, "manual_seed"} <= called:
                yield self.finding(
                    file.place(call),
                    f"{made.id} draws other random numbers than {eager.id} after the same seed",
                    help="torch._inductor.config.fallback_random = True draws the eager ones",
                )


def _compilations(file: File) -> list[ast.Call]:
    """Return the calls of `torch.compile`, decorators with arguments among them."""
    return [
        call
        for call in file.nodes.of(ast.Call)
        if file.dotted(call.func, file.scope_of(call)) == "torch.compile"
    ]


def _compiled(file: File, compilations: list[ast.Call]) -> Iterator[tuple[ast.AST, ast.AST]]:
    """Yield the functions and classes that are compiled, and what says so."""
    functions: list[ast.FunctionDef | ast.AsyncFunctionDef] = file.nodes.of(*_FUNCTIONS)
    for function in functions:
        for decorator in function.decorator_list:
            func = decorator.func if isinstance(decorator, ast.Call) else decorator
            if file.dotted(func, file.scope_of(decorator)) == "torch.compile":
                yield function, decorator
    top = {
        node.name: node for node in file.tree.body if isinstance(node, (*_FUNCTIONS, ast.ClassDef))
    }
    for call in compilations:
        if not call.args:
            continue
        scope, target = file.scope_of(call), call.args[0]
        if isinstance(target, ast.Call):
            name = file.dotted(target.func, scope)
        else:
            name = file.names.origin(target, scope)
        name = name or file.dotted(target, scope)
        found = top.get((name or "").rsplit(".", 1)[-1])
        if found is not None:
            yield found, call
