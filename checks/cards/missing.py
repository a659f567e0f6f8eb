"""DOC001: weights that no card speaks of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from ...auditor.example import Example
from ...auditor.finding import Finding, Severity
from ...auditor.project import Project
from ...auditor.regex import regex
from ...auditor.rule import ProjectRule
from .reading import Cards, project_cards, shipped_weights

#: Smaller weights are samples; LFS pointers count whatever their size.
MIN_RELEASED_BYTES = 1_000_000
_CARD_SECTIONS = ("uses", "out-of-scope", "limitations", "training-data", "evaluation")


class MissingCard(ProjectRule):
    """Weights are shipped and no card says what they are.

    ## What it does
    Reports a repository that holds weights (1 MB or more, or pointers to them) outside tests and
    assets, with neither a model card (by name or front matter) nor a README that has at least one
    of the sections of a card: uses, limitations, training data, evaluation. It is information where
    the README names the files or their folder, says on what they were trained, or only links to
    weights, and where a README stands beside them.

    ## Why is this bad?
    Weights without a word on data, use and limits cannot be judged and are not reproducible.

    ## Use instead
    `MODEL_CARD.md`, or a README with front matter on a hub: `fwaudit report --format model-card`
    drafts one from evidence.

    ## References
    - https://arxiv.org/abs/1810.03993
    """

    code = "DOC001"
    name = "missing-card"
    bad = (
        Example(
            "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n",
            path="model.safetensors",
            files=(("README.md", "# Net\nRun it.\n"),),
            absent=True,
        ),
        Example("w" * 1_200_000, path="checkpoints/best.pth", absent=True),
    )
    good = (
        Example(
            "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n",
            path="model.safetensors",
            files=(
                (
                    "README.md",
                    "# Net\n## Training data\nPhotographs of mushrooms, taken by ourselves.\n",
                ),
            ),
        ),
        Example("w" * 1_200_000, path="tests/data/best.pth"),
        Example("import torch\ntorch.save({}, 'best.pth')\n"),
        Example(
            "# Ports\n- [net.onnx](https://github.com/someone/net.onnx), a project on ONNX\n",
            path="README.md",
            title="the page of a repository",
        ),
    )

    def check(self, project: Project, facts: Sequence[Any]) -> Iterator[Finding]:
        weights = [
            state
            for state in shipped_weights(project)
            if state.size >= MIN_RELEASED_BYTES or state.size < 1000
        ]
        cards = project_cards(project)
        if cards.models or any(cards.section(kind) for kind in _CARD_SECTIONS):
            return
        if not weights:
            yield from self._linked(cards)
            return
        if cards.section("models") is not None:
            return
        shown = ", ".join(state.path for state in weights[:3])
        more = f" and {len(weights) - 3} more" if len(weights) > 3 else ""
        yield self.absent(
            f"weights are shipped ({shown}{more}) and no card says what they are",
            help="write a card: data, intended use, limits, evaluation",
            severity=Severity.INFO
            if _are_told(project, [state.path for state in weights])
            else None,
        )

    def _linked(self, cards: Cards) -> Iterator[Finding]:
        """Tell, as information, of weights that the README links to."""
        readme = cards.readme
        if readme is None:
            return
        for number, line in enumerate(readme.text.split("\n"), 1):
            if (match := _LINK.search(line)) is not None:
                yield self.finding(
                    readme.document.place(number, match.start() + 1, match.end() + 1),
                    "weights are published by a link, and no card says what they are",
                    help="write a card: data, intended use, limits, evaluation",
                    severity=Severity.INFO,
                )
                return


_TRAINED_ON = regex(
    r"\btrained\b[^.\n]{0,40}\b(?:on|with|using)\b"
    r"[^.\n]{0,60}\b(?:data|data ?sets?|corpus|images)\b",
    re.I,
)


def _are_told(project: Project, paths: Sequence[str]) -> bool:
    """Whether documents speak of the weights, though in no section of a card.

    That is where the README says on what they were trained, or names every file or its folder; or
    a README below the root stands in their folder or above it.
    """
    cards = project_cards(project)
    text = cards.readme.text if cards.readme is not None else ""
    if _TRAINED_ON.search(text):
        return True
    beside = {card.path.rpartition("/")[0] for card in cards.all if cards.depth(card)}
    return all(
        name in text
        or (folder and f"{folder.rpartition('/')[2]}/" in text)
        or any(folder == own or folder.startswith(f"{own}/") for own in beside)
        for folder, _, name in (path.rpartition("/") for path in paths)
    )


#: The page of a repository is no file, whatever the repository is called.
_LINK = regex(
    r"https?://(?!(?:www\.)?(?:github|gitlab)\.com/[\w.-]+/[\w.-]+(?![\w./-]))"
    r"[^\s)\"'>]+(?:\.(?:pth|pt|ckpt|safetensors|onnx|h5|caffemodel|gguf|npz)"
    r"|/[\w.-]*(?:pre-?trained|checkpoints?|weights)[\w.-]*\.(?:zip|tar|tgz|tar\.gz))(?![\w.])",
    re.I,
)
