"""DATA001, DATA002, DATA007: what is known of the data sets that are used."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from ...auditor.example import Example
from ...auditor.file import File
from ...auditor.finding import Evidence, Finding, Severity
from ...auditor.project import Project
from ...auditor.regex import regex
from ...auditor.rule import ProjectRule
from ..cards.reading import project_cards
from ..data.tables import Dataset, datasets
from .named import gate_stems, gate_words
from .references import collect_datasets
from .uses import DatasetReference, dataset_references

_WITHDRAWN = frozenset({"withdrawn", "withdrawn-version"})
_CAUTION = frozenset({"deprecated-ethics", "restricted", "caution", "unclear"})
_AGREED = frozenset({"credentialed", "gated-terms", "conditions"})
_FAIRNESS_PATH = regex(r"fairness|ethic|bias", re.I)


class DatasetRule(ProjectRule):
    """One finding a data set, with every place where it is used as evidence."""

    words = gate_words()
    stems = gate_stems()

    def collect_file(self, file: File) -> Iterator[Any]:
        return iter(collect_datasets(file))

    def uses(
        self, project: Project, facts: Sequence[Any], statuses: frozenset[str]
    ) -> Iterator[tuple[Dataset, list[DatasetReference]]]:
        """Yield the data sets of some statuses with their uses, in the order of places."""
        by_id: dict[str, list[DatasetReference]] = {}
        for found in dataset_references(list(facts), project):
            if datasets()[found.id].status in statuses:
                by_id.setdefault(found.id, []).append(found)
        for identifier, uses in sorted(by_id.items()):
            order = {"card": 0, "loader": 1, "call": 1, "option": 2, "config": 2}
            uses.sort(key=lambda item: (order[item.how], item.place))
            yield datasets()[identifier], uses

    def about(
        self, found: list[DatasetReference], message: str, help: str, severity: Severity
    ) -> Finding:
        """Build the finding at the first use."""
        return self.finding(
            found[0].place,
            message,
            help=help,
            severity=severity,
            evidence=[
                Evidence(item.place, f"{item.text!r} ({item.how})") for item in _spread(found)[1:40]
            ],
        )


def _spread(found: list[DatasetReference]) -> list[DatasetReference]:
    """Return uses with the first of every file before the second of any: all files are shown."""
    seen: dict[str, int] = {}
    ranks: list[int] = []
    for item in found:
        ranks.append(seen.setdefault(item.place.path, 0))
        seen[item.place.path] += 1
    return [item for _, item in sorted(zip(ranks, found, strict=True), key=lambda pair: pair[0])]


class WithdrawnDataset(DatasetRule):
    """A data set is used that its creators or hosts took back.

    ## What it does
    Knows the data sets on the NeurIPS list of deprecated data sets and some more, with their
    derived names, and reports them where they are loaded or configured: an argument of a loader, a
    data key of a configuration, `datasets` in a card. A name in a comment or a sentence is nothing.
    One finding a data set.

    ## Why is this bad?
    People in the data, or its authors, asked for it to be gone. Copies live on under derived names;
    a paper or a product that builds on them inherits the harm, and venues reject them.

    ## Use instead
    The replacement, where there is one; else another data set, or a sentence that says why this one
    was needed and who decided.

    ## References
    - https://neurips.cc/public/deprecated-datasets
    """

    code = "DATA001"
    name = "withdrawn-dataset"
    severity = Severity.ERROR
    bad = (
        Example(
            "from easydict import EasyDict as edict\n"
            "config = edict()\n"
            "config.rec = '/train_tmp/ms1m-retinaface-t1'  # <-\n",
            path="configs/base.py",
        ),
        Example(
            "from datasets import load_dataset as load\n"
            "books = load('the_pile_books3', split='train')  # <-\n",
            path="prepare.py",
        ),
        Example("data:\n  train_path: /data/DukeMTMC-reID  # <-\n", path="conf/reid.yaml"),
        Example(
            "config = dict()\nconfig.data_dir = './MS1M_v3'  # <-\n",
            path="configs/r50.py",
            title="inside a longer word",
        ),
    )
    good = (
        Example(
            "# once trained on MS-Celeb-1M\n"
            "def extract_features(net, tiny_imagenet='data/tiny-imagenet-200'):\n"
            "    return net(tiny_imagenet)\n"
        ),
        Example(
            "import open_clip\n"
            "net = open_clip.create_model('ViT-B-32', pretrained='laion400m_e32')\n",
            title="the name of weights",
        ),
        Example(
            "classes = 93431\ntrain_data = 'data/ms1m-retinaface-t1'\n",
            path="settings.py",
            files=(("net.py", "from settings import classes\nprint(classes)\n"),),
            title="a relic of copied code: who imports the module takes something else",
        ),
        Example(
            "from datasets import load_dataset\n"
            "rows = load_dataset('laion/relaion2b-en-research-safe')\n",
            title="the replacement",
        ),
    )

    def check(self, project: Project, facts: Sequence[Any]) -> Iterator[Finding]:
        for dataset, found in self.uses(project, facts, _WITHDRAWN):
            instead = f"; {dataset.replacement[0]} replaces it" if dataset.replacement else ""
            yield self.about(
                found,
                f"{dataset.title} is used here ({found[0].text!r}): {dataset.why}",
                "use another data set, or say why this one is needed and who decided"
                f"{instead}; source: {dataset.source}",
                Severity(dataset.severity),
            )


class DeprecatedDataset(DatasetRule):
    """A data set is used that libraries removed, or of which its own makers warn.

    ## What it does
    Reports the Boston housing data (removed from scikit-learn 1.2), The Pile as first published,
    and data sets with known objections. Files about fairness may use Boston housing.

    ## Why is this bad?
    The objection is known and written down; a reader will ask why it was ignored.

    ## References
    - https://scikit-learn.org/1.1/modules/generated/sklearn.datasets.load_boston.html
    """

    code = "DATA002"
    name = "deprecated-dataset"
    bad = (
        Example(
            "from sklearn.datasets import load_boston\nX, y = load_boston(return_X_y=True)  # <-\n"
        ),
        Example(
            "from tensorflow import keras as k\n"
            "(x, y), _ = k.datasets.boston_housing.load_data()  # <-\n"
        ),
        Example(
            "from datasets import load_dataset\n"
            "text = load_dataset('EleutherAI/pile', split='train')  # <-\n"
        ),
    )
    good = (
        Example("from sklearn.datasets import fetch_california_housing as fetch\nx = fetch()\n"),
        Example(
            "from sklearn.datasets import load_boston\nX = load_boston()\n",
            path="notebooks/fairness_of_prices.py",
        ),
        Example(
            "from datasets import load_dataset\n"
            "text = load_dataset('monology/pile-uncopyrighted')\n"
        ),
    )

    def check(self, project: Project, facts: Sequence[Any]) -> Iterator[Finding]:
        for dataset, found in self.uses(project, facts, _CAUTION):
            if dataset.id == "boston-housing":
                found = [use for use in found if not _FAIRNESS_PATH.search(use.place.path)]
            if not found:
                continue
            severity = Severity.WARNING if dataset.severity != "info" else Severity.INFO
            yield self.about(
                found,
                f"{dataset.title} is used here ({found[0].text!r}): {dataset.why}",
                f"another data set, or a sentence on why this one; source: {dataset.source}",
                severity,
            )


class AgreementUnnamed(DatasetRule):
    """A data set that needs an agreement is used, and no document names the agreement.

    ## What it does
    Reports credentialed data (MIMIC, eICU) as a warning and data behind terms (The Stack,
    LMSYS-Chat-1M, Common Voice) as information, when no README or card mentions the agreement.

    ## Why is this bad?
    Others run the code without the agreement, and models trained on records of patients are shared
    against it.

    ## Use instead
    A sentence that names the agreement, and who holds it.
    """

    code = "DATA007"
    name = "agreement-unnamed"
    bad = (
        Example(
            "data_root = '/data/mimic-iv/hosp'  # <-\n",
            files=(("README.md", "# Sepsis\nWe predict sepsis.\n"),),
        ),
        Example(
            "import pandas as pd\n"
            "def load(folder, csv_path='labels/mimic-cxr-2.0.0-chexpert.csv.gz'):  # <-\n"
            "    return pd.read_csv(folder + csv_path)\n",
            title="the name of its table",
        ),
        Example(
            "from datasets import load_dataset\n"
            "import datasets as ds\n"
            "rows = ds.load_dataset('lmsys/lmsys-chat-1m')  # <-\n"
        ),
    )
    good = (
        Example(
            "data_root = '/data/mimic-iv/hosp'\n",
            files=(("README.md", "# Sepsis\nMIMIC-IV needs the PhysioNet data use agreement.\n"),),
        ),
        Example("from datasets import load_dataset\nrows = load_dataset('wikitext')\n"),
    )

    def check(self, project: Project, facts: Sequence[Any]) -> Iterator[Finding]:
        cards = project_cards(project)
        for dataset, found in self.uses(project, facts, _AGREED):
            words = "|".join(re.escape(word) for word in dataset.agreement)
            if cards.says(re.compile(rf"\b(?:{words})\b", re.I)) is not None:
                continue
            warn = dataset.status == "credentialed"
            yield self.about(
                found,
                f"{dataset.title} is used here ({found[0].text!r}): {dataset.why}; "
                "no document names the agreement",
                f"name the agreement and who holds it; source: {dataset.source}",
                Severity.WARNING if warn else Severity.INFO,
            )
