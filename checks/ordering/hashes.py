"""ORDER003: the salted hash of a string decides a bucket, a split or a seed."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from ...auditor.entrypoints import is_test_path
from ...auditor.example import Example
from ...auditor.file import Site
from ...auditor.finding import Confidence, Finding
from ...auditor.rule import Prediction, SiteRule
from .strings import is_text


class SaltedHash(SiteRule):
    """The built-in hash of a string decides a bucket, a split or an order.

    ## What it does
    Reports `hash()` of strings whose value is taken modulo something, sliced, scaled or used as an
    index: feature buckets, train and test splits, shard numbers.

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
            "    return hash(a_name) == hash(b_name)\n",
            title="a hash for dictionaries; a comparison",
        ),
    )

    def check(self, site: Site) -> Iterator[Finding]:
        if is_test_path(site.file.path) or len(site.call.args) != 1:
            return
        if any(getattr(node, "name", "") == "__hash__" for node in site.ancestors()):
            return
        use = _use(site)
        argument = site.call.args[0]
        if use is None:
            return
        text = _is_salted(site, argument)
        if text is False or _NO_RESULT.search(site.file.text(site.statement).lower()):
            return
        yield self.finding(
            site.place,
            f"hash() of a string is salted anew in each process, and here it {use}",
            help="use zlib.crc32(text.encode()) or hashlib",
            confidence=Confidence.HIGH if text else Confidence.LOW,
        )


#: Where a hash goes that no result depends on.
_NO_RESULT = re.compile(r"cache|\bport|colou?r")


def _use(site: Site) -> str | None:
    """Say what the hash decides, looking up from the call."""
    child: ast.AST = site.node
    for node in site.ancestors():
        match node:
            case ast.BinOp(op=ast.Mod() | ast.BitAnd() | ast.RShift()) if node.left is child:
                return "chooses a bucket"
            case ast.BinOp(op=ast.Div() | ast.FloorDiv()) if node.left is child:
                return "is scaled to a number"
            case ast.Subscript(slice=index) if index is child:
                return "is an index"
            case ast.Call() if site.dotted(node.func) in {"builtins.abs", "builtins.int"}:
                child = node
                continue
            case ast.Call() if site.dotted(node.func) == "builtins.divmod":
                return "chooses a bucket"
            case ast.Call(func=ast.Name(id="sorted" | "sort")):
                return "gives an order"
            case ast.keyword(arg="key"):
                return "gives an order"
            case _:
                return None
    return None


def _is_salted(site: Site, node: ast.expr) -> bool | None:
    """Whether the hashed value is a string or holds one; None when the file does not say."""
    if isinstance(node, ast.Tuple):
        found = [is_text(site, element) for element in node.elts]
        return True if True in found else False if set(found) == {False} else None
    return is_text(site, node)
