"""The model, its data and its people: what a card, a licence and the code say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from ..place import Place
from .assets import Asset, assets
from .fact import Fact, State, Support
from .licence import licences
from .repository import WEIGHTS, Repository
from .tree import file_digest
from .view import Teller, View, said

_MODEL = Teller("Model")
_DATA = Teller("Data")
_PEOPLE = Teller("People and history")
_RESULTS = Teller("Results and cost")


def model(view: View) -> Iterator[Fact]:
    """Yield what is known of the model."""
    yield from _MODEL.from_card(
        view,
        "task",
        "Task",
        "pipeline_tag tags",
        r"model description",
        r"overview|introduction|about",
    )
    yield licence_fact(view)
    named = [asset for asset in assets(view.repository) if asset.kind == "model"]
    yield _base_models(view, named)
    yield _MODEL.evidence(
        "architecture",
        "Architecture",
        "model classes in the code",
        view.repository.grep(
            ("Module", "keras.Model", "hk."),
            r"^class\s+\w+\(.*\b(?:nn\.Module|Module|keras\.Model|LightningModule|PreTrainedModel)\b",
        ),
        "no model class was found",
    )
    yield _MODEL.evidence(
        "precision",
        "Training precision",
        "set in the code",
        view.repository.grep(
            ("autocast", "bf16", "fp16", "float16", "precision", "half"),
            r"\bautocast\(|\b(?:bf16|fp16)\s*=|bfloat16|float16|mixed_precision|\.half\(\)",
        ),
        "nothing but the framework's default is visible",
    )
    yield _weights(view.repository)


def licence_fact(view: View) -> Fact:
    """Return what licence the repository declares, and whether its documents agree."""
    found = licences(view.repository)
    if not found:
        return _MODEL.fact("licence", "Licence", State.NOT_FOUND, note="add a LICENSE file")
    support = tuple(Support(item.place, note=item.says) for item in found)
    value = ", ".join(dict.fromkeys(item.says for item in found))
    return _MODEL.fact("licence", "Licence", State.DECLARED, value, support)


def _base_models(view: View, named: list[Asset]) -> Fact:
    title = "Base models"
    value, support = view.declared("base_model")
    if value:
        return _MODEL.fact("base-models", title, State.DECLARED, value, support)
    if named:
        places = tuple(Support(asset.place, note=asset.name) for asset in named[:6])
        names = ", ".join(asset.name for asset in named[:6])
        return _MODEL.fact("base-models", title, State.EVIDENCE, names, places)
    note = "no pretrained model is named in the code or the card"
    return _MODEL.fact("base-models", title, State.NOT_APPLICABLE, note=note)


def weights(repository: Repository, most: int = 20) -> list[str]:
    """Return paths of weight files in the tree."""
    return [
        path
        for path in repository.matching(*(f"*{suffix}" for suffix in WEIGHTS), most=200)
        if not path.endswith(("tokenizer.model", ".py"))
    ][:most]


def _weights(repository: Repository) -> Fact:
    title = "Digests of the weights"
    paths = weights(repository)
    if paths:
        support = tuple(
            Support(
                Place(path), digest=f"sha256:{file_digest(Path(repository.states[path].absolute))}"
            )
            for path in paths
        )
        return _MODEL.fact("weights", title, State.EVIDENCE, f"{len(paths)} files", support)
    for card in repository.cards:
        found = card.find(r"https?://\S+\.(?:pth?|ckpt|safetensors|bin|zip|tar(?:\.gz)?|h5|pkl)\b")
        if found is not None:
            support = (Support(Place(card.path, found[0]), note=found[1][0][:120]),)
            note = "linked without a digest"
            return _MODEL.fact(
                "weights", title, State.DECLARED, "linked in the README", support, note
            )
    return _MODEL.fact("weights", title, State.NOT_FOUND, note="no weights in the tree, no link")


def data(view: View) -> Iterator[Fact]:
    """Yield what is known of the data."""
    named = [asset for asset in assets(view.repository) if asset.kind == "dataset"]
    value, support = view.declared("datasets")
    if not value and named:
        value = ", ".join(asset.name for asset in named[:8])
        support = tuple(Support(asset.place, note=asset.name) for asset in named[:8])
        yield _DATA.fact("datasets", "Datasets", State.EVIDENCE, value, support)
    elif value:
        yield _DATA.fact("datasets", "Datasets", State.DECLARED, value, support)
    else:
        yield from _DATA.from_card(view, "datasets", "Datasets", "", r"\bdata(set)?s?\b")
    yield _DATA.evidence(
        "preprocessing",
        "Preprocessing",
        "in the code",
        view.repository.grep(
            ("transforms", "okenize", "normalize", "Normalize", "preprocess"),
            r"transforms\.Compose\(|\bpreprocess\w*\(|[Tt]okenizer\w*\(|Normalize\(",
        ),
        "no preprocessing is visible",
    )
    revisions = [asset for asset in named if asset.revision]
    if named:
        value = f"{len(revisions)} of {len(named)} named datasets have a revision"
        yield _DATA.fact("data-revisions", "Data revisions pinned", State.DERIVED, value)
    else:
        yield _DATA.fact(
            "data-revisions", "Data revisions pinned", State.NOT_APPLICABLE,
            note="no dataset is loaded by name",
        )  # fmt: skip
    yield _DATA.fact(
        "data-consent", "Consent and personal data", State.HUMAN_NEEDED,
        note="whether people agreed, and whether the data speaks of people, is not in the code",
    )  # fmt: skip


def results(view: View) -> Iterator[Fact]:
    """Yield what is said of results and of their cost."""
    yield from _RESULTS.from_card(
        view, "results", "Results", "", r"results?|performance|evaluation|benchmark|accuracy|zoo"
    )
    yield _error_bars(view)
    yield from _RESULTS.from_card(
        view, "compute", "Compute and hardware", "", r"hardware|compute|training time"
    )
    yield from _RESULTS.from_card(
        view,
        "emissions",
        "Energy and emissions",
        "co2_eq_emissions",
        r"environmental|carbon|energy",
    )


def _error_bars(view: View) -> Fact:
    title = "Variation over repeated runs"
    for card in view.repository.cards:
        if (found := card.find(r"\d\s*(?:±|\+/-|\\pm)\s*\d")) is not None:
            support = (Support(Place(card.path, found[0])),)
            return _RESULTS.fact("error-bars", title, State.DECLARED, "given with ±", support)
    note = "say what varies over how many runs"
    return _RESULTS.fact("error-bars", title, State.HUMAN_NEEDED, note=note)


def people(view: View) -> Iterator[Fact]:
    """Yield who made it, how to reach them, how to cite it."""
    repository = view.repository
    authors = _pyproject_line(repository, r"^\s*authors\s*=|^\s*author\s*=")
    yield (
        _PEOPLE.fact("developers", "Developers", State.DECLARED, authors[0].note, tuple(authors))
        if authors
        else next(
            _PEOPLE.from_card(
                view, "developers", "Developers", "", r"authors?|developers?|maintainers?|credits"
            )
        )
    )
    paths = repository.matching("citation.cff", most=1)
    bib = [
        Support(Place(card.path, found[0]), note=found[1][0][:80])
        for card in repository.cards
        if (found := card.find(r"@(?:article|inproceedings|misc|software|techreport)\s*\{[^,]*"))
    ]
    support = (*repository.support(*paths), *bib)
    state = State.DECLARED if support else State.NOT_FOUND
    yield _PEOPLE.fact(
        "citation", "Citation", state, "given" if support else "", support,
        "" if support else "add CITATION.cff",
    )  # fmt: skip
    yield _contact(view)
    changes = repository.matching("changelog*", "changes*", "history.md", "release*notes*", most=2)
    yield _PEOPLE.evidence(
        "changes", "History of changes", ", ".join(changes), repository.support(*changes),
        "no change log",
    )  # fmt: skip
    paper = [
        Support(Place(card.path, found[0]), note=found[1][0][:100])
        for card in repository.cards
        if (
            found := card.find(
                r"https?://(?:www\.)?(?:arxiv\.org|doi\.org|openreview\.net)/[^\s)\]]+"
            )
        )
    ]
    state = State.DECLARED if paper else State.NOT_FOUND
    yield _PEOPLE.fact("paper", "Paper", state, paper[0].note if paper else "", tuple(paper[:3]))


def _contact(view: View) -> Fact:
    for card in view.repository.cards:
        found = card.find(
            r"[\w.+-]+(?:@|\s*\[at\]\s*)[\w-]+\.[\w.-]+|open an issue|issues? page|contact us"
        )
        if found is not None:
            support = (Support(Place(card.path, found[0])),)
            return _PEOPLE.fact("contact", "Contact", State.DECLARED, "in the README", support)
    paths = view.repository.matching("security.md", "contributing.md", "code_of_conduct.md", most=2)
    return _PEOPLE.evidence(
        "contact",
        "Contact",
        ", ".join(paths),
        view.repository.support(*paths),
        "say how to reach you",
    )


def _pyproject_line(repository: Repository, pattern: str) -> list[Support]:
    for path in repository.matching(
        "pyproject.toml", "setup.py", "setup.cfg", "citation.cff", most=4
    ):
        state = repository.states[path]
        text = repository.source(path).text if state.is_python else repository.text(path)
        for number, line in enumerate(text.split("\n"), 1):
            if re.search(pattern, line) and (value := said(line.partition("=")[2].strip(" ,"))):
                value = value.strip("\"'[]{}, ")
                if value:
                    return [Support(Place(path, number), note=value[:120])]
    return []
