"""The header of a NumPy array file, as far as it says whether a pickle follows."""

from __future__ import annotations

import ast
import re
import warnings
from typing import Any, cast

from .pickle_values import as_tuple

MAX_HEADER = 1 << 16
"""Characters of the header that are read; NumPy itself stops at 10,000."""


def holds_objects(header: bytes) -> bool:
    """Whether an array's header, a Python literal that NumPy evaluates, names the object type."""
    text = header[:MAX_HEADER].decode("latin1")
    try:
        with warnings.catch_warnings(action="ignore"):
            described = cast(dict[str, Any], ast.literal_eval(text.strip()))["descr"]
    except (SyntaxError, ValueError, TypeError, KeyError, RecursionError, MemoryError):
        # Written by Python 2, or forged.
        return bool(re.search(r"""['"][|=<>]?O|object|\\""", text))
    waiting: list[Any] = [described]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str) and re.match(r"[|=<>]?(O|object)", item):
            return True
        if isinstance(item, list):
            # (name, type) or (name, type, shape): a name may read like a type.
            fields = [as_tuple(field) for field in cast(list[Any], item)]
            waiting += [field[1] for field in fields if len(field) > 1]
        elif isinstance(item, tuple):
            waiting += cast(tuple[Any, ...], item)
    return False
