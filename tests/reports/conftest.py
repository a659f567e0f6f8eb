"""A small repository with findings of every kind, and one that is hostile."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fwaudit.auditor.discover import discover
from fwaudit.auditor.document import Document
from fwaudit.auditor.environment import Environment
from fwaudit.auditor.finding import Confidence, Edit, Evidence, Finding, Fix, Severity
from fwaudit.auditor.fingerprint import fingerprinted
from fwaudit.auditor.place import NOWHERE, Place
from fwaudit.auditor.project import Project
from fwaudit.auditor.rule import Rule
from fwaudit.auditor.scan import ScanResult, Statistics
from fwaudit.auditor.source import Problem

SNAPSHOTS = Path(__file__).parent / "snapshots"

TRAIN = """import torch
from torchvision.models import resnet18


def main(seed):
    model = resnet18(num_classes=10)
\tpass
    torch.manual_seed(seed)
    return model
"""


class SeedAfterUse(Rule):
    """A stream is seeded after it was drawn from.

    ## What it does
    Reports seeding calls that come too late.
    """

    code = "SEED003"
    name = "seed-after-use"
    severity = Severity.ERROR
    frameworks = ("pytorch",)


class UnseededStream(Rule):
    """An entry point draws from a stream that nothing seeds."""

    code = "SEED001"
    name = "unseeded-stream"


class MissingLock(Rule):
    """No lock file stands beside the requirements."""

    code = "PIN002"
    name = "missing-lock"
    severity = Severity.INFO
    confidence = Confidence.MEDIUM


RULES = (SeedAfterUse, UnseededStream, MissingLock)


def make_result(folder: Path, findings: list[Finding], **rest: Any) -> ScanResult:
    """Return a scan of `folder` with these findings, as `scan` would build it."""
    discovery = discover([folder], current=folder)
    states = discovery.files
    documents = {s.path: Document(s) for s in states if not (s.is_python or s.is_notebook)}
    done = fingerprinted([f for f in findings if f.suppression is None and not f.baselined])
    statistics = {rule.code: Statistics() for rule in RULES}
    for finding in done:
        statistics.setdefault(finding.code, Statistics()).findings += 1
    return ScanResult(
        root=folder,
        findings=done,
        suppressed=fingerprinted([f for f in findings if f.suppression is not None]),
        baselined=fingerprinted([f for f in findings if f.baselined]),
        problems=rest.get("problems", ()),
        python=sum(s.is_python for s in states),
        notebooks=sum(s.is_notebook for s in states),
        documents=len(documents),
        excluded=0,
        oversized=(),
        seconds=0.42,
        statistics=statistics,
        project=Project(discovery, documents, Environment()),
        rules=RULES,
        entry_points=rest.get("entry_points", ()),
    )


ENTRY_POINTS = [
    {
        "path": "train.py",
        "cell": None,
        "line": 5,
        "name": "train.py",
        "streams": [
            {
                "stream": "torch",
                "state": "unseeded",
                "drawn_at": {"path": "train.py", "cell": None, "line": 6},
                "seeded_at": {"path": "train.py", "cell": None, "line": 8},
                "why": "seeded after the model was built",
            }
        ],
    }
]


@pytest.fixture
def small(tmp_path: Path) -> ScanResult:
    """Findings in a file, a notebook, a document, nowhere; suppressed and baselined ones."""
    (tmp_path / "train.py").write_text(TRAIN, "utf-8")
    (tmp_path / "requirements.txt").write_text("torch\n", "utf-8")
    (tmp_path / "broken.py").write_text("print 'x'\n", "utf-8")
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": "# title"},
        {
            "cell_type": "code",
            "metadata": {},
            "outputs": [],
            "execution_count": None,
            "source": "import numpy as np\nx = np.random.rand(3)\n",
        },
    ]
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (tmp_path / "demo.ipynb").write_text(json.dumps(notebook), "utf-8")
    late = SeedAfterUse().finding(
        Place("train.py", 8, 5, 8, 28),
        "torch is seeded here, but the model was built from it 2 lines earlier",
        help="seed at the top of main(), before the model",
        entry_point="train.py",
        stream="torch",
        evidence=[
            Evidence(Place("train.py", 6), "drawn here first (torch: weights of 21 layers)"),
            Evidence(Place("requirements.txt", 1), "no version of torch is pinned"),
        ],
        fix=Fix("Move it up", (Edit(Place("train.py", 8, 5, 8, 28), ""),)),
    )
    draw = UnseededStream().finding(
        Place("demo.ipynb", 2, 5, 2, 22, cell=1),
        "the notebook draws from NumPy's global stream and nothing seeds it",
        help="np.random.seed(0) in the first cell",
        stream="numpy",
        evidence=[Evidence(NOWHERE, "way: demo.ipynb[1]:2")],
    )
    lock = MissingLock().absent("no lock file", help="uv lock")
    from dataclasses import replace

    known = replace(draw, message="known for long", baselined=True, statement="b")
    answered = replace(draw, suppression="a demo; nothing is kept", statement="s")
    problem = Problem(Place("broken.py", 1), "not parsed: Python 2 syntax")
    return make_result(
        tmp_path,
        [lock, draw, late, known, answered],
        problems=(problem,),
        entry_points=ENTRY_POINTS,
    )


ESCAPE = "\x1b[2J\x9b31m\u202egnp.exe\u2066"
SCRIPT = "</script><script>alert(1)</script><img src=x onerror=alert(2)>"
HOSTILE_MESSAGE = f"{ESCAPE} {SCRIPT} ::set-env name=A::b\n::error::owned | `x` @everyone ]]> "


@pytest.fixture
def hostile(tmp_path: Path) -> ScanResult:
    """File names, source lines and messages that try to act on their reader."""
    name = b"a\x1b[31m\xe2\x80\xae\xff<b>,x=1%0A::error::.py"
    with (tmp_path / os.fsdecode(name)).open("wb") as file:
        file.write(b"x = '\x1b[2J\xc2\x9b31m </script><script>alert(1)</script>'  # " + b"y" * 5000)
    path = os.fsdecode(name)
    place = Place(path, 1, 1, 1, 40)
    big = "x" * 10_000_000
    findings = [
        UnseededStream().finding(
            place,
            HOSTILE_MESSAGE,
            help=HOSTILE_MESSAGE,
            entry_point=path,
            evidence=[Evidence(Place(path, 1), HOSTILE_MESSAGE), Evidence(NOWHERE, big)],
        ),
        UnseededStream().finding(place, big, help=big),
    ]
    problem = Problem(place, HOSTILE_MESSAGE)
    return make_result(tmp_path, findings, problems=(problem,))


@pytest.fixture
def snapshot() -> Callable[[str, str], None]:
    """Compare a whole output with the kept one; FWAUDIT_SNAPSHOTS=write replaces it."""

    def compare(name: str, text: str) -> None:
        path = SNAPSHOTS / name
        if os.environ.get("FWAUDIT_SNAPSHOTS") == "write":
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, "utf-8")
        assert text == path.read_text("utf-8")

    return compare


def verification(verdict: str = "nondeterministic", **changes: Any) -> dict[str, Any]:
    """Return a verification as JSON values, without provenance."""
    parted = verdict == "nondeterministic"
    divergence = {
        "cause": "unseeded-rng",
        "stream": "numpy",
        "framework": "torch",
        "step": 1,
        "op": "np.random.uniform",
        "tensor": "batch[0]",
        "rank": None,
        "path": "train.py",
        "line": 6,
        "elements_differing": 47103,
        "max_ulp": None,
        "seen_in": "2/3",
        "rule": "SEED001",
        "remedy": "np.random.seed(seed) before the loader is built",
        "evidence": ["confirmed: with NumPy seeded at start, 3 of 3 runs are equal"],
    }
    runs = [
        {
            "id": f"run-{n}",
            "status": "ok",
            "seconds": 2.5,
            "steps": 90,
            "events": 9,
            "params_digest": "ab",
        }
        for n in range(3)
    ]
    return {
        "schema": "fwaudit.verify/1",
        "verdict": verdict,
        "command": ["python", "train.py"],
        "runs": runs,
        "level": "step",
        "bound": {"identical_pairs": 0 if parted else 2, "p_upper_95": None if parted else 0.776},
        "first_divergence": divergence if parted else None,
        "timeline": {"batch": list(range(90)), "loss": list(range(1, 90))}
        if parted
        else {"loss": []},
        "variations": [
            {"name": "threads", "changed": parted, "first_divergence": None},
            {"name": "hash-seed", "changed": False, "first_divergence": None},
        ],
        "environment": {"python": "3.11.7", "torch": "2.13.0", "processor": "AMD EPYC"},
        **changes,
    }


CARD = """---
license: mit
datasets:
- uoft-cs/cifar10
base_model: microsoft/resnet-18
pipeline_tag: image-classification
co2_eq_emissions:
  emissions: 1200.5
  energy_consumed: 3.2
