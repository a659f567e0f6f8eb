"""Which files are environment files, and for what their packages are installed, by their paths."""

from __future__ import annotations

import re

from ..regex import regex
from .environment_file import Role

_REQUIREMENTS = regex(
    r"^(?:[\w.-]*requirements?[\w.-]*|[\w.-]*constraints?[\w.-]*)\.(?:txt|in|pip)$|^requirements[\w-]*$"
    r"|^requirements[\w.-]*\.lock$|^(?:[\w-]*req)s?\.txt$",
    re.I,
)
_CONDA = regex(r"^[\w.-]*(?:env|environment|conda|deps)[\w.-]*\.ya?ml$", re.I)
_EXPLICIT = regex(r"^[\w.-]*(?:spec|explicit|conda)[\w.-]*\.(?:txt|lock)$", re.I)
_DEVELOPMENT_WORD = regex(
    r"(?:^|[-_./])(?:dev|devel|develop|development|test|tests|testing|doc|docs|documentation|lint"
    r"|linting|linters?|style|ci|build|building|types|typing|mypy|release|precommit|pre-commit|qa"
    r"|format|formatting|contrib|contributing|quality|tooling|check|checks|coverage|bench|benchmarks?"
    r"|rtd|readthedocs|sphinx|mkdocs|deploy-docs|pyright|ruff|flake8|black|nox|tox|wheel|packaging)"
    r"(?=[-_./]|$)",
    re.I,
)
#: Folders whose programs are not what the project is run for.
_DEVELOPMENT_FOLDER = frozenset(
    "tests test testing unit_test unit_tests unittest unittests testdata test_data "
    "integration_tests docs doc .github .circleci .ci ci .gitlab .azure .azure-pipelines".split()
)
_EXPERIMENT_FOLDER = frozenset(
    "examples example scripts script experiments experiment notebooks notebook demo demos binder "
    ".binder tutorials tutorial recipes projects apps app research_projects legacy_research".split()
)


def is_requirements(path: str) -> bool:
    """Whether a file is a requirements or constraints file of pip."""
    folder, _, name = path.rpartition("/")
    if _REQUIREMENTS.match(name):
        return True
    inside = folder.rpartition("/")[2].lower() in {"requirements", "reqs", "requires"}
    return inside and name.endswith((".txt", ".in"))


def is_conda(path: str) -> bool:
    """Whether a file may be a conda environment; its content decides."""
    return bool(_CONDA.match(path.rpartition("/")[2]))


def is_conda_list(path: str, head: str) -> bool:
    """Whether a file is what `conda list --explicit` or `--export` writes."""
    if head.startswith("# This file may be used to create an environment using"):
        return True
    return bool(_EXPLICIT.match(path.rpartition("/")[2])) and "@EXPLICIT" in head


def is_development_folder(path: str) -> bool:
    """Whether a file stands in a folder of tests, documentation or continuous integration."""
    folders = path.lower().split("/")[:-1]
    return any(folder in _DEVELOPMENT_FOLDER or folder[:5] == "docs_" for folder in folders)


def is_development_path(path: str) -> bool:
    """Whether a file serves tests, documentation, building or continuous integration."""
    if is_development_folder(path):
        return True
    name = path.rpartition("/")[2]
    stem = re.sub(r"\.(txt|in|ya?ml|toml|lock|pip|cfg)$", "", name)
    return bool(_DEVELOPMENT_WORD.search(stem))


def is_experiment_path(path: str) -> bool:
    """Whether a file stands in a folder of programs: examples, scripts, notebooks."""
    return not _EXPERIMENT_FOLDER.isdisjoint(part.lower() for part in path.split("/")[:-1])


def requirements_role(path: str) -> Role:
    """Return the role of a requirements file, by its path alone."""
    if is_development_path(path):
        return Role.DEVELOPMENT
    name = path.rpartition("/")[2].lower()
    return Role.CONSTRAINTS if "constraint" in name and "require" not in name else Role.RUN


def is_development_group(group: str) -> bool:
    """Whether an extra or dependency group serves tests, documentation or building."""
    return bool(group) and bool(_DEVELOPMENT_WORD.search(group))


#: Folders that hold environment files for the folder above them.
_ENVIRONMENT_FOLDERS = frozenset(
    "requirements reqs requires env envs environment environments conda conda_envs docker "
    ".devcontainer binder .binder deploy deployment install setup".split()
)


def _is_environment_folder(name: str) -> bool:
    return name in _ENVIRONMENT_FOLDERS or name.endswith(".dist-info")


def home(path: str) -> str:
    """Return the folder for which an environment file speaks: `requirements/x.txt` for the root."""
    folder = path.rpartition("/")[0]
    while _is_environment_folder(folder.rpartition("/")[2].lower()):
        folder = folder.rpartition("/")[0]
    return folder
