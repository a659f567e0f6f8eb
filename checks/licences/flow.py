"""LIC002, LIC003, LIC009: the terms of the base model against those that are declared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ...auditor.document import Document
from ...auditor.documents.cards import Card
from ...auditor.documents.structured import Unreadable, read_table, text
from ...auditor.documents.text_search import Finder
from ...auditor.example import Example
from ...auditor.finding import Evidence, Finding, Severity
from ...auditor.place import Place
from ...auditor.project import Project
from ...auditor.rule import ProjectRule
from ..cards.reading import project_cards
from ..data.tables import BaseModel, Licence, base_model
from ..per_project import per_project
from .declared import card_licence, licence_file, template_licence


@dataclass(frozen=True, slots=True)
class Release:
    """A model that the repository releases: its card, its declared licence, its base models."""

    card: Card
    licence: Licence | None
    declared: str
    place: Place
    bases: tuple[tuple[str, Place, BaseModel | None], ...]
    relation: str


@per_project
def releases(project: Project) -> tuple[Release, ...]:
    """Return the released models whose card has front matter of the hub."""
    return tuple(
        _release(project, card)
        for card in project_cards(project).hub
        if card.kind in {"model", "hub"}
    )


def _release(project: Project, card: Card) -> Release:
    folder = card.path.rpartition("/")[0]
    name = card.value("license")
    licence = card_licence(card.metadata, name) if name else None
    place = card.place(card.metadata.get("license"), "license")
    if not name and (said := template_licence(card)) is not None:
        licence, name, place = said.licence, said.text, said.place
    if not name:
        file = _file_in(project, folder, ("LICENSE", "LICENSE.txt", "LICENSE.md"))
        if file is not None:
            found = licence_file(file)
            licence, name, place = found.licence, found.text, found.place
    bases: dict[str, Place] = {}
    for value in card.values("base_model"):
        bases.setdefault(value, card.place(value, "base_model"))
    adapter = _file_in(project, folder, ("adapter_config.json",))
    if adapter is not None and (base := adapter_base(adapter)) is not None:
        bases.setdefault(base[0], base[1])
    rows = tuple((base, where, base_model(base)) for base, where in bases.items())
    return Release(card, licence, name, place, rows, card.value("base_model_relation"))


def _file_in(project: Project, folder: str, names: tuple[str, ...]) -> Document | None:
    for name in names:
        found = project.documents.get(f"{folder}/{name}" if folder else name)
        if found is not None:
            return found
    return None


def adapter_base(document: Document) -> tuple[str, Place] | None:
    """Return the base model that an adapter's configuration names, and where."""
    try:
        name = text(read_table(document).get("base_model_name_or_path"))
    except Unreadable:
        return None
    return (name, Finder(document).key("base_model_name_or_path")) if name else None


def _based_on(place: Place, base: str, licence: Licence | None, kind: str) -> Evidence:
    return Evidence(place, f"based on {base}: {licence.id if licence else kind}")


class LicenceBroaderThanBase(ProjectRule):
    """A model declares a licence that grants more than the licence of its base model.

    ## What it does
    Reads the card's `license` and its base models (`base_model`, an adapter's configuration), and
    reports a licence that allows commercial use over a base whose terms do not, and a derived model
    of a base that grants no derivatives. Base models come from a table of exact ids; one that is
    not in it is not determined, and nothing is said.

    ## Why is this bad?
    Nobody can grant what they were not granted. Whoever relies on the declared licence carries the
    risk.

    ## Use instead
    The licence of the base model: its id on the hub, or `license: other` with `license_name` and
    `license_link`.

    ## References
    - https://huggingface.co/docs/hub/repositories-licenses
    - https://arxiv.org/abs/2509.09873
    """

    code = "LIC002"
    name = "licence-broader-than-base"
    severity = Severity.ERROR
    bad = (
        Example(
            "---\nlicense: apache-2.0  # <-\nbase_model: Qwen/Qwen2.5-3B-Instruct\n---\n# Tuned\n",
            path="README.md",
            title="a fine-tune of a research-only model",
        ),
        Example(
            "---\nlibrary_name: peft\nlicense: mit  # <-\n---\n# Adapter\n",
            path="README.md",
            files=(
                (
                    "adapter_config.json",
                    '{"base_model_name_or_path": "black-forest-labs/FLUX.1-dev"}\n',
                ),
            ),
            title="the base stands in the adapter's configuration only",
        ),
    )
    good = (
        Example(
            "---\nlicense: other\nlicense_name: qwen-research\nlicense_link: LICENSE\n"
            "base_model: Qwen/Qwen2.5-3B-Instruct\n---\n",
            path="README.md",
        ),
        Example(
            "---\nlicense: apache-2.0\nbase_model: somebody/unknown-model-7b\n---\n",
            path="README.md",
            title="a base that the table does not hold",
        ),
        Example(
            "from transformers import AutoModel\n"
            "model = AutoModel.from_pretrained('facebook/opt-1.3b')\n",
            files=(("LICENSE", "Apache License\nVersion 2.0, January 2004\n"),),
            title="code under Apache-2.0 that loads a model: the licence is the code's",
        ),
    )

    def check(self, project: Project, facts: Sequence[Any]) -> Iterator[Finding]:
        for release in releases(project):
            declared = release.licence
            if declared is None or not declared.is_open:
                continue
            for base, place, model in release.bases:
                if model is None:
                    continue
                if model.kind in {"non-commercial", "research-only"}:
                    what = f"{declared.id} grants commercial use; the terms of {base} do not"
                elif model.licence is not None and model.licence.no_derivatives:
                    what = f"the licence of {base} grants no sharing of modified versions"
                else:
                    continue
                terms = model.licence.name if model.licence else model.kind
                yield self.finding(
                    release.place,
                    f"{what} ({terms})",
                    help="declare the licence of the base model, or name the agreement that allows "
                    "more",
                    evidence=[_based_on(place, base, model.licence, model.kind)],
                )
                break