---
# Small classifier

python train.py --epochs 1

## Intended use

Teaching.

## Limitations

[More Information Needed]

## Citation

@article{doe2026small, title={Small}}
"""


@pytest.fixture
def release(tmp_path: Path) -> Path:
    """A small repository that is released: code, card, licence, lock, weights."""
    folder = tmp_path / "release"
    folder.mkdir()
    (folder / "train.py").write_text(TRAIN.replace("\tpass\n", "    pass\n"), "utf-8")
    (folder / "evaluate.py").write_text("print('accuracy')\n", "utf-8")
    (folder / "README.md").write_text(CARD, "utf-8")
    licence = "Permission is hereby granted, free of charge, to any person obtaining a copy"
    (folder / "LICENSE").write_text(f"MIT License\n\n{licence}\n", "utf-8")
    (folder / "requirements.txt").write_text("torch==2.13.0\nnumpy>=1.26\n", "utf-8")
    (folder / "model.safetensors").write_bytes(b"\0" * 64)
    return folder


def scan_document(folder: Path, **rest: Any) -> dict[str, Any]:
    """Return a scan of the release as JSON values with provenance: one error, one warning."""
    from fwaudit.auditor.dossier.binding import scan_provenance
    from fwaudit.reports import RenderOptions
    from fwaudit.reports.scan_json import document

    findings = [
        SeedAfterUse().finding(
            Place("train.py", 8, 5, 8, 28), "torch is seeded too late", help="seed first"
        ),
        UnseededStream().finding(Place("train.py", 6, 5), "NumPy is never seeded"),
    ]
    result = make_result(folder, rest.pop("findings", findings), entry_points=ENTRY_POINTS, **rest)
    codes = [rule.code for rule in RULES]
    made = scan_provenance([folder], ["fwaudit", "scan"], folder, codes, True)
    return document(result, RenderOptions(provenance=made))


def verify_document(folder: Path, verdict: str = "deterministic", **changes: Any) -> dict[str, Any]:
    """Return a verification of the release with provenance."""
    from fwaudit.auditor.dossier.binding import provenance, sealed

    made = provenance([folder], ["python", "train.py"], device="AMD EPYC (CPU)")
    return sealed(verification(verdict, **changes), made)


@pytest.fixture
def make_dossier(release: Path) -> Callable[..., Any]:
    """Build a dossier of the release from a scan and verifications of these verdicts."""
    from fwaudit.auditor.dossier.dossier import build
    from fwaudit.auditor.dossier.present import exhibit_of

    def make(*verdicts: str, scanned: bool = True, **rest: Any) -> Any:
        scan = exhibit_of(scan_document(release, **rest), "scan.json", "scan") if scanned else None
        verified = [
            exhibit_of(verify_document(release, verdict), f"verify-{number}.json", "verify")
            for number, verdict in enumerate(verdicts)
        ]
        return build(release, scan, verified, name="small-classifier")

    return make
