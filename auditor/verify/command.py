"""The command as it runs in the copy: paths redirected, interpreter chosen, launcher in front."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from ..errors import UserError
from ..regex import regex
from .options import VerifyOptions

_PYTHON = regex(r"python(\d+(\.\d+)?)?(\.exe)?$")
RUNNER = Path(__file__).resolve().parent.parent / "tracer" / "runner.py"


@dataclass(frozen=True, slots=True)
class Command:
    """What is run and in which folder of the copy; `isolated` when python gets -I or -E."""

    arguments: tuple[str, ...]
    folder: Path
    isolated: bool

    def words(self, settings: Path) -> list[str]:
        """The words to execute; an isolated python is sent through our runner."""
        if not self.isolated:
            return list(self.arguments)
        at = _python_at(self.arguments)
        end = _end_of_flags(self.arguments, at)
        if not (settings.parent / "settings.json").exists():
            return list(self.arguments)
        return [*self.arguments[:end], str(RUNNER), str(settings), *self.arguments[end:]]


def make_command(options: VerifyOptions, original: Path, place: Path) -> Command:
    """The command for the copy at `place` of the tree at `original`. May raise UserError."""
    if not options.command:
        raise UserError(
            "there is no command to verify",
            "write it after --, as in: fwaudit verify -- python train.py",
        )
    words = [*options.launcher, *options.command]
    at = _python_at(tuple(words))
    if options.python is not None:
        if at < 0:
            raise UserError("--python is given, but the command calls no python")
        words[at] = options.python
    _check_executable(words[0], options.folder)
    words = [_redirected(word, original, place, options.folder) for word in words]
    folder = options.folder.resolve()
    inside = (
        place / os.path.relpath(folder, original) if folder.is_relative_to(original) else folder
    )
    return Command(tuple(words), inside, _isolated(tuple(words)))


def _check_executable(word: str, folder: Path) -> None:
    found = shutil.which(word) if os.sep not in word else None
    if found is None and not (os.sep in word and os.access(folder / word, os.X_OK)):
        raise UserError(
            f"there is no command {word}", "name it after --, as you would type it in this folder"
        )


def _redirected(word: str, original: Path, place: Path, folder: Path) -> str:
    if os.sep not in word:
        return word
    path = str(folder / word)
    if not path.startswith(str(original) + os.sep):
        return word
    relative = os.path.relpath(path, original)
    head = Path(relative).parts[0]
    if (original / head / "pyvenv.cfg").exists():
        return path  # A virtual environment is used where it stands.
    return str(place / relative) if Path(word).is_absolute() else word


def _python_at(words: tuple[str, ...]) -> int:
    for number, word in enumerate(words):
        if _PYTHON.search(Path(word).name):
            return number
    return -1


def _end_of_flags(words: tuple[str, ...], at: int) -> int:
    end = at + 1
    while end < len(words) and words[end].startswith("-") and words[end] not in ("-m", "-c", "-"):
        end += 2 if words[end] in ("-W", "-X") else 1
    return end


def _isolated(words: tuple[str, ...]) -> bool:
    at = _python_at(words)
    if at < 0:
        return False
    flags = words[at + 1 : _end_of_flags(words, at)]
    return any(re.fullmatch(r"-[a-zA-Z]*[IE][a-zA-Z]*", flag) for flag in flags)
