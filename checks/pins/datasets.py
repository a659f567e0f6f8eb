"""PIN009: datasets from a hub or catalogue without a fixed version."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator

from ...auditor.documents.requirement import is_full_hash
from ...auditor.example import Example
from ...auditor.file import Site
from ...auditor.finding import Confidence, Finding, Severity
from ...auditor.regex import regex
from ...auditor.rule import SiteRule
from .config_defaults import holds_options
from .hub import (
    Revision,
    constant_or_default,
    is_repository,
    is_run_code,
    is_true,
    revision_of,
    why_not_fixed,
)
from .written import is_written_here

#: Builders of the datasets package that read files at hand.
_BUILDERS = frozenset(
    "csv json parquet text pandas arrow sql xml imagefolder audiofolder videofolder pdffolder "
    "webdataset generator spark hdf5 niftifolder lance cache".split()
)
_LOCAL_WORDS = frozenset(
    "data dataset datasets train test raw processed output outputs cache".split()
)
#: Readers of tables that take `hf://datasets/owner/name@revision/file`.
_TABLE_READERS = (
    *(f"pandas.read_{kind}" for kind in ("csv", "json", "parquet")),
    *(f"polars.read_{kind}" for kind in ("csv", "ndjson", "parquet")),
    *(f"polars.scan_{kind}" for kind in ("csv", "ndjson", "parquet")),
)
_HUB_TABLE = regex(r"hf://datasets/([\w.-]+/[\w.-]+?)(?:@([^/]+))?/")
#: Options that name a dataset, not a file or folder.
_DATASET_OPTION = regex(
    r"(?:\w+_)?(?:dataset|data)(?:_name|_id|_repo|_repo_id|_name_or_path)|(?:hf_|hub_)?dataset"
)
_REVISION_OPTION = regex(r"data(?:set)?_(?:revision|version|commit)")
_PROGRAM = regex(r"^if __name__ == ", re.M)
_BARE_DATASET = regex(r"[a-z0-9][\w-]{2,}")


class UnpinnedDataset(SiteRule):
    """A dataset is loaded from a hub or catalogue without a fixed version.

    ## What it does
    Reports `datasets.load_dataset`, dataset downloads and `hf://` tables from the Hugging Face hub
    without a full commit hash, `tfds.load` without a version where tensorflow-datasets is not
    pinned, `fetch_openml` by name without a version, and `kagglehub` handles without
    `/versions/N`; one finding a file and dataset. Where a program leaves the hub dataset to an
    option and no revision can be given with it, that is an information.
    Builders of local files (`csv`, `json`, `imagefolder` …) and local paths are not reported.

    ## Why is this bad?
    Datasets are corrected, deduplicated, relabelled and withdrawn under the same name. Scores
    move with them and nothing in the repository says so.

    ## Use instead
    `load_dataset(name, revision="<full commit hash>")`, `tfds.load("mnist:3.0.1")`,
    `fetch_openml("mnist_784", version=1)`, `dataset_download("owner/name/versions/3")`.

    ## References
    https://huggingface.co/docs/datasets/loading
    """

    code = "PIN009"
    name = "unpinned-dataset"
    calls = frozenset(
        {
            "datasets.load_dataset",
            "datasets.load_dataset_builder",
            "huggingface_hub.hf_hub_download",
            "huggingface_hub.snapshot_download",
            "tensorflow_datasets.load",
            "tensorflow_datasets.builder",
            "tensorflow_datasets.data_source",
            "sklearn.datasets.fetch_openml",
            "kagglehub.dataset_download",
            "kagglehub.dataset_load",
            "kagglehub.load_dataset",
        }
    ) | frozenset(_TABLE_READERS)
    bad = (
        Example('from datasets import load_dataset as load\ntrain = load("imdb")  # <-\n'),
        Example(
            'import tensorflow_datasets as tfds\ntrain = tfds.load("mnist", split="train")  # <-\n'
        ),
        Example(
            "from sklearn.datasets import fetch_openml\n"
            'x, y = fetch_openml("mnist_784", return_X_y=True)  # <-\n'
        ),
        Example(
            "import pandas as pd\n"
            'table = pd.read_parquet("hf://datasets/lab/shapes/train.parquet")  # <-\n'
        ),
        Example(
            "from datasets import load_dataset\n"
            "from .options import read_options\n\n\n"
            "def main(script_args):\n"
            "    return load_dataset(script_args.dataset_name, split='train')  # <-\n\n\n"
            'if __name__ == "__main__":\n    main(read_options())\n',
            title="an option names it, none its revision",
        ),
    )
    good = (
        Example(
            "from datasets import load_dataset\n"
            'load_dataset("csv", data_files="a.csv")\nload_dataset("./corpus")\n'
            'load_dataset("imdb", revision="e6281661ce1c48d982bc483cf8a173c1bbeb5d31")\n'
        ),
        Example('import tensorflow_datasets as tfds\ntrain = tfds.load("mnist:3.0.1")\n'),
        Example(
            'import tensorflow_datasets as tfds\ntrain = tfds.load("mnist")\n',
            files=(("requirements.txt", "tensorflow-datasets==4.9.3\n"),),
            title="the pinned catalogue fixes the version",
        ),
        Example(
            "from datasets import load_dataset\n"
            "from .options import read_options\n\n\n"
            "def main(script_args):\n"
            "    load_dataset(script_args.data_folder)\n"
            "    revision = script_args.dataset_revision\n"
            "    load_dataset(script_args.dataset_name, revision=revision)\n\n\n"
            'if __name__ == "__main__":\n    main(read_options())\n'
        ),
    )

    def check(self, site: Site) -> Iterator[Finding]:
        if not is_run_code(site.file.path) or site.name is None:
            return
        package = site.name.split(".", 1)[0]
        checks: dict[str, Callable[[Site], Iterator[Finding]]] = {
            "datasets": self._hub,
            "huggingface_hub": self._download,
            "tensorflow_datasets": self._tfds,
            "sklearn": self._openml,
            "kagglehub": self._kaggle,
            "pandas": self._table,
            "polars": self._table,
        }
        yield from checks[package](site)

    def _confidence(self, via: str) -> Confidence:
        return Confidence.MEDIUM if via in {"parameter", "option"} else Confidence.HIGH

    def _hub(self, site: Site) -> Iterator[Finding]:
        named = site.argument(0, "path")
        known = constant_or_default(site, named)
        if known is None and named is not None:
            yield from self._left_to_an_option(site, named)
        if known is None or not isinstance(known.value, str):
            return
        name = known.value
        bare = _BARE_DATASET.fullmatch(name) and name not in _BUILDERS | _LOCAL_WORDS
        if not (bare or is_repository(name, bare=False)) or is_true(site, "trust_remote_code"):
            return
        if is_written_here(site, name):
            return
        revision = revision_of(site, "revision")
        if revision.state in {"absent", "moving"}:
            yield self.finding(
                site.place,
                f"the dataset {name} is loaded {why_not_fixed(revision)}",
                help='add revision="<full commit hash>" from the dataset\'s page',
                confidence=self._confidence(known.via),
                subject=known.value,
            )

    def _left_to_an_option(self, site: Site, named: ast.expr) -> Iterator[Finding]:
        if not isinstance(named, ast.Attribute) or not holds_options(named.value):
            return
        text = site.file.source.text
        if not _DATASET_OPTION.fullmatch(named.attr) or not _PROGRAM.search(text):
            return
        if revision_of(site, "revision").state == "absent" and not _REVISION_OPTION.search(text):
            yield self.finding(
                site.place,
                f"{ast.unparse(named)} names a dataset on the hub, and no revision can be given: "
                "the same command loads whatever the main branch holds that day",
                help="add an option for the revision and pass it on as revision=",
                severity=Severity.INFO,
                confidence=Confidence.MEDIUM,
                subject=f"option {named.attr}",
            )

    def _download(self, site: Site) -> Iterator[Finding]:
        kind = site.constant(site.argument(None, "repo_type"))
        known = site.constant(site.argument(0, "repo_id"))
        if kind is None or kind.value != "dataset" or known is None:
            return
        revision = revision_of(site, "revision")
        if isinstance(known.value, str) and revision.state in {"absent", "moving"}:
            yield self.finding(
                site.place,
                f"the dataset {known.value} is downloaded {why_not_fixed(revision)}",
                help='add revision="<full commit hash>" from the dataset\'s page',
                confidence=self._confidence(known.via),
                subject=known.value,
            )

    def _table(self, site: Site) -> Iterator[Finding]:
        known = site.constant(site.argument(0, "filepath_or_buffer", "path", "source"))
        found = _HUB_TABLE.match(known.value) if known and isinstance(known.value, str) else None
        if known is None or found is None or is_full_hash(found[2] or ""):
            return
        revision = Revision("moving", found[2]) if found[2] else Revision("absent")
        yield self.finding(
            site.place,
            f"the dataset {found[1]} is read {why_not_fixed(revision)}",
            help=f"write hf://datasets/{found[1]}@<full commit hash>/…",
            confidence=self._confidence(known.via),
            subject=found[1],
        )

    def _tfds(self, site: Site) -> Iterator[Finding]:
        known = site.constant(site.argument(0, "name"))
        pinned = site.versions.exact("tensorflow-datasets") is not None
        if known is None or not isinstance(known.value, str) or pinned:
            return
        name, _, version = known.value.partition(":")
        if re.fullmatch(r"\d+\.\d+\.\d+", version) or not re.fullmatch(r"[\w/-]+", name):
            return
        yield self.finding(
            site.place,
            f"{name} is loaded at whatever version the installed tensorflow-datasets has "
            f"({site.versions.say('tensorflow-datasets')})",
            help=f'name the version: "{name}:x.y.z", or pin tensorflow-datasets',
            confidence=Confidence.MEDIUM,
            subject=name,
        )

    def _openml(self, site: Site) -> Iterator[Finding]:
        known = site.constant(site.argument(0, "name"))
        version = site.argument(None, "version")
        if known is None or not isinstance(known.value, str) or site.argument(None, "data_id"):
            return
        told = site.constant(version)
        if version is not None and (told is None or told.value != "active"):
            return
        if not site.spreads:
            yield self.finding(
                site.place,
                f'the OpenML dataset {known.value} is fetched at its "active" version, which moves',
                help="add version=N or use data_id=N",
                confidence=self._confidence(known.via),
                subject=known.value,
            )

    def _kaggle(self, site: Site) -> Iterator[Finding]:
        position = 1 if site.last in {"dataset_load", "load_dataset"} else 0
        known = site.constant(site.argument(position, "handle"))
        if known is None or not isinstance(known.value, str):
            return
        if re.fullmatch(r"[\w-]+/[\w-]+", known.value):
            yield self.finding(
                site.place,
                f"the Kaggle dataset {known.value} is downloaded at its newest version",
                help=f'name the version: "{known.value}/versions/N"',
                confidence=self._confidence(known.via),
                subject=known.value,
            )
