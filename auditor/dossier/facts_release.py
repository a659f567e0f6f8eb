"""The model, its data and its people: what a card, a licence and the code say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ..place import Place
from .assets import Asset, assets
from .fact import Fact, State, Support
from .licence import licences
from .repository import WEIGHTS, Repository
from .tree import file_digest
from .view import Teller, View, excerpt

_MODEL = Teller("Model")
_DATA = Teller("Data")
_RESULTS = Teller("Results and cost")


def model(view: View) -> Iterator[Fact]:
    """Yield what is known of the model."""
    yield _task(view)
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


_DATA_SECTION = r"\bdata(set)?s?\b"


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
    elif view.section(_DATA_SECTION) is not None:
        yield from _DATA.from_card(view, "datasets", "Datasets", "", _DATA_SECTION)
    else:
        classes = view.repository.grep(("Dataset",), r"^class\s+\w+\([^)]*\bDataset\)")
        note = "no dataset is named in code or card"
        yield _DATA.evidence("datasets", "Datasets", "dataset classes in the code", classes, note)
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
    yield _compute(view)
    yield from _RESULTS.from_card(
        view,
        "emissions",
        "Energy and emissions",
        "co2_eq_emissions",
        r"environmental|carbon|energy",
    )


_HARDWARE = (
    r"\b(?:[AHV]100|H200|B200|L40S?|T4|P100|K80|GTX\s?\d{3,4}|RTX\s?[A-Z]?\d{4}"
    r"|TPU\s?v\d\w*|MI\d{3}X?)\b"
)


def _compute(view: View) -> Fact:
    title = "Compute and hardware"
    for card in view.repository.cards:
        if (found := card.find(_HARDWARE)) is not None:
            line = excerpt(card.lines[found[0] - 1], 160)
            support = (Support(Place(card.path, found[0]), note=found[1][0]),)
            return _RESULTS.fact("compute", title, State.DECLARED, line, support)
    words = r"hardware|compute|training time"
    return next(_RESULTS.from_card(view, "compute", title, "", words))


def _task(view: View) -> Fact:
    """The task by its tag, else the first sentences of the README."""
    value, support = view.declared("pipeline_tag")
    if value:
        return _MODEL.fact("task", "Task or purpose", State.DECLARED, value, support)
    card = view.card
    for section in card.sections[:3] if card else ():
        words = excerpt(section.text)
        if card is not None and len(words) > 20:
            support = (Support(Place(card.path, section.line), note=section.title),)
            return _MODEL.fact("task", "Task or purpose", State.DECLARED, words, support)
    note = "say it in `pipeline_tag` in the card, or at the top of the README"
    return _MODEL.fact("task", "Task or purpose", State.NOT_FOUND, note=note)


def _error_bars(view: View) -> Fact:
    title = "Variation over repeated runs"
    for card in view.repository.cards:
        if (found := card.find(r"\d\s*(?:±|\+/-|\\pm)\s*\d")) is not None:
            support = (Support(Place(card.path, found[0])),)
            return _RESULTS.fact("error-bars", title, State.DECLARED, "given with ±", support)
    note = "say what varies over how many runs"
    return _RESULTS.fact("error-bars", title, State.HUMAN_NEEDED, note=note)
