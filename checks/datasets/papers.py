"""DATA003 to DATA006: what data comes with: a name, a card, a Croissant file, consent."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from typing import Any

from ...auditor.document import Document
from ...auditor.documents.cards import is_card_name, is_readme
from ...auditor.documents.croissant import read_croissant
from ...auditor.entrypoints import is_test_path
from ...auditor.example import Example
from ...auditor.file import File, Site
from ...auditor.finding import Evidence, Finding, Severity
from ...auditor.place import NOWHERE
from ...auditor.project import Project
from ...auditor.regex import regex
from ...auditor.rule import DocumentRule, ProjectRule
from ..cards.reading import project_cards
from ..data.tables import date_of, section_titles, table
from ..per_project import below_top

_RELEASE = ("hub-release", "neurips", "eu-documentation")


class UnnamedTrainingData(ProjectRule):
    """A model card does not say on what the model was trained.

    ## What it does
    Reports a model card with neither `datasets` in its front matter nor a section on training data
    that says something. Profiles `hub-release`, `neurips` and `eu-documentation`.

    ## Why is this bad?
    Without the name of the data nobody can judge leakage, terms or gaps.

    ## References
    - https://huggingface.co/docs/hub/model-cards
    """

    code = "DATA003"
    name = "unnamed-training-data"
    profiles = _RELEASE
    bad = (
        Example(
            "---\nlicense: mit\nlibrary_name: timm\n---\n# Net  # <-\n",
            path="README.md",
            profile="hub-release",
        ),
        Example(
            "# Model card  # <-\n## Training data\nTODO\n",
            path="MODEL_CARD.md",
            profile="eu-documentation",
        ),
    )
    good = (
        Example(
            "---\nlicense: mit\nlibrary_name: timm\ndatasets:\n- imagenet-1k\n---\n# Net\n",
            path="README.md",
            profile="hub-release",
        ),
        Example(
            "# Model card\n## Training data\n1.2 million photographs of mushrooms, ours.\n",
            path="MODEL_CARD.md",
            profile="neurips",
        ),
    )

    def check(self, project: Project, facts: Sequence[Any]) -> Iterator[Finding]:
        titles = section_titles("training-data")
        for card in project_cards(project).models:
            if card.kind == "hub" and "pipeline_tag" not in card.metadata:
                continue
            section = card.section(titles)
            if card.values("datasets") or (section is not None and len(section.prose) >= 20):
                continue
            line = card.sections[0].line if card.sections else 1
            duty = ""
            if project.profile == "eu-documentation":
                duty = f" AI Act Annex IV(2) asks for it ({date_of('eu-annex-iii')})."
            yield self.finding(
                card.document.place(line),
                "the card names no training data: no `datasets`, no section that says something."
                + duty,
                help="`datasets:` in the front matter, and a section Training Data",
            )


_TABLES = regex(r"\.(?:csv|tsv|parquet|jsonl|arrow|feather|ndjson|tfrecord)$", re.I)
_DATA_FOLDER = regex(r"(?:^|/)(?:data|datasets?|raw|corpus|corpora)(?:/|$)", re.I)
_NO_DATA = regex(
    r"(?:^|/)(?:tests?|fixtures?|testdata|results?|outputs?|logs?|assets|docs?|benchmarks?)(?:/|$)",
    re.I,
)
MIN_DATA_BYTES = 40_000


class DataWithoutCard(ProjectRule):
    """Tables of data are shipped and nothing says where they come from.

    ## What it does
    Reports folders named as data that hold at least 40 kB of tables, when neither a README or data
    card stands in them (or above, below the root), nor a card of the root has a section on data.
    Information; a warning under `hub-release` and `neurips`.

    ## Why is this bad?
    Nobody knows who is in the data, who agreed, and what may be done with it.

    ## References
    - https://huggingface.co/docs/hub/datasets-cards
    """

    code = "DATA004"
    name = "data-without-card"
    severity = Severity.INFO
    bad = (
        Example("a,b\n" + "1,2\n" * 60_000, path="data/train.csv", absent=True),
        Example(
            '{"a": 1}\n' * 30_000,
            path="project/datasets/rows.jsonl",
            absent=True,
            profile="neurips",
        ),
    )
    good = (
        Example(
            "a,b\n" + "1,2\n" * 60_000,
            path="data/train.csv",
            files=(("data/README.md", "# Rows\nMeasured by us in 2024.\n"),),
        ),
        Example("a,b\n" + "1,2\n" * 60_000, path="tests/data/train.csv"),
        Example("a,b\n1,2\n", path="data/sample.csv", title="a sample"),
    )

    def check(self, project: Project, facts: Sequence[Any]) -> Iterator[Finding]:
        sizes: dict[str, int] = {}  # of the outermost folder that is named as data
        for state in project.discovery.files:
            folder = state.path.rpartition("/")[0]
            is_data = _TABLES.search(state.path) and _DATA_FOLDER.search(folder)
            if (match := _DATA_FOLDER.search(folder)) is not None:
                folder = folder[: match.end()].rstrip("/")
            if (
                is_data
                and not _NO_DATA.search(below_top(project, state.path))
                and not is_test_path(state.path)
            ):
                sizes[folder] = sizes.get(folder, 0) + state.size
        large = {folder: size for folder, size in sizes.items() if size >= MIN_DATA_BYTES}
        if not large or project_cards(project).section("training-data") is not None:
            return
        bare = [folder for folder in large if not _has_paper(project, folder)]
        if bare:
            total = sum(large[folder] for folder in bare) / 1e6
            strict = project.profile in {"hub-release", "neurips"}
            yield self.absent(
                f"{total:.1f} MB of tables in {', '.join(sorted(bare)[:4])} come without a card: "
                "no README or data card beside them, no section on data",
                help="add a README beside the data: source, licence, people in it, how it was made",
                severity=Severity.WARNING if strict else None,
            )


def _has_paper(project: Project, folder: str) -> bool:
    while folder:
        for path in project.documents:
            name = path.rpartition("/")[2]
            if path.rpartition("/")[0] == folder and (is_readme(name) or is_card_name(name)):
                return True
        folder = folder.rpartition("/")[0]
    return False


class IncompleteCroissant(DocumentRule):
    """A Croissant file lacks properties that its specification or the venue asks for.

    ## What it does
    Expands the JSON-LD context of a Croissant file and reports required properties that are
    missing, and terms of the responsible-AI vocabulary that stand under the `cr:` prefix instead of
    `rai:`. Under `neurips` the minimal responsible-AI terms are asked for too.

    ## Why is this bad?
    Tools skip the file, and reviewers flag it.

    ## References
    - https://docs.mlcommons.org/croissant/docs/croissant-spec.html
    - https://docs.mlcommons.org/croissant/docs/croissant-rai-spec.html
    """

    code = "DATA005"
    name = "incomplete-croissant"
    patterns = ("*croissant*.json", "*.jsonld", "*metadata.json")
    bad = (
        Example(
            '{\n "@context": {"cr": "http://mlcommons.org/croissant/"},  // <-\n'
            ' "@type": "sc:Dataset", "name": "rows",\n'
            ' "conformsTo": "http://mlcommons.org/croissant/1.0"}\n',
            path="croissant.json",
        ),
        Example(
            '{"@type": "Dataset", "conformsTo": "http://mlcommons.org/croissant/1.0",\n'
            ' "@context": {"@vocab": "https://schema.org/"},  // <-\n'
            ' "name": "rows", "description": "d"}\n',
            path="data/metadata.json",
        ),
    )
    good = (
        Example(
            '{"@context": {"@vocab": "https://schema.org/",\n'
            ' "cr": "http://mlcommons.org/croissant/", "dct": "http://purl.org/dc/terms/",\n'
            ' "conformsTo": "dct:conformsTo"},\n'
            ' "@type": "Dataset", "conformsTo": "http://mlcommons.org/croissant/1.0",\n'
            ' "name": "rows", "description": "d", "license": "https://spdx.org/licenses/MIT",\n'
            ' "url": "https://example.org", "creator": {"name": "A"},\n'
            ' "datePublished": "2026-01-01",\n'
            ' "distribution": [{"@type": "cr:FileObject"}]}\n',
            path="croissant.json",
        ),
        Example('{"croissant": "with butter"}\n', path="recipes/croissant.json"),
    )

    def check(self, document: Document, project: Project) -> Iterator[Finding]:
        if is_test_path(document.path):
            return
        croissant = read_croissant(document)
        if croissant is None:
            return
        facts = table("standards")
        missing = [name for name in facts["croissant_required"] if not croissant.has(name)]
        misplaced = [
            spelling
            for name, spelling in croissant.properties.items()
            if name.rsplit("/", 1)[-1] in facts["rai_terms"]
            and not croissant.has_rai(name.rsplit("/", 1)[-1])
        ]
        rai: list[str] = []
        if project.profile == "neurips":
            rai = [f"rai:{term}" for term in facts["rai_minimum"] if not croissant.has_rai(term)]
        if not missing and not misplaced and not rai:
            return
        parts: list[str] = []
        if missing or rai:
            parts.append(f"missing: {', '.join([*missing, *rai])}")
        if misplaced:
            parts.append(f"not in the rai: vocabulary: {', '.join(misplaced)}")
        yield self.finding(
            document.place(croissant.line("@context")),
            f"this Croissant file is incomplete; {'; '.join(parts)}",
            help="the mlcroissant package validates the whole file",
        )


_COLLECTORS = frozenset({"img2dataset.download"})


class ScraperWithoutConsent(ProjectRule):
    """A collector of web pages or pictures is told to pass over what sites ask for.

    ## What it does
    Reports `ROBOTSTXT_OBEY = False` in a Scrapy project's settings, and `img2dataset.download` with
    an empty `disallowed_header_directives`, which drops the opt-out headers that it keeps by
    default. A word in the README on the terms of the sources, opting out or take-down settles it.

    ## Why is this bad?
    Site owners said no in the way that they have. In the European Union the copyright policy of a
    general-purpose model has to respect it.

    ## Use instead
    Leave the defaults on, list the sources with their terms, and give a contact for take-down.

    ## References
    - https://artificialintelligenceact.eu/article/53/
    """

    code = "DATA006"
    name = "scraper-without-consent"
    calls = _COLLECTORS
    words = frozenset({"ROBOTSTXT_OBEY", "img2dataset"})
    bad = (
        Example("BOT_NAME = 'faces'\nROBOTSTXT_OBEY = False  # <-\n", path="crawl/settings.py"),
        Example(
            "import img2dataset as collect\n"
            "collect.download(url_list='urls.txt',  # <-\n"
            "                 disallowed_header_directives=[])\n"
        ),
    )
    good = (
        Example("BOT_NAME = 'faces'\nROBOTSTXT_OBEY = True\n", path="crawl/settings.py"),
        Example("from img2dataset import download\ndownload(url_list='urls.txt')\n"),
    )

    def collect(self, site: Site) -> Iterator[Any]:
        directives = site.constant(site.argument(None, "disallowed_header_directives"))
        if directives is not None and directives.value in ((), None):
            yield (site.place, "img2dataset drops the opt-out headers")

    def collect_file(self, file: File) -> Iterator[Any]:
        if is_test_path(file.path):
            return
        for node in file.tree.body:
            match node:
                case ast.Assign(
                    targets=[ast.Name(id="ROBOTSTXT_OBEY")], value=ast.Constant(value=False)
                ):
                    yield (file.place(node), "robots.txt is ignored")
                case _:
                    pass

    def check(self, project: Project, facts: Sequence[Any]) -> Iterator[Finding]:
        settled = re.compile(r"take[- ]?down|terms of (?:service|use)|opt[- ]?out", re.I)
        if not facts or project_cards(project).says(settled) is not None:
            return
        place, what = facts[0]
        yield self.finding(
            place or NOWHERE,
            f"{what}, and no document names the terms of the sources or a contact for take-down",
            help="leave the default on; list the sources with their terms",
            evidence=[Evidence(other, note) for other, note in facts[1:]],
        )
