"""ORDER003: the salted hash of a string decides a bucket, a split or a seed."""

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
from .strings import is_text
from .view import view_of


class SaltedHash(SiteRule):
    """The built-in hash of a string decides a bucket, a split or an order.

    ## What it does
    Reports `hash()` of strings whose value is taken modulo something, scaled, used as an index or a
    seed, or put into a heap: feature buckets, train and test splits, shard numbers, random keys.

    ## Why is this bad?
    Python salts the hashes of strings and bytes anew in each process: an example that is in the
    training set today is in the test set tomorrow. Setting `PYTHONHASHSEED` inside the program
    comes too late. Hashes of numbers are not salted and not reported.

    ## Use instead
    `zlib.crc32(name.encode())` or `hashlib.sha256(name.encode())`.

    ## References
    - https://docs.python.org/3/using/cmdline.html#envvar-PYTHONHASHSEED
    """

    code = "ORDER003"
    name = "salted-hash"
    calls = frozenset({"builtins.hash"})
    predicts = (Prediction("hash-order"),)
    bad = (
        Example(
            "def is_test(name):\n    return hash(name) % 100 < 20  # <-\n",
            title="a split by the hash of a name",
        ),
        Example(
            "import builtins as python\n"
            "import numpy as np\n"
            "features = np.zeros(16)\n"
            "for word in 'red green red'.split():\n"
            "    features[abs(python.hash(word)) & 15] += 1  # <-\n",
            title="feature hashing; an alias",
        ),
        Example(
            "import heapq\n"
            "import jax\n"
            "def keys_of(root, workloads):\n"
            "    return [jax.random.fold_in(root, hash(w) % 2**32) for w in workloads]  # <-\n"
            "def shuffled(lines, window):\n"
            "    heap = []\n"
            "    for line in lines:\n"
            "        place = hash(line)  # <-\n"
            "        heapq.heappush(heap, (place, line))\n"
            "    return heap\n",
            title="a random key for each workload; lines shuffled by their hashes",
        ),
    )
    good = (
        Example(
            "import zlib\n"
            "def is_test(name, number):\n"
            "    return zlib.crc32(name.encode()) % 100 < 20 or hash(int(number)) % 10 == 0\n",
        ),
        Example(
            "class Key:\n"
            "    def __hash__(self):\n"
            "        return hash((self.name, 'key')) % 2**61\n"
            "def same(a_name, b_name):\n"
            "    first = hash(a_name)\n"
            "    return first == hash(b_name)\n"
            "def slot(token, size):\n"
            "    cache_location = hash(token) % size\n"
            "    return cache_location\n"
            "def called(settings_text):\n"
            "    version = 'v' + str(hash(settings_text) % 1000)\n"
            "    return version\n",
            title="a hash for dictionaries; a comparison; a place in a cache; the name of a run",
        ),
    )

    def check(self, site: Site) -> Iterator[Finding]:
        if is_test_path(site.file.path) or len(site.call.args) != 1:
            return
        if any(getattr(node, "name", "") == "__hash__" for node in site.ancestors()):
            return
        use = _use(site, site.call)
        if use is None:
            return
        text = _is_salted(site, site.call.args[0])
        if text is False or _NO_RESULT.search(site.file.text(site.statement).lower()):
            return
        if text is None and use == _SEEDS:
            # Numbers need no hash to seed something.
            confidence = Confidence.MEDIUM
        else:
            confidence = Confidence.HIGH if text else Confidence.LOW
        yield self.finding(
            site.place,
            f"hash() of a string is salted anew in each process, and here it {use}",
            help="use zlib.crc32(text.encode()) or hashlib",
            confidence=confidence,
        )


#: Where a hash goes that no result depends on.
_NO_RESULT = regex(r"cache|\bport|colou?r|\bversion|\brun_(name|id)")


_SEEDS = "makes a seed"
_SEEDERS = frozenset(
    """
    seed manual_seed set_seed set_random_seed fold_in PRNGKey default_rng RandomState SeedSequence
    seed_everything
    """.split()
)
_HEAPS = frozenset({"heapq.heappush", "heapq.heappushpop", "heapq.heapreplace"})


def _use(site: Site, node: ast.expr, *, follow: bool = True) -> str | None:
    """Say what the hash decides, looking up from the call, or from a variable that holds it."""
    file = site.file
    found: str | None = None
    child: ast.AST = node
    at = file.parents.get(node)
    while isinstance(at, (ast.expr, ast.keyword)):
        match at:
            case ast.BinOp(op=ast.Mod() | ast.BitAnd() | ast.RShift(), left=left) if left is child:
                found = found or "chooses a bucket"
            case ast.BinOp(op=ast.Div() | ast.FloorDiv(), left=left) if left is child:
                found = found or "is scaled to a number"
            case ast.BinOp() | ast.UnaryOp():
                pass
            case ast.Subscript(slice=index) if index is child:
                return found or "is an index"
            case ast.Call():
                name, last = site.dotted(at.func), last_name(at.func)
                if last in _SEEDERS:
                    return _SEEDS
                if name == "builtins.divmod":
                    return "chooses a bucket"
                if last in {"sorted", "sort"}:
                    return "gives an order"
                if name not in {"builtins.abs", "builtins.int"}:
                    return found
            case ast.keyword(arg="key"):
                return "gives an order"
            case ast.Tuple():
                heap = file.parents.get(at)
                if isinstance(heap, ast.Call) and site.dotted(heap.func) in _HEAPS:
                    return "gives an order"
                return found
            case _:
                return found
        child, at = at, file.parents.get(at)
    if follow and isinstance(at, ast.Assign):
        if _is_called_seed(at.targets[0]):
            return _SEEDS
        return found or _held(site, at)
    return found


def _is_called_seed(target: ast.expr) -> bool:
    return "seed" in last_name(target).lower()


def _held(site: Site, made: ast.Assign) -> str | None:
    """Look at the reads of the variable that holds a hash, when nothing else is assigned to it."""
    target = made.targets[0]
    if not isinstance(target, ast.Name) or len(site.scope.bindings.get(target.id, [])) != 1:
        return None
    names = view_of(site.file).names(target.id, site.scope.node)
    uses = (_use(site, n, follow=False) for n in names if isinstance(n.ctx, ast.Load))
    return next((use for use in uses if use is not None), None)


def _is_salted(site: Site, node: ast.expr) -> bool | None:
    """Whether the hashed value is a string or holds one; None when the file does not say."""
    if isinstance(node, ast.Tuple):
        found = [is_text(site, element) for element in node.elts]
        return True if True in found else False if set(found) == {False} else None
    return is_text(site, node)
