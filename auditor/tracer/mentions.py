"""Which words of interest the loaded user code holds: tells which extra runs are worth it."""

import re
import sys

from .place import in_tree


def mentions():
    """Names of interest that the loaded user code in the tree mentions: allocators, listings, …"""
    found = set()
    for module in list(sys.modules.values()):
        # A script that has run to its end has lost its __file__, not its loader.
        path = getattr(module, "__file__", None) or getattr(
            getattr(module, "__loader__", None), "path", None
        )
        if isinstance(path, str) and in_tree(path):
            _scan(path, found)
    return sorted(found)


_INTERESTING = {
    "empty", "empty_like", "new_empty", "empty_strided", "Tensor", "as_completed", "imap_unordered",
    "set", "frozenset", "hash", "listdir", "scandir", "glob", "iglob", "rglob", "iterdir", "walk",
    "Thread", "Process", "ThreadPoolExecutor", "ProcessPoolExecutor", "Pool", "num_workers",
}  # fmt: skip


def _scan(path, found):
    try:
        with open(path, "rb") as file:
            source = file.read(1 << 20)
    except OSError:
        return
    words = set(re.findall(rb"[A-Za-z_]+", source))
    found.update(name for name in _INTERESTING if name.encode() in words)
