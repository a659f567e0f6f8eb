"""LIC011: weights under terms of their own."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from typing import Any

from ...auditor.example import Example
from ...auditor.file import Site
from ...auditor.finding import Confidence, Evidence, Finding, Severity
from ...auditor.place import Place
from ...auditor.project import Project
from ...auditor.regex import regex
from ...auditor.rule import ProjectRule
from ..cards.reading import project_cards
from ..data.tables import Licence, base_model, licence_of, section_titles
from ..per_project import below_top
from .declared import declarations
from .references import LOAD_METHODS, LOADERS, collect_models, references

_APACHE = "Apache License\nVersion 2.0, January 2004\n\n3. Grant of Patent License. Subject to\n"
_BY_WAY = regex(
    r"(?:^|/)(?:examples?|tutorials?|benchmarks?|notebooks?|demos?|scripts?|evaluation|eval|tools)/",
    re.I,
)


_MODELS_CLOSED = regex(
    r"\b(?:models?|weights|checkpoints)\b.*(?:non-?commercial|research purposes only)", re.I
)
_ABOUT_DATA = regex(r"\b(?:data ?sets?|data|images|corpus|videos)\b", re.I)
_RESEARCH_ONLY = regex(r"\b(?:academic|research|study)\b.*\bonly\b", re.I)
_NO_COMMERCE = regex(
    r"\bcommercial\b.*\b(?:prohibited|forbidden|not (?:allowed|permitted))\b", re.I
)


def _closes_use(line: str) -> bool:
    """Whether a sentence keeps the work itself to research; one on data is about the data."""
    return "ommercial" in line and any(
        _RESEARCH_ONLY.search(part) and _NO_COMMERCE.search(part) and not _ABOUT_DATA.search(part)
        for part in line[:4000].split(".")
    )


#: Model names of insightface that its own loader knows; without a name it loads the first.
_INSIGHTFACE = frozenset(
    ("buffalo_l buffalo_m buffalo_s buffalo_sc antelopev2 inswapper_128").split()
)
_FACE_LOADERS = frozenset(
    {
        "insightface.app.FaceAnalysis",
        "insightface.model_zoo.get_model",
        "insightface.model_zoo.model_zoo.get_model",
    }
)


class WeightsLicensedApart(ProjectRule):
    """The code has an open licence; the weights that it loads have not, and nobody says so.

    ## What it does
    Reports models under non-commercial or research-only terms that a program loads by a constant
    id, in a repository whose own licence is open, when no README or card names the model or its
    licence. One finding a licence, with all its places. In examples, scripts, notebooks and tests
    it is information, elsewhere a warning. Information, too, where the README itself keeps the
    models or the work to research.

    ## Why is this bad?
    Users read the repository's licence and believe that it covers what the program downloads.

    ## Use instead
    A sentence in the README: which weights are loaded, under which terms.
    """

    code = "LIC011"
    name = "weights-licensed-apart"
    methods = LOAD_METHODS
    calls = frozenset(LOADERS) | _FACE_LOADERS
    words = frozenset(
        {"from_pretrained", "FaceAnalysis", "get_model", "SentenceTransformer", "TTS"}
    )
    bad = (
        Example(
            "from transformers import AutoModel as Net\n"
            "def load():\n"
            "    return Net.from_pretrained('facebook/opt-1.3b')  # <-\n",
            path="captioner/model.py",
            files=(("LICENSE", _APACHE), ("README.md", "# Captions\n")),
        ),
        Example(
            "from insightface.app import FaceAnalysis\n"
            "app = FaceAnalysis(name='buffalo_l')  # <-\n",
            path="app.py",
            files=(("LICENSE", _APACHE), ("README.md", "# Doorbell\n")),
        ),
        Example(
            "# Doctor\n"
            "The doctor is for academic research only; commercial use is prohibited.  # <-\n",
            path="README.md",
            files=(("LICENSE", _APACHE),),
            title="a sentence of the README",
        ),
    )
    good = (
        Example(
            "from transformers import AutoModel\n"
            "model = AutoModel.from_pretrained('facebook/opt-1.3b')\n",
            path="captioner/model.py",
            files=(
                ("LICENSE", _APACHE),
                ("README.md", "# Captions\nThe weights of facebook/opt-1.3b are research-only.\n"),
            ),
        ),
        Example(
            "from transformers import AutoModel\n"
            "model = AutoModel.from_pretrained('google-bert/bert-base-uncased')\n",
            files=(("LICENSE", _APACHE), ("README.md", "# Captions\n")),
        ),
        Example(
            "# Faces\nThe dataset is for research only; commercial use of it is prohibited.\n",
            path="README.md",
            files=(("LICENSE", _APACHE),),
            title="a sentence on data",
        ),
        Example(
            "from transformers import AutoConfig as Settings\n"
            "settings = Settings.from_pretrained('facebook/opt-66b')\n",
            path="captioner/model.py",
            files=(("LICENSE", _APACHE), ("README.md", "# Captions\n")),
            title="the settings without the weights",
        ),
    )

    def collect(self, site: Site) -> Iterator[Any]:
        if site.name in _FACE_LOADERS:
            constant = site.constant(site.argument(0, "name"))
            value = constant.value if constant is not None else None
            if site.last == "FaceAnalysis" and site.argument(0, "name") is None:
                value = "buffalo_l"
            name = str(value).rsplit("/", 1)[-1].removesuffix(".onnx")
            if value is None:
                name = _named_nearby(site)
            if name in _INSIGHTFACE:
                yield (f"insightface:{name}", site.place, site.last)
            return
        yield from collect_models(site)

    def check(self, project: Project, facts: Sequence[Any]) -> Iterator[Finding]:
        yield from self._said(project)
        kinds = {"file", "package", "classifier", "readme"}
        own = [item.licence for item in declarations(project) if item.kind in kinds]
        opened = [licence for licence in own if licence is not None and licence.is_open]
        if not opened:
            return
        uses: dict[str, list[tuple[str, Place]]] = {}
        for found in references(list(facts), project):
            licence = _terms(found.id)
            if licence is not None and licence.is_closed:
                uses.setdefault(licence.id, []).append((found.id, found.place))
        for name, places in uses.items():
            licence = licence_of(name)
            if licence is not None and not _is_named(project, licence, places):
                yield self._apart(project, licence, opened[0], places)

    def _said(self, project: Project) -> Iterator[Finding]:
        """Tell, as information, that the README itself licenses the models apart."""
        readme = project_cards(project).readme
        opened = [d for d in declarations(project) if d.licence is not None and d.licence.is_open]
        if readme is None or not opened:
            return
        section = readme.section(section_titles("licence"))
        first = section.line if section is not None else 0
        last = first + section.text.count("\n") + 1 if section is not None else 0
        for number, line in enumerate(readme.text.split("\n"), 1):
            of_models = first < number <= last and _MODELS_CLOSED.search(line)
            if of_models or _closes_use(line):
                what = "models" if of_models else "this work"
                yield self.finding(
                    readme.document.place(number),
                    f"the README keeps {what} to non-commercial use; {opened[0].place.path} says "
                    f"{opened[0].text}: whoever sees only one of them sees one licence",
                    help="say so in the package metadata and where the models are downloaded",
                    severity=Severity.INFO,
                )
                return

    def _apart(
        self, project: Project, licence: Licence, own: Licence, places: list[tuple[str, Place]]
    ) -> Finding:
        models = list(dict.fromkeys(_shown(model) for model, _ in places))
        central = [(m, p) for m, p in places if not _is_by_way(project, p)]
        model, place = (central or places)[0]
        more = f" and {len(models) - 1} more" if len(models) > 1 else ""
        return self.finding(
            place,
            f"{_shown(model)}{more} {'are' if more else 'is'} under the {licence.name} "
            f"({licence.kind}); the repository says {own.id}, and no document names these terms",
            help="say in the README which weights are loaded and under which terms",
            severity=Severity.WARNING if central else Severity.INFO,
            confidence=Confidence.HIGH if central else Confidence.MEDIUM,
            evidence=[
                Evidence(other, f"{_shown(name)} loaded")
                for name, other in places
                if other != place
            ],
        )


def _named_nearby(site: Site) -> str:
    """Return the one model of insightface that the file names as a text of its own."""
    named = {
        node.value
        for node in ast.walk(site.file.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    } & _INSIGHTFACE
    return named.pop() if len(named) == 1 else ""


def _is_by_way(project: Project, place: Place) -> bool:
    """Whether a place is an example, a script or a notebook rather than the program itself."""
    return place.path.endswith((".ipynb", ".sh")) or bool(
        _BY_WAY.search(below_top(project, place.path))
    )


def _shown(model: str) -> str:
    return model.removeprefix("insightface:")


def _terms(model: str) -> Licence | None:
    if model.startswith("insightface:"):
        return licence_of("insightface-models")
    known = base_model(model)
    return known.licence if known is not None else None


_NAMES_TERMS = regex(r"non-?commercial|research only|cc[- ]by[- ]nc")


def _is_named(project: Project, licence: Licence, places: list[tuple[str, Place]]) -> bool:
    """Whether a document names the models beside a word on licences, or the licence itself."""
    names = {_shown(model).rsplit("/", 1)[-1].lower() for model, _ in places}
    for card in project_cards(project).all:
        text = card.text.lower()
        if licence.name.lower() in text or f"{licence.id} licen" in text:
            return True
        if _NAMES_TERMS.search(text):
            return True
        if "research-only" in text and any(name in text for name in names):
            return True
    return False
