"""PIN007: dependencies and clones out of version control at a branch."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from ...auditor.documents.environment_file import Format, Role
from ...auditor.documents.installs import installs
from ...auditor.documents.requirement import Requirement, is_full_hash, vcs_reference
from ...auditor.documents.roles import is_development_group
from ...auditor.documents.shell import commands
from ...auditor.example import Example
from ...auditor.finding import Confidence, Evidence, Finding
from ...auditor.place import Place
from ...auditor.project import Project
from ...auditor.regex import regex
from ...auditor.rule import ProjectRule
from .experiments import is_scanned
from .shell_texts import ShellText, shell_texts

#: Formats that declare what a lock beside them settles.
_LOCKED_FORMATS = frozenset({Format.PYPROJECT, Format.PIPFILE})
_BARE_REPOSITORY = regex(r"https?://(github|gitlab)\.com/[\w.-]+/[\w.-]+?(\.git)?/?(\[[^\]]*\])?")
_HASH = "0123456789abcdef0123456789abcdef01234567"
_CHECKOUT = regex(r"\b(checkout|reset|fetch|switch)\b[^\n]*\b[0-9a-f]{40}\b")


class UnpinnedVcs(ProjectRule):
    """A dependency comes from a repository's branch, tag or short hash.

    ## What it does
    Reports `git+https://…` requirements, archives of branches and `tool.*.sources` that name no
    full commit hash, in every environment file but those for tests and documentation, in
    install commands, and `git clone` in images, scripts and notebooks with no checkout of a full
    hash after it. One finding a file. A lock that records the commit satisfies it.

    ## Why is this bad?
    A branch is whatever was pushed last; a tag can be moved; a short hash can become ambiguous.
    The next install builds other code, and nothing records which.

    ## Use instead
    `name @ git+https://host/owner/name@<full commit hash>`.

    ## References
    https://pip.pypa.io/en/stable/topics/vcs-support/
    """

    code = "PIN007"
    name = "unpinned-vcs"
    bad = (
        Example(
            "torch==2.1.0\ngit+https://github.com/openai/CLIP.git  # <-\n"
            "apex @ git+https://github.com/NVIDIA/apex@23.08\n",
            path="requirements.txt",
        ),
        Example(
            "# %%\n!pip install git+https://github.com/huggingface/peft@main  # <-\n",
            path="run.ipynb",
        ),
        Example(
            "FROM scratch\nRUN git clone https://github.com/NVIDIA/apex && cd apex  # <-\n",
            path="Dockerfile",
        ),
    )
    good = (
        Example(
            f"clip @ git+https://github.com/openai/CLIP.git@{_HASH}\n", path="requirements.txt"
        ),
        Example(
            "FROM scratch\nRUN git clone https://github.com/NVIDIA/apex && cd apex \\\n"
            f"    && git checkout {_HASH}\n",
            path="Dockerfile",
        ),
        Example(
            '[project]\nname = "run"\nversion = "0"\n'
            'dependencies = ["clip @ git+https://github.com/openai/CLIP"]\n',
            path="pyproject.toml",
            files=(
                (
                    "uv.lock",
                    (
                        'version = 1\n[[package]]\nname = "clip"\nversion = "1.0"\n'
                        f'source = {{ git = "https://github.com/openai/CLIP#{_HASH}" }}\n'
                    ),
                ),
            ),
            title="the lock records the commit",
        ),
    )

    def check(self, project: Project, facts: Sequence[Any]) -> Iterator[Finding]:
        yield from self._files(project)
        yield from self._commands(project)

    def _files(self, project: Project) -> Iterator[Finding]:
        locked = {
            requirement.name
            for item in project.environment.files
            if item.is_lock
            for requirement in item.requirements
            if requirement.url and requirement.is_pinned
        }
        for item in project.environment.files:
            if item.role in {Role.DEVELOPMENT, Role.CONSTRAINTS} or not is_scanned(item, project):
                continue
            moving = [
                requirement
                for requirement in item.requirements
                if moves(requirement)
                and not (requirement.name in locked and item.format in _LOCKED_FORMATS)
                and not is_development_group(requirement.group)
            ]
            if moving:
                yield self._found(item.path, [(part.place, part.text) for part in moving])

    def _commands(self, project: Project) -> Iterator[Finding]:
        installed: dict[str, list[tuple[Place, str]]] = {}
        cloned: dict[str, list[tuple[Place, str]]] = {}
        checked: set[str] = set()
        for text in shell_texts(project):
            for install in installs(text.text, text.place, text.line):
                for item in install.requirements:
                    if moves(item):
                        installed.setdefault(text.path, []).append((install.place, item.text))
            if _CHECKOUT.search(text.text):
                checked.add(text.path)
            cloned.setdefault(text.path, []).extend(_clones(text, project))
        for path, found in installed.items():
            yield self._found(path, found)
        for path, found in cloned.items():
            if found and path not in checked and path not in installed:
                yield self._found(path, found, Confidence.MEDIUM)

    def _found(
        self,
        path: str,
        found: list[tuple[Place, str]],
        confidence: Confidence = Confidence.HIGH,
    ) -> Finding:
        texts = list(dict.fromkeys(text for _, text in found))
        shown = ", ".join(texts[:5]) + (f" and {len(texts) - 5} more" if len(texts) > 5 else "")
        return self.finding(
            found[0][0],
            f"{path} takes code from version control without a full commit hash: {shown}",
            help="add @<full commit hash> to the address, or check the commit out after cloning",
            confidence=confidence,
            evidence=[Evidence(place, text) for place, text in found[1:20]],
        )


def moves(item: Requirement) -> bool:
    """Whether a requirement's address can lead to other content tomorrow."""
    if item.is_vcs:
        reference = vcs_reference(item.url)
        return not is_full_hash(reference) and "$" not in reference and "{" not in reference
    if _BARE_REPOSITORY.fullmatch(item.url):
        return True
    return bool(re.search(r"/archive/(refs/heads/)?[\w.-]+\.(zip|tar\.gz)", item.url)) and (
        not item.is_pinned
    )


def _clones(text: ShellText, project: Project) -> Iterator[tuple[Place, str]]:
    if "clone" not in text.text:
        return
    for command in commands(text.text, text.line):
        if command.program.lstrip("!%") != "git" or "clone" not in command.words[:4]:
            continue
        address = next((word for word in command.words if "://" in word or "git@" in word), "")
        name = address.rstrip("/").rpartition("/")[2].removesuffix(".git")
        # Inside an image or script the repository's own code is at hand already.
        is_own = text.cell is None and name.lower() == project.root.name.lower()
        if address and "$" not in address and not is_own:
            yield text.place(command.line), f"git clone {address}"