class PassOnTermsDropped(ProjectRule):
    """A model's licence leaves out terms that its base model's licence asks to pass on.

    ## What it does
    Reports a card with an open licence over a base model under a licence of the RAIL family, whose
    use restrictions go with every derived model, or under a vendor's community licence, which asks
    for the same agreement on redistribution.

    ## Why is this bad?
    The restrictions bind the person who fine-tuned; the people downstream are never told.

    ## Use instead
    `license: llama3.1` (the base's own id), or `license: other` with `license_name` and
    `license_link`.

    ## References
    - https://arxiv.org/abs/2509.09873
    """

    code = "LIC003"
    name = "pass-on-terms-dropped"
    severity = Severity.ERROR
    bad = (
        Example(
            "---\nlicense: mit  # <-\nbase_model:\n- meta-llama/Llama-3.1-8B-Instruct\n---\n",
            path="README.md",
        ),
        Example(
            "---\nlicense: apache-2.0  # <-\nlibrary_name: diffusers\n"
            "base_model: CompVis/stable-diffusion-v1-4\n---\n# Watercolour\n",
            path="models/watercolour/README.md",
        ),
        Example(
            "---\nlibrary_name: peft\nbase_model: meta-llama/Llama-3.1-8B\n---\n"
            "- **License:** MIT  # <-\n",
            path="adapter/README.md",
            title="the licence line of the template",
        ),
    )
    good = (
        Example(
            "---\nlicense: llama3.1\nbase_model: meta-llama/Llama-3.1-8B-Instruct\n---\n",
            path="README.md",
        ),
        Example(
            "---\nlicense: creativeml-openrail-m\nbase_model: CompVis/stable-diffusion-v1-4\n---\n",
            path="README.md",
        ),
        Example(
            "---\nlicense: mit\nbase_model: openai/whisper-small\n---\n",
            path="README.md",
            title="a permissive base",
        ),
    )

    def check(self, project: Project, facts: Sequence[Any]) -> Iterator[Finding]:
        for release in releases(project):
            declared = release.licence
            if declared is None or not declared.is_open:
                continue
            for base, place, model in release.bases:
                if model is None or model.kind not in {"behavioural-use", "vendor-community"}:
                    continue
                terms = model.licence.name if model.licence else model.kind
                if model.kind == "behavioural-use":
                    asks = "its use restrictions must be passed on"
                else:
                    asks = "it asks for the same agreement on redistribution"
                yield self.finding(
                    release.place,
                    f"the card says {declared.id}; {base} is under the {terms}: {asks}",
                    help=f"license: {model.licence.id if model.licence else 'other'}"
                    if model.licence is not None and model.licence.hub
                    else "license: other, with license_name and license_link",
                    evidence=[_based_on(place, base, model.licence, model.kind)],
                )
                break


class NoticeMissing(ProjectRule):
    """A derived model does not show the notice that its base model's licence asks for.

    ## What it does
    For a card whose base model asks for a line such as "Built with Llama", looks for that line in
    the card.

    ## Why is this bad?
    The notice is a condition of the licence: without it the licence may not hold.

    ## Use instead
    Write the line where people see it, at the top of the card.
    """

    code = "LIC009"
    name = "notice-missing"
    bad = (
        Example(
            "---\nlicense: llama3.1\nbase_model: meta-llama/Llama-3.1-8B  # <-\n---\n# Helper\n",
            path="README.md",
        ),
        Example(
            "---\nlicense: other\nlicense_name: stabilityai-ai-community\n"
            "base_model: stabilityai/stable-diffusion-3.5-large  # <-\n---\n# Poster\n",
            path="poster/README.md",
        ),
    )
    good = (
        Example(
            "---\nlicense: llama3.1\nbase_model: meta-llama/Llama-3.1-8B\n---\n# Llama-Helper\n"
            "Built with Llama.\n",
            path="README.md",
        ),
        Example(
            "---\nlicense: apache-2.0\nbase_model: mistralai/Mistral-7B-v0.1\n---\n# Helper\n",
            path="README.md",
        ),
    )

    def check(self, project: Project, facts: Sequence[Any]) -> Iterator[Finding]:
        for release in releases(project):
            said = release.card.text.lower()
            for base, place, model in release.bases:
                licence = model.licence if model is not None else None
                if licence is None or not licence.notice:
                    continue
                if any(form.lower() in said for form in licence.notice_any):
                    continue
                yield self.finding(
                    place,
                    f'the {licence.name} of {base} asks to show "{licence.notice}"; '
                    "the card does not",
                    help=f'add "{licence.notice}" to the card',
                )
