"""A fault of fwaudit itself costs one rule, not the scan; and it is said."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator
from contextlib import contextmanager

from .errors import UserError
from .place import Place
from .source import Problem


@contextmanager
def contained(
    what: str, place: Callable[[], Place], problems: list[Problem]
) -> Generator[None, None, None]:
    """Turn what a rule raises into a problem: what it would have found is not known.

    `place` is asked for only then. With FWAUDIT_DEBUG set it is raised, as in all tests here.
    """
    try:
        yield
    except UserError:
        raise
    except Exception as error:
        if os.environ.get("FWAUDIT_DEBUG"):
            raise
        said = f"{type(error).__name__}: {error}".split("\n", 1)[0]
        message = (
            f"{what} could not finish, by a fault of fwaudit ({said}): it may have missed some"
        )
        problems.append(Problem(place(), message, is_fault=True))
