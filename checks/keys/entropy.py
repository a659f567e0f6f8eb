"""KEY006: keys from the clock, the process or the system."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ...auditor.entrypoints import is_test_path
from ...auditor.example import Example
from ...auditor.file import Site
from ...auditor.finding import Confidence, Finding
from ...auditor.nodes import last_name
from ...auditor.regex import regex
from ...auditor.rule import Prediction, SiteRule
from .alike import measures_time
from .constants import constants_of
from .names import CONSTRUCTORS
from .shown import is_judged

#: Calls that write a number down.
_LOGS = regex(r"^(print|info|debug|warning|warn|log|log_\w+)$")


class EntropyKey(SiteRule):
    """A JAX key is made from the time, the process or the system's entropy.

    ## What it does
    Reports `PRNGKey` and `key` whose number comes from `time`, `datetime`, `os.urandom`,
    `os.getpid`, `uuid`, `secrets`, `id()` or the salted `hash()`.

    ## Why is this bad?
    Each run takes another key, and since nothing else seeds JAX, no run can be repeated unless the
    number is logged. Of low confidence in programs that measure speed or show what was learned,
    and where the key only stands in for one that a caller leaves out.

    ## Use instead
    A seed option with a fixed default: `jax.random.key(args.seed)`.
    """

    code = "KEY006"
    name = "entropy-key"
    calls = CONSTRUCTORS
    frameworks = ("jax",)
    predicts = (Prediction("time-dependence", "jax"),)
    bad = (
        Example("import jax, time\nkey = jax.random.PRNGKey(int(time.time()))  # <-\n"),
        Example(
            "from os import urandom as entropy\n"
            "from jax import random as jr\n"
            "seed = int.from_bytes(entropy(4), 'little')\n"
            "key = jr.key(seed)  # <-\n",
            title="through a variable; under another name",
        ),
    )
    good = (
        Example(
            "import jax, time\n"
            "def main(args):\n"
            "    start = time.time()\n"
            "    key = jax.random.PRNGKey(args.seed)\n"
            "    print(time.time() - start)\n",
        ),
        Example("import jax\nkey = jax.random.key(0)\n"),
        Example(
            "import jax, time\n"
            "def measure(loader):\n"
            "    key = jax.random.PRNGKey(int(time.time()))\n"
            "    return [batch.shape for batch in loader]\n",
            title="a key that nobody reads",
        ),
        Example(
            "import jax, logging, time\n"
            "def sample(key=None):\n"
            "    if key is None:\n"
            "        seed = time.time_ns() % 2**32\n"
            "        key = jax.random.key(seed)\n"
            "        logging.info('no key given: seed %d', seed)\n"
            "    return jax.random.normal(key)\n",
            title="the number is logged",
        ),
    )

    def check(self, site: Site) -> Iterator[Finding]:
        given = site.argument(0, "seed")
        if given is None or is_test_path(site.file.path) or _is_kept(site, given):
            return
        if _is_never_read(site):
            return
        source = _entropy(site, given)
        if source is not None:
            yield self.finding(
                site.place,
                f"this key comes from {source}(): every run draws other numbers",
                help="take the seed from an option with a fixed default",
                stream="jax",
                confidence=Confidence.LOW if _only_presents(site) or _stands_in(site) else None,
            )


def _only_presents(site: Site) -> bool:
    """Whether a program measures speed or shows what was learned, with other numbers each time."""
    return measures_time(site.file.path) or is_judged(site.file, site.node)


def _stands_in(site: Site) -> bool:
    """Whether the key only stands in for one that a caller may give: `if key is None`."""
    function = site.file.enclosing_function(site.node)
    if function is None:
        return False
    given = {a.arg for a in (*function.args.args, *function.args.kwonlyargs)}
    for at in site.file.ancestors(site.node):
        if at is function:
            return False
        match at:
            case (
                ast.If(test=ast.Compare(left=ast.Name(id=name), ops=[ast.Is() | ast.IsNot()]))
                | ast.IfExp(test=ast.Compare(left=ast.Name(id=name), ops=[ast.Is() | ast.IsNot()]))
            ) if name in given:
                return True
            case _:
                pass
    return False


def _is_kept(site: Site, given: ast.expr) -> bool:
    """Whether the number is logged or printed: whoever wants the run again, can give it."""
    if not isinstance(given, ast.Name):
        return False
    return any(
        _LOGS.match(last_name(call.func) or "")
        and site.file.scope_of(call) is site.scope
        and any(isinstance(part, ast.Name) and part.id == given.id for part in ast.walk(call))
        for call in site.file.nodes.of(ast.Call)
    )


def _is_never_read(site: Site) -> bool:
    """Whether the key goes into a variable that nobody reads, and no other file can."""
    file = site.file
    holder = constants_of(file).holder(site.call)
    if holder is None or isinstance(file.parents.get(site.statement), ast.Module):
        return False
    return not any(
        name.id == holder.id and isinstance(name.ctx, ast.Load) for name in file.nodes.of(ast.Name)
    )


_ENTROPY = frozenset(
    """
    time.time time.time_ns time.perf_counter time.perf_counter_ns time.monotonic time.process_time
    datetime.datetime.now datetime.datetime.utcnow datetime.datetime.today os.urandom os.getpid
    os.getrandom uuid.uuid1 uuid.uuid4 secrets.randbits secrets.randbelow secrets.token_bytes
    builtins.hash builtins.id random.SystemRandom
    """.split()
)


def _entropy(site: Site, node: ast.expr, depth: int = 0) -> str | None:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Call):
            name = site.dotted(inner.func)
            if name in _ENTROPY and not _hashes_numbers(name, inner):
                return name
        if isinstance(inner, ast.Name) and depth < 3:
            found = site.scope.lookup(inner.id)
            if found is not None and len(found[1]) == 1 and (value := found[1][0].value):
                source = _entropy(site, value, depth + 1)
                if source is not None:
                    return source
    return None


def _hashes_numbers(name: str, call: ast.Call) -> bool:
    """Whether `hash` is given numbers, whose hashes are not salted."""
    return name == "builtins.hash" and all(
        isinstance(argument, ast.Constant) and not isinstance(argument.value, (str, bytes))
        for argument in call.args
    )
