"""`--vary`: each family changes the results of the program that depends on it, and no other."""

from __future__ import annotations

import json
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from fwaudit.auditor.errors import UserError
from fwaudit.auditor.verify.families import FAMILIES, chosen_families
from fwaudit.auditor.verify.options import VerifyOptions
from fwaudit.auditor.verify.session import run_verification
from fwaudit.auditor.verify.verdict import Variation, Verification
from fwaudit.reports.schemas import schema
from fwaudit.reports.verify_json import verify_document
from fwaudit.reports.verify_text import verify_text

PROGRAMS = Path(__file__).parent / "varied"
HERE = [name for name in FAMILIES if name not in ("workers", "device", "cpus")]


def vary(name: str, folder: Path, *families: str, **options: object) -> Verification:
    shutil.copy(PROGRAMS / name, folder / "program.py")
    for shard in ("b", "a", "c"):
        (folder / "shards").mkdir(exist_ok=True)
        (folder / "shards" / shard).write_text(shard * 3)
    found = run_verification(
        VerifyOptions(
            command=(sys.executable, "program.py"),
            folder=folder,
            vary=chosen_families(families),
            **options,  # type: ignore[arg-type]
        )
    )
    document = verify_document(found)
    Draft202012Validator(json.loads(schema("verify"))).validate(json.loads(json.dumps(document)))
    return found


def outcome(found: Verification, family: str) -> Variation:
    return next(varied for varied in found.variations if varied.family == family)


def guilty(name: str) -> int:
    lines = (PROGRAMS / name).read_text().splitlines()
    return next(i for i, line in enumerate(lines, 1) if line.endswith("# guilty"))


def named(found: Verification, family: str) -> tuple[str, str, int]:
    divergence = outcome(found, family).divergence
    assert divergence is not None
    why = divergence.explanation
    return str(why.cause), why.path, why.line


@pytest.mark.slow
@pytest.mark.parametrize(
    ("family", "cause"),
    [
        ("clock", "time-dependence"),
        ("time-zone", "environment"),
        ("locale", "environment"),
        ("folder", "environment"),
        ("environment", "environment"),
    ],
)
def test_one_family_changes_it(
    family: str, cause: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Started without a language, the program has nothing that another one could replace.
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)
    name = f"by_{family.replace('-', '_')}.py"
    other = "folder" if family != "folder" else "clock"
    found = vary(name, tmp_path, family, other)
    assert (found.verdict, found.exit_code) == ("deterministic", 0)
    assert outcome(found, family).changed is True
    assert named(found, family) == (cause, "program.py", guilty(name))
    assert outcome(found, other).changed is False
    assert f"{family} " in verify_text(found)


@pytest.mark.slow
def test_a_fixed_salt_is_varied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONHASHSEED", "0")
    found = vary("hash_seed.py", tmp_path, "hash-seed")
    assert found.verdict == "deterministic"
    assert named(found, "hash-seed") == ("hash-order", "program.py", guilty("hash_seed.py"))


@pytest.mark.slow
def test_the_probe_already_varied_the_listings(tmp_path: Path) -> None:
    found = vary("file_order.py", tmp_path, "file-order", "time-zone")
    assert (found.verdict, found.exit_code) == ("nondeterministic", 1)
    assert named(found, "file-order") == ("file-order", "program.py", guilty("file_order.py"))
    assert outcome(found, "time-zone").changed is False


@pytest.mark.slow
def test_nothing_changes_it(tmp_path: Path) -> None:
    found = vary("nothing.py", tmp_path, *FAMILIES)
    assert found.verdict == "deterministic"
    assert {v.family: v.changed for v in found.variations if v.family in HERE} == dict.fromkeys(
        HERE, False
    )
    assert outcome(found, "workers").changed is None
    assert outcome(found, "workers").note


@pytest.mark.slow
def test_runs_that_differ_already_are_not_varied(tmp_path: Path) -> None:
    found = vary("unseeded.py", tmp_path, "threads", "clock")
    assert found.exit_code == 1
    assert [(v.changed, v.note) for v in found.variations] == [
        (None, "plain reruns differ already")
    ] * 2


@pytest.mark.slow
def test_the_budget_ends_the_variations(tmp_path: Path) -> None:
    found = vary(
        "slow.py", tmp_path, "threads", "locale", "time-zone", "folder", budget=7.5, runs=2
    )
    assert found.verdict == "deterministic"
    assert outcome(found, "folder").changed is None
    assert "budget" in outcome(found, "folder").note
    assert "not run" in verify_text(found)


@pytest.mark.slow
@pytest.mark.frameworks
@pytest.mark.skipif(find_spec("torch") is None, reason="needs torch")
def test_threads_change_a_reduction(tmp_path: Path) -> None:
    found = vary("threads.py", tmp_path, "threads", runs=2)
    assert found.verdict == "deterministic"
    assert named(found, "threads") == ("environment", "program.py", guilty("threads.py"))
    divergence = outcome(found, "threads").divergence
    assert divergence is not None
    assert divergence.explanation.op == "aten::sum"


def test_names_of_families() -> None:
    assert chosen_families(["all"]) == tuple(FAMILIES)
    assert chosen_families(["clock,threads", "clock"]) == ("threads", "clock")
    with pytest.raises(UserError, match="thread-count") as raised:
        chosen_families(["thread-count"])
    assert "threads" in raised.value.hint
