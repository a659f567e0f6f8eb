"""What `pip install`, `uv pip install` and `conda install` commands install."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ..place import Place
from ..regex import regex
from .conda import conda_requirement
from .requirement import Requirement
from .requirements_txt import requirement_of
from .shell import Command, commands

_PIP_VALUES = frozenset(
    "-r --requirement -c --constraint -i --index-url --extra-index-url -f --find-links -t --target "
    "--prefix --root --platform --python-version --implementation --abi --timeout --retries "
    "--trusted-host --progress-bar --log --cache-dir --src --upgrade-strategy --no-binary --python "
    "--only-binary --global-option --config-settings -C --proxy --report --use-deprecated --cert "
    "--torch-backend --index --default-index --exclude-newer --prerelease --resolution --group "
    "--index-strategy --link-mode --overrides --override -b --build-constraint -p --install-option "
    "--no-build-isolation-package --no-build-package --no-binary-package --refresh-package".split()
)
_CONDA_VALUES = frozenset(
    "-c --channel -n --name -p --prefix --file -f --solver --revision --repodata-fn --cud".split()
)
_CONDAS = frozenset({"conda", "mamba", "micromamba"})
_VARIABLE = regex(r"\$|%\w+%|<[^>]+>|\{\{|\{\w+\}")
#: The installers themselves; which version installs is another question.
INSTALLERS = frozenset(
    "pip setuptools wheel uv poetry pipenv pdm hatch virtualenv build twine pip-tools conda mamba "
    "nox tox pre-commit".split()
)


@dataclass(frozen=True, slots=True)
class Install:
    """One installing command. `files` come with `-r`, `constraints` with `-c`."""

    tool: str
    place: Place
    requirements: tuple[Requirement, ...]
    files: tuple[str, ...] = ()
    constraints: tuple[str, ...] = ()
    command: str = ""

    @property
    def unpinned(self) -> tuple[Requirement, ...]:
        """The packages whose version the command leaves open, installers apart."""
        if self.constraints:
            return ()
        return tuple(
            item for item in self.requirements if not item.is_pinned and item.name not in INSTALLERS
        )


PlaceOfLine = Callable[[int], Place]


def installs(text: str, place_of: PlaceOfLine, first_line: int = 1) -> Iterator[Install]:
    """Yield the installing commands of a shell text."""
    if "install" not in text and "create" not in text:
        return
    for command in commands(text, first_line):
        made = read_install(command, place_of)
        if made is not None:
            yield made


def read_install(command: Command, place_of: PlaceOfLine) -> Install | None:
    """Read one command; None when it installs nothing."""
    words = list(command.words)
    program = command.program.lstrip("!%")
    if words[0] in {"!", "%"} and len(words) > 1:
        words, program = words[1:], words[1]
    if re.fullmatch(r"python[\d.]*|py|\$\{?PYTHON\w*\}?|\{sys\.executable\}", program):
        if words[1:3] != ["-m", "pip"]:
            return None
        words, program = words[2:], "pip"
    if program == "uv" and words[1:2] == ["pip"]:
        words, program = words[1:], "pip"
    place = place_of(command.line)
    if re.fullmatch(r"pip[\d.]*", program):
        return _pip(words[1:], place) if "install" in words[1:3] else None
    if program in _CONDAS and len(words) > 1 and words[1] in {"install", "create"}:
        return _conda(words[2:], place)
    return None


def _pip(words: list[str], place: Place) -> Install:
    arguments = iter(words[words.index("install") + 1 :])
    requirements: list[Requirement] = []
    files: list[str] = []
    constraints: list[str] = []
    for word in arguments:
        option, has_value, value = word.partition("=") if word.startswith("--") else (word, "", "")
        if option in {"-e", "--editable"}:
            value = value if has_value else next(arguments, "")
            requirements += _requirement(value, place)
        elif option in _PIP_VALUES:
            value = value if has_value else next(arguments, "")
            if option in {"-r", "--requirement"}:
                files.append(value)
            elif option in {"-c", "--constraint"}:
                constraints.append(value)
        elif word.startswith("-r") and len(word) > 2 and not word.startswith("--"):
            files.append(word[2:])
        elif not word.startswith("-"):
            requirements += _requirement(word, place)
    text = "pip install " + " ".join(item.text for item in requirements)
    return Install("pip", place, tuple(requirements), tuple(files), tuple(constraints), text)


def _requirement(word: str, place: Place) -> list[Requirement]:
    if not word or word in {".", "..", "\\"} or word.startswith(("./", "../", "/", ".[", "~")):
        return []
    if _VARIABLE.search(word.split(";", 1)[0]) and not word.startswith("git+"):
        return []
    if _VARIABLE.search(word.rpartition("@")[2]) and word.startswith("git+"):
        return []
    made = requirement_of(word, place)
    return [made] if made is not None else []


def _conda(words: list[str], place: Place) -> Install:
    arguments = iter(words)
    requirements: list[Requirement] = []
    files: list[str] = []
    for word in arguments:
        option, has_value, value = word.partition("=") if word.startswith("--") else (word, "", "")
        if option in _CONDA_VALUES:
            value = value if has_value else next(arguments, "")
            if option in {"--file", "-f"}:
                files.append(value)
        elif not word.startswith("-") and not _VARIABLE.search(word):
            made = conda_requirement(word, place)
            if made is not None:
                requirements.append(made)
    text = "conda install " + " ".join(item.text for item in requirements)
    return Install("conda", place, tuple(requirements), tuple(files), (), text)
