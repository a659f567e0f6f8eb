"""What `init` writes: a release policy, pre-commit lines, CI workflows. It never asks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .. import __version__
from ..auditor.errors import UserError
from .template import fill

#: File -> template. An existing .pre-commit-config.yaml is not ours to change: ours stands beside.
FILES = {
    "fwaudit-policy.yaml": "policy.yaml.j2",
    ".pre-commit-config.yaml": "pre-commit.yaml.j2",
    ".github/workflows/fwaudit.yml": "github.yml.j2",
    "fwaudit.gitlab-ci.yml": "gitlab.yml.j2",
}
_DOCUMENTS = ("README.md", "LICENSE")


def write_starter(folder: Path, *, force: bool = False) -> Iterator[tuple[Path, str]]:
    """Write the files below a folder; yield (path, what happened).

    Raises:
        UserError: the folder does not exist, or a file cannot be written.
    """
    if not folder.is_dir():
        raise UserError(f"no such folder: {folder}")
    for name, template in FILES.items():
        target = folder / name
        if target.exists() and not force:
            yield target, "kept as it is (--force overwrites)"
            continue
        state = "overwritten" if target.exists() else "written"
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(fill(template, _values(folder, name)), "utf-8")
        except OSError as error:
            raise UserError(f"{target}: not written: {error.strerror}") from None
        yield target, state


def _values(folder: Path, name: str) -> dict[str, Any]:
    there = [document for document in _DOCUMENTS if (folder / document).is_file()]
    requirement = f"fwaudit=={__version__}"
    return {
        "name": name,
        "requirement": requirement,
        "install": f"pip install {requirement}",
        "documents": there or list(_DOCUMENTS),
    }
