"""PII001, PII002: people in shipped tables and in the outputs of notebooks."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, cast

from ...auditor.discover import FileState
from ...auditor.document import Document
from ...auditor.documents.structured import array, table
from ...auditor.entrypoints import is_test_path
from ...auditor.example import Example
from ...auditor.finding import Confidence, Evidence, Finding, Severity
from ...auditor.place import Place
from ...auditor.project import Project
from ...auditor.regex import regex
from ...auditor.rule import ProjectRule
from ..data.tables import table as fact_table
from ..per_project import below_top

_TABLES = (".csv", ".tsv", ".jsonl", ".ndjson")
_MADE_UP = regex(r"synthetic|fake|dummy|mock|sample|anonymi[sz]ed|example", re.I)
#: Weak columns that say who, not only where or what.
_TELLING = frozenset(
    (
        "email phone ip_address username device_id address employee_name customer_name student_id"
    ).split()
)
_PLACES = frozenset({"latitude", "longitude", "zip_code", "postcode"})
#: Columns that any made-up table of customers has as well.
_NAMES = frozenset(
    (
        "full_name first_name last_name student_name screen_name phone_number email_address "
        "street_address home_address"
    ).split()
)


def personal_columns(names: Sequence[str]) -> list[str]:
    """Return the columns that hold people: one strong name, or two weak ones of which one tells."""
    folded = [re.sub(r"[\s-]+", "_", name.strip().strip("\"'").lower()) for name in names]
    columns = fact_table("datasets")["personal_columns"]
    strong = [name for name in folded if name in columns["strong"]]
    weak = [name for name in folded if name in columns["weak"]]
    telling = [name for name in weak if name in _TELLING]
    if strong:
        return [*strong, *weak]
    if telling and len(set(weak) - _PLACES) >= 2:
        return weak
    return []


class PersonalDataShipped(ProjectRule):
    """A shipped table has columns that identify people.

    ## What it does
    Reads the header (never the values) of CSV, TSV and JSON-lines files and reports columns such as
    `date_of_birth` or `phone_number`, or two of the weaker ones (`email`, `name` …). Tests, samples
    and files that say that they are made up are left out. Parquet is not read. Tables with the same
    columns of people are one finding.

    ## Why is this bad?
    A public repository is copied within minutes; nobody can take a table of people back.

    ## Use instead
    Remove it from the history too; ship a script, a synthetic sample or hashed keys.

    ## References
    - https://gdpr-info.eu/art-9-gdpr/
    """

    code = "PII001"
    name = "personal-data-shipped"
    confidence = Confidence.MEDIUM
    bad = (
        Example("id,full_name,date_of_birth,score  # <-\n1,A,2,3\n", path="data/people.csv"),
        Example('{"email": "x", "name": "y", "label": 1}  // <-\n', path="data/users.jsonl"),
    )
    good = (
        Example("station,latitude,longitude,rain\n1,2,3,4\n", path="data/rain.csv"),
        Example("name,price\npear,3\n", path="data/fruit.csv"),
        Example("full_name,email\nA,B\n", path="data/synthetic_people.csv"),
    )

    def check(self, project: Project, facts: Sequence[Any]) -> Iterator[Finding]:
        tables: dict[frozenset[str], list[str]] = {}
        for path, document in project.documents.items():
            if (
                path.endswith(_TABLES)
                and not is_test_path(path)
                and not _MADE_UP.search(below_top(project, path))
                and (columns := personal_columns(_header(document)))
            ):
                tables.setdefault(frozenset(columns), []).append(path)
        for people, paths in tables.items():
            more = f"; so do {len(paths) - 1} more tables" if len(paths) > 1 else ""
            yield self.finding(
                Place(paths[0], 1, 1, 1, 2),
                f"the header names people: {', '.join(sorted(people))}{more}; no value was read",
                help="remove the table, from the history too, or replace it by synthetic rows",
                evidence=[Evidence(Place(path, 1, 1, 1, 2), "the same") for path in paths[1:40]],
            )


def _header(document: Document) -> list[str]:
    try:
        with Path(document.state.absolute).open("rb") as file:
            line = file.readline(100_000).decode("utf-8-sig", "replace").strip()
    except OSError:
        return []
    if document.path.endswith((".jsonl", ".ndjson")):
        try:
            return list(table(json.loads(line)))
        except (ValueError, RecursionError):
            return []
    delimiter = "\t" if document.path.endswith(".tsv") or "\t" in line else ","
    if delimiter == "," and line.count(";") > line.count(","):
        delimiter = ";"
    try:
        return next(iter(csv.reader([line], delimiter=delimiter)))
    except (csv.Error, StopIteration):
        return []


_HEAD = regex(r"<th[^>]*>\s*([^<]{1,60}?)\s*</th>")
_MAX_NOTEBOOK = 20_000_000


class PersonalDataInOutputs(ProjectRule):
    """The saved output of a notebook shows a table of people.

    ## What it does
    Reads the tables that notebooks keep as output and reports headers that identify people, as in
    `personal-data-shipped`, one finding a set of columns. A warning for records such as `dob` or
    `mrn`; information for names and addresses, which a made-up table shows as well. Values are not
    read.

    ## Why is this bad?
    The data set may be kept out of the repository; its first rows are in the notebook.

    ## Use instead
    Clear the outputs before committing (nbstripout).
    """

    code = "PII002"
    name = "personal-data-in-outputs"
    confidence = Confidence.MEDIUM
    bad = (
        Example(
            "# %%\nimport pandas as pd\n# %%\nrows.head()  # <-\n"
            "#> <table><tr><th></th><th>email</th><th>name</th></tr></table>\n",
            path="look.ipynb",
        ),
        Example(
            "# %%\nrows.sample(3)  # <-\n#> <th>dob</th><th>score</th>\n", path="notes/look.ipynb"
        ),
    )
    good = (
        Example(
            "# %%\nrows.head()\n#> <table><tr><th>latitude</th><th>rain</th></tr></table>\n",
            path="look.ipynb",
        ),
        Example(
            "# %%\nimport pandas as pd\ndf = pd.DataFrame({'email': [], 'name': []})\n",
            path="look.ipynb",
        ),
    )

    def check(self, project: Project, facts: Sequence[Any]) -> Iterator[Finding]:
        shown: dict[frozenset[str], list[Place]] = {}
        for state in project.discovery.files:
            if state.is_notebook and state.size <= _MAX_NOTEBOOK and not is_test_path(state.path):
                for cell, columns in _personal_outputs(state):
                    place = Place(state.path, 1, 1, 1, 1, cell)
                    shown.setdefault(frozenset(columns), []).append(place)
        strong = frozenset(_strong_columns()) - _NAMES
        told: set[str] = set()
        for people, places in sorted(shown.items(), key=lambda item: -len(item[0])):
            if people <= told:
                continue  # the same people again, with fewer columns
            told |= people
            yield self.finding(
                places[0],
                f"the output shows a table of people: {', '.join(sorted(people))}",
                help="clear the outputs before committing (nbstripout)",
                severity=Severity.INFO if strong.isdisjoint(people) else Severity.WARNING,
                evidence=[Evidence(place, "again") for place in places[1:20]],
            )


def _strong_columns() -> Sequence[str]:
    """Return the columns that identify a person by themselves."""
    return cast(Sequence[str], fact_table("datasets")["personal_columns"]["strong"])


def _personal_outputs(state: FileState) -> Iterator[tuple[int, list[str]]]:
    try:
        data = Path(state.absolute).read_bytes()
        if b"<th" not in data:
            return
        notebook = json.loads(data)
    except (OSError, ValueError, RecursionError):
        return
    if not isinstance(notebook, dict):
        return
    for index, cell in enumerate(array(cast(dict[str, Any], notebook).get("cells"))):
        for output in array(table(cell).get("outputs")):
            html = table(table(output).get("data")).get("text/html")
            text = html if isinstance(html, str) else "".join(map(str, array(html)))
            columns = personal_columns(_HEAD.findall(text[:200_000]))
            if columns:
                yield index, columns
                break
