"""FAIR001, FAIR002: groups that are not looked at."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from ...auditor.documents.cards import Card
from ...auditor.example import Example
from ...auditor.file import File
from ...auditor.finding import Evidence, Finding
from ...auditor.project import Project
from ...auditor.regex import regex
from ...auditor.rule import ProjectRule
from ..cards.reading import project_cards
from ..data.tables import datasets, date_of, section_titles, table
from ..datasets.named import dataset_of
from ..per_project import per_project
from .targets import Target, collect_targets, protected, spellings

_MEASURES = regex(
    rb"MetricFrame|demographic_parity|equali[sz]ed_odds|disparate_impact|equal_opportunity"
    rb"|statistical_parity|fairness_metric"
)


@per_project
def measures_fairness(project: Project) -> bool:
    """Whether any program imports a fairness library, names a fairness metric, or groups by one."""
    libraries = set(table("datasets")["fairness_evidence"])
    for path, module in project.modules.items():
        if any(item.module.split(".", 1)[0] in libraries for item in module.imports):
            return True
        file = project.file(path) if module.parsed else None
        if file is not None and _MEASURES.search(file.source.text.encode("utf-8", "replace")):
            return True
    return False


class ProtectedAttributeUnevaluated(ProjectRule):
    """A model decides about people from a protected attribute, and nothing measures the groups.

    ## What it does
    Reports a program on tables that trains on a column such as `gender` or `race`, for a target
    such as `loan_status`, `hired` or `two_year_recid` (or `risk` of a table named for credit), in a
    project that imports no fairness library, names no fairness metric, and looks at no group of
    these columns. Columns are known in any spelling (`MaritalStatus`, `Marital Status`).

    ## Why is this bad?
    The model learns the decisions of the past, group by group, and nobody looks.

    ## Use instead
    Metrics by group (fairlearn's `MetricFrame`, a `groupby` on the attribute), and their values in
    the card.

    ## References
    - https://artificialintelligenceact.eu/annex/3/
    - https://fairlearn.org
    """

    code = "FAIR001"
    name = "protected-attribute-unevaluated"
    words = spellings(protected())
    bad = (
        Example(
            "import pandas as pd\n"
            "from sklearn.linear_model import LogisticRegression\n"
            "df = pd.read_csv('loans.csv')\n"
            "features = ['income', 'gender', 'age']  # <-\n"
            "y = df['loan_status']\n"
            "LogisticRegression().fit(df[features], y)\n"
        ),
        Example(
            "import pandas as pd\n"
            "import xgboost as xgb\n"
            "df = pd.get_dummies(pd.read_csv('staff.csv'), columns=['sex'])  # <-\n"
            "X = df.drop(columns=['hired'])\n"
            "y = df['hired']\n"
            "xgb.XGBClassifier().fit(X, y)\n"
        ),
        Example(
            "import pandas as pd\n"
            "from sklearn.tree import DecisionTreeClassifier as Tree\n"
            "df = pd.read_csv('data/german_credit_data.csv')\n"
            "features = ['Age', 'Sex', 'Housing']  # <-\n"
            "target = 'Risk'\n"
            "Tree().fit(df[features], df[target])\n",
            title="the table says what is decided",
        ),
    )
    good = (
        Example(
            "import pandas as pd\n"
            "from fairlearn.metrics import MetricFrame\n"
            "from sklearn.linear_model import LogisticRegression\n"
            "df = pd.read_csv('loans.csv')\n"
            "features = ['income', 'gender']\n"
            "y = df['loan_status']\n"
            "LogisticRegression().fit(df[features], y)\n"
        ),
        Example(
            "import pandas as pd\n"
            "from sklearn.linear_model import LogisticRegression\n"
            "df = pd.read_csv('loans.csv')\n"
            "X = df.drop(columns=['loan_status', 'gender', 'race'])\n"
            "y = df['loan_status']\n"
            "LogisticRegression().fit(X, y)\n",
            title="the attribute is left out",
        ),
        Example(
            "import pandas as pd\n"
            "from sklearn.linear_model import LogisticRegression\n"
            "df = pd.read_csv('trial.csv')\n"
            "features = ['dose', 'sex']\n"
            "y = df['tumour_size']\n"
            "LogisticRegression().fit(df[features], y)\n",
            title="no decision about a person's chances",
        ),
        Example(
            "import pandas as pd\n"
            "from sklearn.metrics import accuracy_score\n"
            "from sklearn.tree import DecisionTreeClassifier\n"
            "df = pd.read_csv('credit.csv')\n"
            "features = ['age', 'sex']\n"
            "y = df['credit_risk']\n"
            "net = DecisionTreeClassifier().fit(df[features], y)\n"
            "women = df[df['sex'] == 'female']\n"
            "print(accuracy_score(women['credit_risk'], net.predict(women[features])))\n",
            title="one group is looked at",
        ),
    )

    def collect_file(self, file: File) -> Iterator[Any]:
        found = [target for target in collect_targets(file) if target.used and _decides(target)]
        if found and not _looks_at_groups(file):
            for target in found:
                yield (target.name, target.table, target.place, list(target.used))

    def check(self, project: Project, facts: Sequence[Any]) -> Iterator[Finding]:
        if not facts or measures_fairness(project):
            return
        for name, table_name, place, used in facts[:1]:
            columns = ", ".join(column for column, _ in used)
            of_table = f" of {table_name}" if table_name else ""
            yield self.finding(
                used[0][1],
                f"`{name}`{of_table} is predicted from {columns}, and nothing measures the groups. "
                f"Such systems are high-risk in AI Act Annex III ({date_of('eu-annex-iii')})",
                help="measure by group (fairlearn MetricFrame, groupby) and put it into the card",
                evidence=[
                    Evidence(place, f"target `{name}`"),
                    *[Evidence(at, f"attribute `{column}`") for column, at in used[1:]],
                    *[Evidence(at, f"target `{other}`") for other, _, at, _ in facts[1:]],
                ],
            )


def _decides(target: Target) -> bool:
    return bool(target.table) or target.name in table("datasets")["consequential_targets"]


_OF_MODEL = regex(
    r"pred|proba|y_hat|acc|err|recall|precision|f1|auc|fpr|tpr|fnr|score|confusion|rate", re.I
)


def _looks_at_groups(file: File) -> bool:
    """Whether a line groups what a model predicts, or compares one group of people."""
    names = "|".join(sorted(spellings(protected())))
    grouped = re.compile(rf"groupby\(\s*(?:by\s*=\s*)?\[?[\"'](?:{names})[\"']")
    one_group = re.compile(rf"\b(?:{names})[\"']?\]?\s*[=!]=\s*[\"'\d]")
    return any(
        (grouped.search(line) and _OF_MODEL.search(line)) or one_group.search(line)
        for line in file.lines
        if "groupby" in line or "=" in line
    )


_PEOPLE_TAGS = frozenset(
    (
        "face-recognition face-detection speaker-recognition speaker-verification "
        "emotion-recognition age-classification gender-classification hate-speech-detection "
        "toxicity medical resume-screening"
    ).split()
)
_NUMBER = regex(r"\d+(?:\.\d+)?\s*%|0\.\d+|\|\s*\d")


class NoGroupMetrics(ProjectRule):
    """A card of a model about people gives no results by group.

    ## What it does
    For cards whose tags or data sets are about people (faces, voices, medical records), looks for a
    section on factors, fairness or subgroups that holds numbers. Profiles `hub-release`, `neurips`
    and `eu-documentation`.

    ## Why is this bad?
    An average hides for whom the model fails.

    ## References
    - https://arxiv.org/abs/1810.03993
    """

    code = "FAIR002"
    name = "no-group-metrics"
    profiles = ("hub-release", "neurips", "eu-documentation")
    bad = (
        Example(
            "---\nlicense: mit\ntags:\n- face-recognition  # <-\nlibrary_name: timm\n---\n# Net\n",
            path="README.md",
            profile="hub-release",
        ),
        Example(
            "---\nlicense: mit\nlibrary_name: timm\ndatasets:\n- flwrlabs/celeba\n"
            "- celeba  # <-\n---\n# Net\n## Fairness\nIt is fair.\n",
            path="README.md",
            profile="eu-documentation",
        ),
    )
    good = (
        Example(
            "---\nlicense: mit\ntags:\n- face-recognition\nlibrary_name: timm\n---\n# Net\n"
            "## Fairness\n| group | error |\n|---|---|\n| women | 1.3 % |\n| men | 1.1 % |\n",
            path="README.md",
            profile="hub-release",
        ),
        Example(
            "---\nlicense: mit\ntags:\n- mushrooms\nlibrary_name: timm\n---\n# Net\n",
            path="README.md",
            profile="neurips",
        ),
    )

    def check(self, project: Project, facts: Sequence[Any]) -> Iterator[Finding]:
        for card in project_cards(project).models:
            about = _about_people(card)
            section = card.section(section_titles("factors"))
            if about is None or (section is not None and _NUMBER.search(section.text)):
                continue
            yield self.finding(
                card.place(about),
                f"the model is about people ({about}), and the card gives no results by group",
                help="a table of the metric by group, with the size of each group",
            )


def _about_people(card: Card) -> str | None:
    for tag in card.values("tags"):
        if tag.lower() in _PEOPLE_TAGS:
            return tag
    for name in card.values("datasets"):
        identifier = dataset_of(name)
        if identifier is not None and datasets()[identifier].people and "/" not in name:
            return name
    return None
