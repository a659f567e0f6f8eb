"""USE110 to USE112: people who are scored, judged, granted or refused."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from ...auditor.example import Example
from ...auditor.file import File
from ...auditor.finding import Confidence, Evidence, Finding, Severity
from ...auditor.place import Place
from ...auditor.project import Project
from ...auditor.rule import ProjectRule
from ..cards.reading import project_cards
from ..data.tables import table
from ..datasets.references import collect_datasets
from ..people.targets import Target, collect_targets, protected, spellings
from .evidence import clause, imported_roots, is_stated, row


class _ScoringRule(ProjectRule):
    """A model on a table whose target column is one of a list."""

    capability: ClassVar[str]

    def collect_file(self, file: File) -> Iterator[Any]:
        wanted = set(row(self.capability)["targets"])
        for target in collect_targets(file):
            if self.counts(target, wanted):
                of_table = f" of {target.table}" if target.table else ""
                yield (target.name, of_table, target.place, [name for name, _ in target.used])

    def counts(self, target: Target, wanted: set[str]) -> bool:
        """Whether a target is one of the capability's."""
        return target.name in wanted

    def check(self, project: Project, facts: Sequence[Any]) -> Iterator[Finding]:
        if facts and not self.is_satisfied(project):
            name, of_table, place, columns = facts[0]
            yield self.tell(
                place,
                f"the target is `{name}`{of_table}"
                + (f", from {', '.join(columns)}" if columns else ""),
                [Evidence(other, f"target `{target}`") for target, _, other, _ in facts[1:]],
            )

    def tell(self, place: Place, note: str, evidence: list[Evidence]) -> Finding:
        """Build the finding."""
        capability = row(self.capability)
        return self.finding(
            place,
            f"{capability['title']}: {note}; {clause(capability)}. "
            f"Missing: {capability['statement']}",
            help="write it into the README or card",
            evidence=evidence,
        )

    def is_satisfied(self, project: Project) -> bool:
        """Whether the documents say what it is for and what not."""
        return is_stated(project) or project_cards(project).section("uses") is not None


class SocialScoring(_ScoringRule):
    """A model predicts how worthy of trust people are.

    ## What it does
    Reports a target column named as a social score. A name says little: the confidence is low, and
    the rule is shown under `--pedantic` only. `sklearn.manifold.trustworthiness` is another thing.

    ## Why is this bad?
    Scoring the conduct of people is what the law names.

    ## References
    - https://artificialintelligenceact.eu/article/5/
    """

    code = "USE110"
    words = spellings(row("social-scoring")["targets"])
    name = "social-scoring"
    confidence = Confidence.LOW
    capability = "social-scoring"
    bad = (
        Example(
            "import pandas as pd\n"
            "from sklearn.linear_model import LinearRegression\n"
            "df = pd.read_csv('people.csv')\n"
            "y = df['citizen_score']  # <-\n"
            "LinearRegression().fit(df[['age']], y)\n"
        ),
        Example(
            "import lightgbm as gbm\n"
            "TARGET = 'social_score'  # <-\n"
            "def run(df):\n"
            "    return gbm.LGBMRegressor().fit(df, df[TARGET])\n"
        ),
    )
    good = (
        Example(
            "from sklearn.manifold import trustworthiness\nprint(trustworthiness([[1]], [[1]]))\n"
        ),
        Example("social_score = 3\nprint(social_score)\n"),
    )


class PredictivePolicing(_ScoringRule):
    """A model predicts offences of persons.

    ## What it does
    Reports target columns such as `two_year_recid`, and the COMPAS data where it is loaded. A
    project that imports a fairness library is studying it, and is not reported.

    ## Why is this bad?
    Judging people by their profile is what the law names; the data carry the policing of the past.

    ## References
    - https://artificialintelligenceact.eu/article/5/
    - https://github.com/propublica/compas-analysis
    """

    code = "USE111"
    name = "predictive-policing"
    capability = "predictive-policing"
    words = spellings(row("predictive-policing")["targets"]) | {"compas", "compas_scores"}
    bad = (
        Example(
            "import pandas as pd\n"
            "from sklearn.ensemble import RandomForestClassifier as Forest\n"
            "df = pd.read_csv('scores.csv')\n"
            "y = df['two_year_recid']  # <-\n"
            "Forest().fit(df[['age', 'priors_count']], y)\n"
        ),
        Example("data_path = 'data/compas-scores-two-years.csv'  # <-\n"),
    )
    good = (
        Example(
            "import fairlearn\n"
            "import pandas as pd\n"
            "from sklearn.linear_model import LogisticRegression\n"
            "df = pd.read_csv('scores.csv')\n"
            "y = df['two_year_recid']\n"
            "LogisticRegression().fit(df[['age']], y)\n"
        ),
        Example("note = 'two_year_recid is a column of COMPAS'\n"),
    )

    def collect_file(self, file: File) -> Iterator[Any]:
        yield from super().collect_file(file)
        wanted = set(row(self.capability)["datasets"])
        for identifier, _, place, *_ in collect_datasets(file):
            if identifier in wanted:
                yield ("COMPAS", "", place, [])

    def is_satisfied(self, project: Project) -> bool:
        fair = set(table("datasets")["fairness_evidence"])
        return bool(fair & imported_roots(project).keys()) or super().is_satisfied(project)


class AnnexThreeScoring(_ScoringRule):
    """A model decides on credit, hiring, admission or benefits of people.

    ## What it does
    Reports target columns such as `loan_status` or `hired` beside columns of people. Information
    only: a section on intended use settles it.

    ## Why is this bad?
    It is high-risk in the European Union; the file of such a system has to say what it is for.

    ## References
    - https://artificialintelligenceact.eu/annex/3/
    """

    code = "USE112"
    words = spellings(protected())
    name = "annex3-scoring"
    severity = Severity.INFO
    capability = "annex3-scoring"
    bad = (
        Example(
            "import pandas as pd\n"
            "from xgboost import XGBClassifier\n"
            "df = pd.read_csv('loans.csv')\n"
            "features = ['income', 'gender', 'marital_status']\n"
            "y = df['loan_status']  # <-\n"
            "XGBClassifier().fit(df[features], y)\n"
        ),
        Example(
            "import sklearn.svm as svm\n"
            "def run(df):\n"
            "    y = df.pop('hired')  # <-\n"
            "    X = df[['sex', 'age']]\n"
            "    return svm.SVC().fit(X, y)\n"
        ),
    )
    good = (
        Example(
            "import pandas as pd\n"
            "from xgboost import XGBClassifier\n"
            "df = pd.read_csv('bonds.csv')\n"
            "y = df['credit_risk']\n"
            "XGBClassifier().fit(df[['spread', 'maturity']], y)\n",
            title="no columns of people",
        ),
        Example(
            "import pandas as pd\n"
            "from xgboost import XGBClassifier\n"
            "df = pd.read_csv('loans.csv')\n"
            "features = ['income', 'gender']\n"
            "y = df['loan_status']\n"
            "XGBClassifier().fit(df[features], y)\n",
            files=(
                (
                    "README.md",
                    "# Loans\n## Intended use\nTeaching only: never decides about real people.\n",
                ),
            ),
        ),
    )

    def counts(self, target: Target, wanted: set[str]) -> bool:
        return bool(target.used) and (bool(target.table) or super().counts(target, wanted))
