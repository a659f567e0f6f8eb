"""LIC004: base models that the card does not name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ...auditor.example import Example
from ...auditor.finding import Evidence, Finding
from ...auditor.project import Project
from ...auditor.regex import regex
from ...auditor.rule import ProjectRule
from .flow import adapter_base, releases


class UndeclaredBaseModel(ProjectRule):
    """A card does not name the base model that the files beside it name.

    ## What it does
    Compares the card's `base_model` with the base in an adapter's configuration in the same folder.

    ## Why is this bad?
    The terms and the weaknesses of the base model are those of this one too; without the entry
    nobody finds them, and no tool can follow the licence.

    ## Use instead
    `base_model:` in the front matter of the card, with `base_model_relation`.
    """

    code = "LIC004"
    name = "undeclared-base-model"
    bad = (
        Example(
            '{\n "base_model_name_or_path": "mistralai/Mistral-7B-v0.1"  # <-\n}\n',
            path="adapter_config.json",
            files=(("README.md", "---\nlicense: apache-2.0\nlibrary_name: peft\n---\n# LoRA\n"),),
        ),
        Example(
            '{\n "base_model_name_or_path": "openai/whisper-small"  # <-\n}\n',
            path="out/adapter_config.json",
            files=(
                (
                    "out/README.md",
                    "---\nlicense: mit\nlibrary_name: peft\nbase_model: openai/whisper-tiny\n---\n",
                ),
            ),
            title="the card names another one",
        ),
    )
    good = (
        Example(
            '{"peft_type": "LORA", "base_model_name_or_path": "mistralai/Mistral-7B-v0.1"}\n',
            path="adapter_config.json",
            files=(
                (
                    "README.md",
                    "---\nlibrary_name: peft\nbase_model: mistralai/Mistral-7B-v0.1\n---\n# LoRA\n",
                ),
            ),
        ),
        Example(
            '{"base_model_name_or_path": "/data/checkpoints/7b"}\n',
            path="adapter_config.json",
            files=(("README.md", "---\nlibrary_name: peft\n---\n# LoRA\n"),),
            title="a path of the author's machine names no model",
        ),
    )

    def check(self, project: Project, facts: Sequence[Any]) -> Iterator[Finding]:
        for release in releases(project):
            folder = release.card.path.rpartition("/")[0]
            path = f"{folder}/adapter_config.json" if folder else "adapter_config.json"
            document = project.documents.get(path)
            base = adapter_base(document) if document is not None else None
            named = [value.lower() for value in release.card.values("base_model")]
            if base is None or base[0].lower() in named or not _HUB_ID.match(base[0]):
                continue
            says = f"says {', '.join(named)}" if named else "names no base_model"
            yield self.finding(
                base[1],
                f"the adapter was trained on {base[0]}; the card {says}",
                help=f"base_model: {base[0]} in the card's front matter",
                evidence=[Evidence(release.card.place(key="base_model"), "the card")],
            )


_HUB_ID = regex(r"^[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*$")
