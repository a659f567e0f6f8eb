"""A command and the tree that it runs in: what is laid out before a run and kept after it."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from .command import Command, make_command
from .options import VerifyOptions
from .tree import Tree

_MOST_KEPT = 2 * 2**30


@dataclass(frozen=True, slots=True)
class Workplace:
    """One place where runs find the tree."""

    command: Command
    tree: Tree

    @property
    def place(self) -> Path:
        """The folder of the tree."""
        return self.tree.place

    def lay_out(self, overlay: Mapping[str, Path]) -> None:
        """Puts single files over the tree."""
        for target, source in overlay.items():
            (self.place / target).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, self.place / target)

    def counting(self, files: list[str], options: VerifyOptions) -> list[str]:
        """Those of the files that the person named as artefacts; all, when none were named."""
        if not options.artifacts:
            return files
        here = os.path.relpath(options.folder.resolve(), self.tree.original)
        return [
            name
            for name in files
            if any(fnmatch(os.path.relpath(name, here), glob) for glob in options.artifacts)
        ]

    def keep(self, files: list[str], target: Path) -> None:
        """Copies what a run wrote beside its evidence."""
        kept = 0
        for name in files:
            source = self.place / name
            if source.is_symlink() or not source.is_file():
                continue
            kept += source.stat().st_size
            if kept > _MOST_KEPT:
                sys.stderr.write(
                    "fwaudit: more than 2 GiB of output files; the rest is not compared\n"
                )
                return
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target / name)


def workplace_at(options: VerifyOptions, root: Path, place: Path) -> Workplace:
    """The workplace at `place` for the tree at `root`. May raise UserError."""
    return Workplace(make_command(options, root, place), Tree(root, place))
