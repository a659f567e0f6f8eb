"""The order in which directories are listed, recorded or changed."""

import os
import sys

from . import digest
from .family import replace
from .place import user_place


def install(families, root):
    """Wraps os.listdir and os.scandir, on which glob, pathlib, os.walk and shutil stand."""
    family = families.get("listing")
    if not family.active:
        return
    order = (family.pin or {}).get("order", "sorted")
    own, inside = families.get("tree-file"), os.path.realpath(root) + os.sep
    listdir, scandir = os.listdir, os.scandir

    def arranged(names, key, path):
        place, importing, libraries = user_place(2)
        if not place or importing or _machinery(libraries):
            return names
        if own.record and not isinstance(path, (int, bytes)):
            folder = os.path.join(os.path.realpath(os.fspath(path or ".")), "")
            if folder.startswith(inside):
                own.see("list " + folder, 0, place)
        if len(names) > 1:
            family.see("os.listdir", digest.of_value([key(name) for name in names]), place)
        if family.pinned(place):
            ordered = sorted(names, key=key)
            # Some file systems list the newest first: sorted backwards may be what stands there.
            if order == "reversed" and [key(n) for n in names] != [key(n) for n in ordered[::-1]]:
                ordered.reverse()
            return ordered
        return names

    def watched_listdir(path="."):
        names = listdir(path)
        return arranged(names, _same, path)

    def watched_scandir(path="."):
        with scandir(path) as entries:
            found = list(entries)
        return _Entries(arranged(found, _name, path))

    replace(os, "listdir", watched_listdir)
    replace(os, "scandir", watched_scandir)
    _older_pathlib(watched_listdir, watched_scandir)


def _machinery(libraries):
    return any(name.startswith(("importlib", "pkgutil", "pkg_resources")) for name in libraries)


def _same(name):
    return name


def _name(entry):
    return entry.name


def _older_pathlib(listdir, scandir):
    # Up to Python 3.10, pathlib keeps its own references.
    pathlib = sys.modules.get("pathlib")
    accessor = getattr(pathlib, "_NormalAccessor", None)
    if accessor is not None:
        accessor.listdir = staticmethod(listdir)
        accessor.scandir = staticmethod(scandir)


class _Entries:
    """What os.scandir returns: an iterator that is a context manager."""

    def __init__(self, entries):
        self._entries = iter(entries)

    def __iter__(self):
        return self

    def __next__(self):
        return next(self._entries)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()

    def close(self):
        """Ends the iteration."""
        self._entries = iter(())
