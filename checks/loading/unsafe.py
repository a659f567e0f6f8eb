"""SAFE001: loading a file runs code that stands in it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from ...auditor.document import Document
from ...auditor.example import Example
from ...auditor.file import Site
from ...auditor.finding import Confidence, Evidence, Finding, Fix
from ...auditor.project import Project
from ...auditor.rewrite import with_keyword
from ...auditor.rule import SiteRule
from ..pins.hub import is_run_code
from .fetched import fetched_pickles, loads_of
from .provenance import is_from_outside
from .torch_load import Unsafe, unsafe_state_dict_url, unsafe_torch_load

_PICKLES = frozenset(
    "pickle.load pickle.loads _pickle.load cPickle.load cPickle.loads dill.load dill.loads "
    "cloudpickle.load cloudpickle.loads joblib.load sklearn.externals.joblib.load "
    "pandas.read_pickle jsonpickle.decode jsonpickle.loads torch.package.PackageImporter".split()
)
_YAML_UNSAFE = frozenset({"Loader", "UnsafeLoader", "CLoader", "CUnsafeLoader"})


class UnsafeLoad(SiteRule):
    """Loading this file can run code that stands in it.

    ## What it does
    Reports `torch.load` with `weights_only=False` or a `pickle_module`, and without
    `weights_only` unless the declared torch is 2.6 or newer; `load_state_dict_from_url` without
    `weights_only=True` (its default did not change in 2.6); `numpy.load(allow_pickle=True)`;
    `yaml.load` with an unsafe loader; and pickles (pickle, dill, cloudpickle, joblib, pandas).
    A pickle whose file visibly comes from a download, in the code or by a shell script of the
    repository, is reported with high confidence, one whose origin is unknown with low
    (`--pedantic`).

    ## Why is this bad?
    A pickle is a program. Whoever can replace the file, or talk somebody into downloading
    another, runs code with the rights of the user who trains or serves the model.

    ## Use instead
    safetensors, `torch.load(…, weights_only=True)`, `np.load` without pickles, `yaml.safe_load`,
    skops for scikit-learn models.

    ## References
    https://docs.pytorch.org/docs/stable/generated/torch.load.html
    https://nvd.nist.gov/vuln/detail/CVE-2025-32434
    """

    code = "SAFE001"
    name = "unsafe-load"
    patterns = ("*.sh",)
    calls = _PICKLES | frozenset(
        {
            "torch.load",
            "torch.serialization.load",
            "torch.hub.load_state_dict_from_url",
            "torch.utils.model_zoo.load_url",
            "numpy.load",
            "yaml.load",
            "yaml.load_all",
            "yaml.unsafe_load",
            "yaml.full_load",
        }
    )
    bad = (
        Example(
            "from torch import load as read\n"
            'state = read("model.pt", map_location="cpu", weights_only=False)  # <-\n',
            title="through an alias",
        ),
        Example(
            'import torch\nstate = torch.load("model.pt")  # <-\n',
            fixed='import torch\nstate = torch.load("model.pt", weights_only=True)\n',
            files=(("requirements.txt", "torch>=1.13\n"),),
            title="the declared range allows torch before 2.6",
        ),
        Example(
            "import pickle\nimport urllib.request\n\n"
            'with urllib.request.urlopen("https://example.org/w.pkl") as answer:\n'
            "    weights = pickle.load(answer)  # <-\n"
        ),
        Example(
            "import numpy as np\nimport yaml\n"
            'table = np.load("table.npy", allow_pickle=True)  # <-\n'
            'config = yaml.load(open("c.yaml"), Loader=yaml.Loader)  # <-\n'
        ),
        Example(
            "import os\nimport pickle\n\n\ndef corpus(folder, build):\n"
            '    path = os.path.join(folder, "cache.pkl")\n'
            "    if os.path.exists(path):\n"
            '        with open(path, "rb") as file:\n            return pickle.load(file)  # <-\n'
            '    with open(path, "wb") as file:\n        pickle.dump(build(), file)\n'
            '    with open(folder + "/info.json", "w") as file:\n        file.write("{}")\n',
            files=(
                (
                    "download.sh",
                    (
                        "URL=http://models.example.org\n"
                        "fetch () { wget --quiet ${1}; }\nfetch ${URL}/data/cache.pkl\n"
                    ),
                ),
            ),
            title="a cache that a script downloads ready-made",
        ),
    )
    good = (
        Example('import torch\nstate = torch.load("model.pt", weights_only=True)\n'),
        Example(
            'import torch\nstate = torch.load("model.pt")\n',
            files=(("requirements.txt", "torch>=2.6\n"),),
        ),
        Example(
            "import numpy as np\nimport yaml\n"
            'np.load("table.npy")\nyaml.load(open("c.yaml"), Loader=yaml.SafeLoader)\n'
        ),
        Example(
            "import pickle\n\n\ndef cached(build):\n"
            '    with open("cache.pkl", "wb") as file:\n        pickle.dump(build(), file)\n'
            '    with open("cache.pkl", "rb") as file:\n        return pickle.load(file)\n',
            title="a file that the same code writes",
        ),
        Example(
            "import pickle\n\n\ndef cached(build):\n"
            '    with open("cache.pkl", "wb") as file:\n        pickle.dump(build(), file)\n'
            '    with open("cache.pkl", "rb") as file:\n        return pickle.load(file)\n',
            files=(("download.sh", "wget https://example.org/data/table.npz\n"),),
            title="another file is downloaded",
        ),
    )

    def check(self, site: Site) -> Iterator[Finding]:
        if not is_run_code(site.file.path) or site.name is None:
            return
        judge = _JUDGES.get(site.name, _pickle)
        if (found := judge(site)) is not None:
            yield self.finding(
                site.place,
                found.message,
                help=found.help,
                confidence=found.confidence,
                fix=_fix(site, found),
            )

    def check_document(self, document: Document, project: Project) -> Iterator[Finding]:
        fetched = fetched_pickles(document)
        if not fetched:
            return
        for site, name in loads_of(project, _PICKLES, fetched):
            yield self.finding(
                site.place,
                f"{site.name} runs any code that {name} holds, and {document.path} downloads it",
                help="use safetensors, JSON, Parquet or skops, or check the file's hash first",
                confidence=Confidence.HIGH,
                evidence=(Evidence(document.place(fetched[name]), "downloaded here"),),
            )


def _fix(site: Site, found: Unsafe) -> Fix | None:
    """Pass the safe argument; unsafe as a fix, since a pickled model then needs an allow-list."""
    if found.keyword is None:
        return None
    name, value = found.keyword
    return with_keyword(site, name, value, f"pass {name}={value}", safe=False)


def _numpy(site: Site) -> Unsafe | None:
    known = site.constant(site.argument(2, "allow_pickle"))
    if known is None or known.value is not True or known.via in {"parameter", "option"}:
        return None
    return Unsafe(
        "numpy.load(allow_pickle=True) unpickles object arrays, which can run any code in the file",
        "save plain arrays (or JSON beside them) and leave allow_pickle out",
        Confidence.MEDIUM,
    )


def _yaml(site: Site) -> Unsafe | None:
    if site.last == "unsafe_load":
        name = "UnsafeLoader"
    elif site.last == "full_load":
        return None
    else:
        node = site.argument(1, "Loader")
        if node is None:
            if site.spreads or not site.versions.may_be_below("pyyaml", "5.1"):
                return None
            declared = site.versions.get("pyyaml")
            return Unsafe(
                "yaml.load without a Loader builds any Python object in PyYAML before 5.1, and "
                "fails from 6.0 on",
                "use yaml.safe_load",
                Confidence.LOW if declared is None else Confidence.HIGH,
            )
        name = (site.dotted(node) or "").rpartition(".")[2]
    if name not in _YAML_UNSAFE:
        return None
    return Unsafe(
        f"yaml.{site.last} with {name} builds any Python object that the file names",
        "use yaml.safe_load",
        Confidence.HIGH,
    )


def _pickle(site: Site) -> Unsafe | None:
    assert site.name is not None
    argument = site.call.args[0] if site.call.args else None
    if argument is None or _writes_too(site, argument):
        return None
    outside = is_from_outside(site, argument)
    if outside is None and site.last in {"loads", "decode"}:
        return None
    origin = f", and it comes from {outside}" if outside else ""
    return Unsafe(
        f"{site.name} runs any code that the file holds{origin}",
        "use safetensors, JSON, Parquet or skops, or check the file's hash first",
        Confidence.HIGH if outside else Confidence.LOW,
    )


def _writes_too(site: Site, argument: ast.expr) -> bool:
    """Whether the same function also pickles: then it reads back what it wrote."""
    around = next(
        (node for node in site.ancestors() if isinstance(node, (ast.FunctionDef, ast.ClassDef))),
        site.file.tree,
    )
    return any(
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"dump", "dumps", "to_pickle"}
        for node in ast.walk(around)
    )


_JUDGES: dict[str, Callable[[Site], Unsafe | None]] = {
    "torch.load": unsafe_torch_load,
    "torch.serialization.load": unsafe_torch_load,
    "torch.hub.load_state_dict_from_url": unsafe_state_dict_url,
    "torch.utils.model_zoo.load_url": unsafe_state_dict_url,
    "numpy.load": _numpy,
    "yaml.load": _yaml,
    "yaml.load_all": _yaml,
    "yaml.unsafe_load": _yaml,
    "yaml.full_load": _yaml,
}
