"""DOC003, DOC005, DOC006: metrics against evidence, the citation file, telemetry."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from ...auditor.document import Document
from ...auditor.documents.cards import Card
from ...auditor.documents.citation import citation_faults
from ...auditor.documents.structured import array, line_of, table, text
from ...auditor.entrypoints import is_test_path
from ...auditor.example import Example
from ...auditor.file import Site
from ...auditor.finding import Evidence, Finding, Severity
from ...auditor.place import Place
from ...auditor.project import Project
from ...auditor.rule import ProjectRule
from ..per_project import document_at
from .reading import project_cards

_RESULT_FILES = frozenset(
    ("all_results.json eval_results.json test_results.json metrics.json results.json").split()
)
_STRICT = frozenset({"hub-release", "neurips", "eu-documentation"})


class UnsupportedMetric(ProjectRule):
    """A card claims a metric that the results beside it do not show.

    ## What it does
    Compares the values of `model-index` in a card with result files beside it (`all_results.json`,
    `eval_results.json`, `metrics.json` …): a value of the same name that differs by more than
    rounding is a warning, in every profile. Under `hub-release`, `neurips` and `eu-documentation` a
    value with neither a result file nor a `source` is reported as well.

    ## Why is this bad?
    The number in the card is the one that people quote.

    ## References
    - https://huggingface.co/docs/hub/model-cards
    """

    code = "DOC003"
    name = "unsupported-metric"
    bad = (
        Example(
            "---\nlicense: mit\nlibrary_name: timm\nmodel-index:\n- name: net\n  results:\n"
            "  - task: {type: image-classification}\n    metrics:\n"
            "    - type: accuracy\n      value: 0.93  # <-\n---\n",
            path="README.md",
            files=(("all_results.json", '{"eval_accuracy": 0.871}\n'),),
        ),
        Example(
            "---\nlicense: mit\nlibrary_name: timm\nmodel-index:\n- name: net\n  results:\n"
            "  - task:\n      type: image-classification\n    metrics:\n"
            "    - type: f1\n      value: 91.2  # <-\n---\n",
            path="README.md",
            profile="hub-release",
        ),
    )
    good = (
        Example(
            "---\nlicense: mit\nmodel-index:\n- name: net\n  results:\n"
            "  - metrics:\n    - type: accuracy\n      value: 87.1\n---\n",
            path="README.md",
            files=(("all_results.json", '{"eval_accuracy": 0.8712}\n'),),
        ),
        Example(
            "---\nlicense: mit\nmodel-index:\n- name: net\n  results:\n"
            "  - metrics:\n    - type: accuracy\n      value: 87.1\n---\n",
            path="README.md",
        ),
    )

    def check(self, project: Project, facts: Sequence[Any]) -> Iterator[Finding]:
        for card in project_cards(project).hub:
            results = _results_beside(project, card)
            for claim in _claims(card):
                yield from self._judge(project, card, claim, results)

    def _judge(
        self,
        project: Project,
        card: Card,
        claim: tuple[str, Any, bool],
        results: Mapping[str, tuple[Document, float]],
    ) -> Iterator[Finding]:
        name, value, has_source = claim
        shown = _number(value)
        if shown is None:
            return
        key = next((key for key in _keys(name) if key in results), None)
        place = card.document.place(line_of(value))
        if key is not None:
            document, measured = results[key]
            if not _agree(shown, measured):
                yield self.finding(
                    place,
                    f"the card claims {name} {value}; {document.path} holds {key} {measured:g}",
                    help="correct the card, or ship the results that it is taken from",
                    evidence=[Evidence(document.place(1), f"{key}: {measured:g}")],
                )
        elif not has_source and project.profile in _STRICT:
            yield self.finding(
                place,
                f"the card claims {name} {value}; no result file beside it and no `source`",
                help="ship the result file, or add `source` with a link",
            )


def _claims(card: Card) -> Iterator[tuple[str, Any, bool]]:
    for entry in array(card.metadata.get("model-index")):
        for result in array(table(entry).get("results")):
            has_source = bool(table(result).get("source"))
            for metric in array(table(result).get("metrics")):
                row = table(metric)
                yield text(row.get("type")).lower(), row.get("value"), has_source


def _results_beside(project: Project, card: Card) -> dict[str, tuple[Document, float]]:
    folder = card.path.rpartition("/")[0]
    found: dict[str, tuple[Document, float]] = {}
    for path, document in project.documents.items():
        above, _, name = path.rpartition("/")
        if above != folder or name not in _RESULT_FILES or document.state.size > 1_000_000:
            continue
        try:
            value = json.loads(document.text)
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict):
            for key, number in cast(dict[str, Any], value).items():
                if isinstance(number, (int, float)) and not isinstance(number, bool):
                    found.setdefault(key.lower(), (document, float(number)))
    return found


def _keys(name: str) -> tuple[str, ...]:
    return (f"test_{name}", f"eval_{name}", name, f"predict_{name}", f"validation_{name}")


def _number(value: Any) -> float | None:
    try:
        return float(str(value).rstrip("%"))
    except ValueError:
        return None


def _agree(shown: float, measured: float) -> bool:
    """Whether two values are the same but for rounding and the scale of per cent."""
    digits = len(str(shown).partition(".")[2])
    for scale in (1.0, 100.0, 0.01):
        slack = max(10.0**-digits, abs(shown) * 1e-3) * 1.01
        if abs(shown - measured * scale) <= slack:
            return True
    return False


class BadCitation(ProjectRule):
    """CITATION.cff does not follow its schema.

    ## What it does
    Checks the required keys, unknown keys, dates, DOI, ORCID, and the people of CITATION.cff
    against version 1.2.0 of the schema. Under `hub-release` and `neurips` a repository with neither
    a citation file nor a section on citing is told so as well, as information.

    ## Why is this bad?
    GitHub and Zenodo do not show a broken file, and the work is cited wrongly or not at all.

    ## References
    - https://citation-file-format.github.io
    """

    code = "DOC005"
    name = "bad-citation"
    bad = (
        Example(
            "cff-version: 1.2.0  # <-\nmessage: Cite us.\nauthors:\n- family-names: Ibsen\n",
            path="CITATION.cff",
        ),
        Example(
            "cff-version: 1.2.0\nmessage: Cite us.\ntitle: Net\nauthors:\n"
            "- family-names: Ibsen\n  orcid: 0000-0001-2345-6789  # <-\n"
            "date-released: 2026-1-5\n",
            path="CITATION.cff",
        ),
    )
    good = (
        Example(
            "cff-version: 1.2.0\nmessage: Cite us.\ntitle: Net\nauthors:\n- name: The Net team\n",
            path="CITATION.cff",
        ),
        Example(
            "cff-version: 1.2.0\nmessage: Cite us.\ntitle: Net\ntype: software\nauthors:\n"
            '- family-names: Ibsen\n  orcid: "https://orcid.org/0000-0001-2345-6789"\n'
            "date-released: 2026-01-05\ndoi: 10.5281/zenodo.123456\n",
            path="CITATION.cff",
        ),
    )

    def check(self, project: Project, facts: Sequence[Any]) -> Iterator[Finding]:
        document = document_at(project, "CITATION.cff")
        if document is not None:
            faults = sorted(citation_faults(document))
            if faults:
                line, fault = faults[0]
                more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
                yield self.finding(
                    document.place(line),
                    f"{fault}{more}",
                    help="cffconvert --validate checks the whole file",
                    evidence=[Evidence(document.place(at), what) for at, what in faults[1:20]],
                )
            return
        cards = project_cards(project)
        if project.profile in {"hub-release", "neurips"} and cards.readme is not None:
            cites = re.compile(r"@\w+\{|^#+ .*\bcit(?:e|ing|ation)\b|bibtex", re.I | re.M)
            if cards.says(cites) is None:
                yield self.absent(
                    "nothing says how to cite this: no CITATION.cff, no section on citing",
                    help="add CITATION.cff",
                    severity=Severity.INFO,
                )


_SENDERS = {
    "sentry_sdk.init": "Sentry",
    "posthog.capture": "PostHog",
    "posthog.Posthog": "PostHog",
    "analytics.track": "Segment",
    "segment.analytics.track": "Segment",
    "mixpanel.Mixpanel": "Mixpanel",
    "amplitude.Amplitude": "Amplitude",
    "rudderstack.analytics.track": "RudderStack",
}


class UndisclosedTelemetry(ProjectRule):
    """The program sends data about its use, and no document says so.

    ## What it does
    Reports calls that start or feed Sentry, PostHog, Segment, Mixpanel, Amplitude or RudderStack,
    when no README, card or page of the documentation mentions telemetry. Loggers of experiments
    (W&B, MLflow) that the user starts are not meant.

    ## Why is this bad?
    People find out from their firewall. The data may be personal.

    ## Use instead
    A sentence: what is sent, to whom, and how to switch it off.
    """

    code = "DOC006"
    name = "undisclosed-telemetry"
    calls = frozenset(_SENDERS)
    bad = (
        Example("import sentry_sdk as sentry\nsentry.init(dsn='https://k@example.org/1')  # <-\n"),
        Example(
            "from posthog import Posthog as Hog\nclient = Hog('key')  # <-\n",
            files=(("README.md", "# Net\nFast.\n"),),
        ),
    )
    good = (
        Example(
            "import sentry_sdk\nsentry_sdk.init(dsn='https://k@example.org/1')\n",
            files=(("README.md", "# Net\nCrashes are sent to Sentry; NET_QUIET=1 stops it.\n"),),
        ),
        Example("import wandb\nwandb.init(project='net')\n"),
    )

    def collect(self, site: Site) -> Iterator[Any]:
        if site.name in _SENDERS and not is_test_path(site.file.path):
            yield (_SENDERS[site.name], site.place)

    def check(self, project: Project, facts: Sequence[Any]) -> Iterator[Finding]:
        by_name: dict[str, list[Place]] = {}
        for name, place in facts:
            by_name.setdefault(name, []).append(place)
        for name, places in by_name.items():
            said = re.compile(rf"telemetry|usage (?:data|statistics)|\b{name}\b", re.I)
            if project_cards(project).says(said) is None and not _in_docs(project, said):
                yield self.finding(
                    places[0],
                    f"data about the use is sent to {name}, and no document says so",
                    help="say what is sent, to whom, and how to switch it off",
                    evidence=[Evidence(place, name) for place in places[1:]],
                )


def _in_docs(project: Project, said: re.Pattern[str]) -> bool:
    return any(
        path.endswith((".md", ".rst", ".mdx"))
        and document.state.size < 500_000
        and said.search(document.text)
        for path, document in project.documents.items()
    )
