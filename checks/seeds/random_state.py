"""SEED008: estimators and splitters that draw, without a random_state."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from ...auditor.entrypoints import is_test_path
from ...auditor.example import Example
from ...auditor.file import File, Site
from ...auditor.finding import Confidence, Finding
from ...auditor.project import Project
from ...auditor.rule import Prediction, ProjectRule
from ..usage.copied import is_copied
from ..usage.reach import reach_of
from ..usage.uses import owner_of, uses_of
from .reading import calls_of, in_tests
from .seeding import seeding_of

_TABLE = Path(__file__).parent.parent / "data" / "random_state.yaml"
#: Embeddings of points in the plane.
_EMBEDS = ("sklearn.manifold.",)
_ALL_SEEDERS = frozenset(
    ("numpy.random.seed", "numpy.random.set_state", "keras.utils.set_random_seed")
)


@cache
def drawing_estimators() -> Mapping[str, tuple[str, Mapping[str, list[Any]]]]:
    """Return name -> (`always`, `unless` or `when`, argument -> values); see the data file."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    table: Any = yaml.load(_TABLE.read_bytes(), loader)
    names: dict[str, tuple[str, Mapping[str, list[Any]]]] = {
        f"{module}.{name}": ("always", {})
        for module, each in table["always"].items()
        for name in each
    }
    for kind in ("unless", "when"):
        names |= {name: (kind, conditions) for name, conditions in table[kind].items()}
    return names


class MissingRandomState(ProjectRule):
    """An estimator, splitter or generator of data draws, and its `random_state` is None.

    ## What it does
    Reports scikit-learn and imbalanced-learn classes and functions that really draw with the given
    arguments: `KFold` only when it shuffles, `SVC` only with `probability=True`,
    `LogisticRegression` only with a solver that draws. Silent where the same file seeds NumPy's
    global stream, from which scikit-learn draws when `random_state` is None. With `--pedantic`
    only: what nothing in the project uses, what only programs reach that seed NumPy elsewhere,
    embeddings, which are mostly made for a picture, and copies of other projects.

    ## Why is this bad?
    Another split or another initialisation in every run: scores move and test rows leak into
    training between runs.

    ## Use instead
    ```python
    train, test = train_test_split(rows, random_state=0)
    ```

    ## References
    - https://scikit-learn.org/stable/common_pitfalls.html#controlling-randomness
    """

    code = "SEED008"
    name = "missing-random-state"
    predicts = (Prediction("unseeded-rng", stream="sklearn"), Prediction("unseeded-rng", "numpy"))
    calls = frozenset(drawing_estimators())
    frameworks = ("sklearn",)
    bad = (
        Example(
            "from sklearn.model_selection import train_test_split as split\n"
            "train, test = split([1, 2, 3], test_size=0.5)  # <-\n"
        ),
        Example(
            "from sklearn.ensemble import RandomForestClassifier\n"
            "model = RandomForestClassifier(n_estimators=10)  # <-\n"
        ),
        Example("from sklearn.svm import SVC\nmodel = SVC(probability=True)  # <-\n"),
        Example(
            "import sklearn.model_selection as ms\n"
            "folds = ms.KFold(n_splits=5, shuffle=True, random_state=None)  # <-\n"
        ),
    )
    good = (
        Example("from sklearn.svm import SVC\nmodel = SVC(probability=False)\n"),
        Example("from sklearn.model_selection import KFold\nfolds = KFold(n_splits=5)\n"),
        Example(
            "from sklearn.linear_model import LogisticRegression\n"
            "model = LogisticRegression(C=2.0)\n"
        ),
        Example(
            "from sklearn.model_selection import train_test_split\n"
            "train, test = train_test_split([1, 2, 3], shuffle=False)\n"
        ),
        Example(
            "import numpy as np\n"
            "from sklearn.cluster import KMeans\n"
            "np.random.seed(0)\n"
            "labels = KMeans(3).fit_predict(np.eye(9))\n"
        ),
        Example(
            "from sklearn.cluster import KMeans\n"
            "def cluster(rows, random_state=None):\n"
            "    return KMeans(3, random_state=random_state).fit(rows)\n"
        ),
    )

    def collect(self, site: Site) -> Iterator[Any]:
        name = site.name or ""
        if name not in drawing_estimators() or site.spreads:
            return
        if in_tests(site.file.path) or is_test_path(site.file.path):
            return
        state = site.argument(None, "random_state")
        if state is not None:
            value = site.constant(state)
            if value is None or value.value is not None or value.via in {"parameter", "option"}:
                return
        if not draws(site, name) or seeds_numpy(site.file):
            return
        short = name.rsplit(".", 1)[-1]
        finding = self.finding(
            site.place,
            f"{short} draws, and its random_state is None: another result in every run",
            help="random_state=n",
            stream="sklearn",
            confidence=Confidence.HIGH if state is None else Confidence.MEDIUM,
        )
        yield (owner_of(site.file, site.node), name.startswith(_EMBEDS), finding)

    def check(self, project: Project, facts: Sequence[Any]) -> Iterator[Finding]:
        uses, reach = uses_of(project), reach_of(project)
        for owner, embeds, finding in facts:
            path = finding.place.path
            is_idle = embeds or is_copied(project, path) or (owner and uses.is_unused(path, owner))
            programs = [] if is_idle else reach.programs(path)
            seeding = seeding_of(project).files("numpy") if programs else frozenset[str]()
            is_seeded = programs and not any(map(seeding.isdisjoint, programs))
            yield finding.doubted(is_idle or is_seeded)

    def check_alone(self, facts: Sequence[Any]) -> Iterator[Finding]:
        yield from (finding for _, _, finding in facts)


def draws(site: Site, name: str) -> bool:
    """Whether the call really draws with the arguments that are visible."""
    kind, conditions = drawing_estimators()[name]
    if kind == "always":
        return True
    for argument, values in conditions.items():
        given = site.argument(None, argument)
        value = site.constant(given)
        if given is not None and value is None:
            return False
        if value is not None and value.value in values:
            return kind == "when"
    return kind == "unless"


def seeds_numpy(file: File) -> bool:
    """Whether a file seeds NumPy's global stream, or calls a helper that by its name may do so."""
    for call in calls_of(file.tree):
        func = call.func
        last = func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")
        if last == "manual_seed":
            continue
        if "seed" not in last.lower() and last not in {"set_determinism", "set_state"}:
            continue
        name = file.dotted(func, file.scope_of(call)) or last
        if name in _ALL_SEEDERS or not name.startswith(("random.", "torch.", "tensorflow.random.")):
            return True
    return False
