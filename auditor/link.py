"""Which file a module name means, as seen from the file that imports it."""

from __future__ import annotations

from collections.abc import Iterable


def module_name(path: str) -> str:
    """Return the dotted name of a file by its path from the root: `src/pkg/a.py` → `src.pkg.a`."""
    stem = path.rsplit(".", 1)[0]
    parts = stem.split("/")
    if parts[-1] == "__init__":
        parts.pop()
    return ".".join(parts)


class Links:
    """Resolves module names to paths: own folder first, then the folders above, then anywhere.

    `anywhere` means a unique file whose path ends in the dotted name, as with `src` layouts.
    """

    def __init__(self, paths: Iterable[str]) -> None:
        self._by_name: dict[str, str] = {}
        self._by_tail: dict[str, list[str]] = {}
        for path in paths:
            if not path.endswith(".py"):
                continue
            name = module_name(path)
            if name not in self._by_name or path.endswith("__init__.py"):
                self._by_name[name] = path
            self._by_tail.setdefault(name.rsplit(".", 1)[-1], []).append(name)

    def path_of(self, dotted: str, importer: str = "") -> str | None:
        """Return the path of the module that `dotted` names exactly, or None."""
        if not dotted:
            return None
        folder = importer.rsplit("/", 1)[0].split("/") if "/" in importer else []
        for depth in range(len(folder), -1, -1):
            candidate = ".".join([*folder[:depth], dotted])
            if (path := self._by_name.get(candidate)) is not None and path != importer:
                return path
        tail = "." + dotted
        found = [
            name for name in self._by_tail.get(dotted.rsplit(".", 1)[-1], ()) if name.endswith(tail)
        ]
        if "." not in dotted and len(found) == 1:
            # A bare name far away is more likely an installed package than that file.
            return self._by_name[found[0]] if found[0] == f"src.{dotted}" else None
        return self._by_name[found[0]] if len(found) == 1 else None

    def split(self, dotted: str, importer: str = "") -> tuple[str, str] | None:
        """Split a dotted name into the path of a module of the project and the name inside it."""
        parts = dotted.split(".")
        for end in range(len(parts), 0, -1):
            path = self.path_of(".".join(parts[:end]), importer)
            if path is not None:
                return path, ".".join(parts[end:])
        return None
