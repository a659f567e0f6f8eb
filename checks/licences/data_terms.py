"""LIC005: training data with non-commercial terms, and weights under an open licence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from ...auditor.documents.cards import Card
from ...auditor.example import Example
from ...auditor.finding import Finding, Severity
from ...auditor.project import Project
from ...auditor.regex import regex
from ..cards.reading import project_cards
from ..data.tables import Dataset
from ..datasets.withdrawn import DatasetRule
from .declared import declarations

_CLOSED = frozenset({"non-commercial", "research-only"})


class NonCommercialData(DatasetRule):
    """An open licence on weights, and training data whose terms are non-commercial.

    ## What it does
    Reports data sets with non-commercial or research-only terms in a repository whose licence
    grants commercial use, when no document names the terms beside the data set. A warning where a
    card lists the data, information where code loads it. Whether the terms of data reach weights is
    unsettled law: the rule asks for a sentence, it does not judge.

    ## Why is this bad?
    Whoever sells a product with the weights has to know.

    ## Use instead
    A sentence on how the terms of the data apply to the weights.
    """

    code = "LIC005"
    name = "non-commercial-data"
    bad = (
        Example(
            "---\nlicense: apache-2.0\nlibrary_name: transformers\ndatasets:\n"
            "- microsoft/ms_marco  # <-\n---\n# Ranker\n",
            path="README.md",
        ),
        Example(
            "import torchvision.datasets as tv\nfaces = tv.CelebA('data')  # <-\n",
            files=(
                ("README.md", "---\nlicense: mit\npipeline_tag: image-classification\n---\n"),
                ("LICENSE", "MIT License\n"),
            ),
        ),
        Example(
            "import argparse\n"
            "parser = argparse.ArgumentParser()\n"
            "parser.add_argument('--data_dir', default='~/sets/casia/aligned')  # <-\n",
            path="train.py",
            files=(
                ("README.md", "# Faces\nTrained on CASIA-WebFace.\n"),
                ("LICENSE", "MIT License\n"),
                ("pyproject.toml", '[project]\nname = "faces"\nlicense = "MIT"\n'),
            ),
            title="a short name that the README gives in full",
        ),
    )
    good = (
        Example(
            "---\nlicense: cc-by-nc-4.0\ndatasets:\n- microsoft/ms_marco\n---\n# Ranker\n",
            path="README.md",
        ),
        Example(
            "---\nlicense: apache-2.0\ndatasets:\n- squad\n---\n# Reader\n",
            path="README.md",
        ),
        Example(
            "---\nlicense: apache-2.0\ndatasets:\n- microsoft/ms_marco\n---\n"
            "MS MARCO is for non-commercial research; ask a lawyer before selling.\n",
            path="README.md",
        ),
        Example(
            "import argparse\n"
            "parser = argparse.ArgumentParser()\n"
            "parser.add_argument('--data_dir', default='~/sets/casia/gait')\n",
            path="train.py",
            files=(
                ("README.md", "# Gaits\nTrained on CASIA-B.\n"),
                ("pyproject.toml", '[project]\nname = "gaits"\nlicense = "MIT"\n'),
            ),
            title="a short name of another data set",
        ),
    )

    def check(self, project: Project, facts: Sequence[Any]) -> Iterator[Finding]:
        declared = [item for item in declarations(project) if item.licence is not None]
        opened = [item for item in declared if item.licence and item.licence.grants_commerce]
        if not opened or len(opened) < len(declared):
            return
        for dataset, found in self.uses(project, facts, _CLOSED):
            if _terms_are_named(project, dataset):
                continue
            yield self.about(
                found,
                f"{dataset.title} is used here ({found[0].text!r}): {dataset.why}; "
                f"{opened[0].place.path} says {opened[0].text}",
                "say in the README or card how the terms of the data apply to the weights; "
                f"source: {dataset.source}",
                Severity.WARNING if found[0].how == "card" else Severity.INFO,
            )


_TERMS = regex(r"non-?commercial|licen[cs]e|\bterms of\b", re.I)


def _terms_are_named(project: Project, dataset: Dataset) -> bool:
    """Whether a paragraph of a document names the data set beside a word on terms."""
    name = re.compile(re.escape(dataset.title).replace(r"\ ", "[ _-]?"), re.I)
    return any(
        name.search(paragraph) and _TERMS.search(paragraph)
        for card in project_cards(project).all
        for paragraph in _body(card).split("\n\n")
    )


def _body(card: Card) -> str:
    """Return the text of a card without its front matter."""
    text = card.text
    return text.partition("\n---\n")[2] if text.startswith("---\n") else text
