"""The tables of operations and switches: whole, reachable, and true of the newest frameworks."""

import importlib
import json
from importlib.resources import files
from pathlib import Path

import pytest

from fwaudit.auditor.config import Config
from fwaudit.auditor.scan import ScanOptions, scan
from fwaudit.checks import RULES
from fwaudit.checks.determinism.operations import OLD_NAMES, calls_for, operations
from fwaudit.checks.determinism.settings import WORDS, switches

DATA = files("fwaudit.checks.data")
OPERATIONS = json.loads(DATA.joinpath("operations.json").read_text("utf-8"))
SWITCHES = json.loads(DATA.joinpath("switches.json").read_text("utf-8"))
ROWS = [pytest.param(row, id=row["id"]) for row in OPERATIONS + SWITCHES]
#: Packages that the tests do not install.
ABSENT = (
    "flash_attn",
    "torch_scatter",
    "jraph",
    "lightning",
    "diffusers",
    "ray",
    "accelerate",
    "transformers",
)


@pytest.mark.parametrize("row", ROWS)
def test_row_says_where_it_comes_from(row) -> None:
    assert row["source"]
    assert row["how"]
    assert row["verified"] in {"ran", "read", "doc"}
    assert row["says"]
    assert "since" in row and "until" in row


def test_identities_are_unique() -> None:
    ids = [row["id"] for row in OPERATIONS + SWITCHES]
    assert len(ids) == len(set(ids))


def call_of(operation, name: str, is_method: bool) -> str:
    """Write a call of an operation that meets the row's conditions."""
    given = ["x.sum()" if is_method else "x"]
    for condition in operation.requires:
        value = "True"
        if "in" in condition:
            value = repr(condition["in"][0])
        elif condition.get("not_one"):
            value = "(7, 7)"
        elif "less_than" in condition:
            given.append(f"{condition['less_than']}=(3, 3, 3)")
            value = "2"
        elif "is_not" in condition:
            continue
        given.append(f"{condition['argument']}={value}")
    arguments = ", ".join(given[1:] if is_method else given)
    if name.startswith("torch.nn.") and name.rsplit(".", 1)[-1][0].isupper():
        arguments = ", ".join(given[1:])
    return f"x.{name}({arguments})" if is_method else f"{name}({arguments})"


@pytest.mark.parametrize("operation", operations(), ids=lambda row: row.id)
def test_every_operation_is_reported(operation, tmp_path: Path) -> None:
    names = [(name, False) for name in operation.calls] + [(n, True) for n in operation.methods]
    imports = {"torch", "tensorflow", "jax", *(n.split(".")[0] for n in operation.calls)}
    lines = [f"import {name}" for name in sorted(imports)]
    if "DET001" not in operation.rules and "DET011" not in operation.rules:
        lines += ["torch.use_deterministic_algorithms(True)"]
        lines += ["tensorflow.config.experimental.enable_op_determinism()"]
    lines += ["def loss(x):", "    x.cuda()"]
    lines += [f"    y = {call_of(operation, name, method)}" for name, method in names]
    lines += ["    y.backward()", "    optimizer.apply_gradients(y)", "loss(1)"]
    (tmp_path / "train.py").write_text("\n".join(lines) + "\n")
    if operation.flag_was is not None and "DET001" not in operation.rules:
        (tmp_path / "requirements.txt").write_text(f"{operation.framework}<2.7\n")
    rules = tuple(rule for rule in RULES if rule.code in operation.rules)
    options = ScanOptions((tmp_path,), rules, Config(pedantic=True), current=tmp_path, jobs=1)
    findings = scan(options).findings
    assert len(findings) <= 1
    reported = {place.line for f in findings for place in (f.place, *(e.place for e in f.evidence))}
    first = next(number for number, line in enumerate(lines, 1) if line.startswith("    y ="))
    expected = set(range(first, first + len(names)))
    if "DET011" in operation.rules:
        assert first in reported
    else:
        assert expected <= reported


GIVEN = {
    "tensorflow.nn.ctc_loss(y, x, lengths, sizes)": {"DET001"},
    "tensorflow.compat.v1.nn.ctc_loss_v2(y, x, lengths, logit_length=sizes)": set(),
    "tensorflow.compat.v1.nn.ctc_loss(labels=y, inputs=x, sequence_length=lengths)": set(),
    "tensorflow.nn.ctc_loss(y, x, lengths)": set(),
    "torch.nn.functional.grid_sample(x, y)": {"DET001"},
    "torch.nn.functional.grid_sample(images, y)": set(),
    "torch.use_deterministic_algorithms(True); torch.nn.functional.grid_sample(images, y)": {
        "DET007"
    },
}


@pytest.mark.parametrize(("call", "expected"), GIVEN.items(), ids=GIVEN)
def test_what_is_given_decides(call: str, expected: set[str], tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(
        "import tensorflow\nimport torch\ndef loss(x, y, images, lengths, sizes):\n    x.cuda()\n"
        f"    {call}.backward()\n    optimizer.apply_gradients(x)\nloss(1, 2, 3, 4, 5)\n"
    )
    rules = tuple(rule for rule in RULES if rule.code in {"DET001", "DET007"})
    options = ScanOptions((tmp_path,), rules, Config(pedantic=True), current=tmp_path, jobs=1)
    assert {finding.code for finding in scan(options).findings} == expected


def code_of(switch) -> str:
    """Write code that sets a switch to its first value."""
    value = next(iter(switch["values"]), None)
    known = {"true": True, "false": False, None: None}.get(value, value)
    match switch["kind"]:
        case "attribute":
            return f"import torch\n{switch['name']} = {known!r}\n"
        case "environment":
            return f"import os\nos.environ[{switch['name']!r}] = {value!r}\n"
        case "flag":
            return f"import os\nos.environ['XLA_FLAGS'] = '{switch['name']}={value}'\n"
        case "config":
            return f"import jax\njax.config.update({switch['name']!r}, {value!r})\n"
        case "argument":
            module = switch["modules"][0]
            keyword = f"{switch['keyword']}={known!r}"
            return f"import {module}\n{module}.{switch['name']}({keyword})\n"
        case _:
            root = switch["name"].split(".")[0]
            arguments = repr(known) if switch.get("position") is not None else ""
            if not arguments and switch.get("keyword"):
                arguments = f"{switch['keyword']}={known!r}"
            return f"import {root}\n{switch['name']}({arguments})\n"


@pytest.mark.parametrize("switch", SWITCHES, ids=lambda row: row["id"])
def test_every_switch_is_seen(switch) -> None:
    from fwaudit.auditor.file import File
    from fwaudit.auditor.source import Source, parse
    from fwaudit.auditor.versions import Versions
    from fwaudit.checks.determinism.settings import settings

    code = code_of(switch)
    source = Source("train.py", code)
    file = File(source, parse(code), "train", Versions())
    found = [setting for setting in settings(file) if setting.switch.id == switch["id"]]
    assert [setting.effect is not None for setting in found] == [True]
    assert any(word in code for word in WORDS)


def test_switches_load() -> None:
    assert len(switches()) == len(SWITCHES)


def exists(name: str) -> bool:
    """Whether a dotted name is there in the installed frameworks."""
    parts = name.split(".")
    for end in range(len(parts), 0, -1):
        try:
            found = importlib.import_module(".".join(parts[:end]))
        except ImportError:
            continue
        for part in parts[end:]:
            if not hasattr(found, part):
                return False
            found = getattr(found, part)
        return True
    return False


def names_of(framework: str):
    for row in OPERATIONS:
        for name in row["calls"]:
            if name.split(".")[0] == framework:
                yield row, name
        for method in row["methods"]:
            if row["framework"] == framework == "torch":
                yield row, f"torch.Tensor.{method}"
    for row in SWITCHES:
        if row["kind"] in {"attribute", "call"} and row["name"].split(".")[0] == framework:
            yield row, row["name"]


@pytest.mark.slow
@pytest.mark.frameworks
@pytest.mark.parametrize("framework", ["torch", "tensorflow", "jax"])
def test_names_exist_in_the_newest_release_or_carry_until(framework) -> None:
    pytest.importorskip(framework)
    gone = [name for row, name in names_of(framework) if row["until"] is None and not exists(name)]
    assert not gone
    stale = [name for row, name in names_of(framework) if row["until"] and exists(name)]
    assert not stale


def test_the_benchmark_runs_every_operation() -> None:
    script = (Path(__file__).parents[2] / "benchmarks" / "operations.py").read_text("utf-8")
    extensions = {"flash-attention", "torch-scatter.sum"}
    rows = [row["id"] for row in OPERATIONS if row["id"] not in extensions]
    assert [row for row in rows if f'"{row}":' not in script] == []


@pytest.mark.parametrize("old", OLD_NAMES)
def test_old_name_is_still_found_and_reported(old: str, tmp_path: Path) -> None:
    tensorflow = pytest.importorskip("tensorflow")
    at = tensorflow.compat.v1
    for part in old.removeprefix("tensorflow.").split("."):
        at = getattr(at, part)
    assert callable(at)
    called = old.replace("tensorflow.", "tf.")
    assert {old, old.replace("tensorflow.", "tensorflow.compat.v1.")} <= calls_for("DET001")
    (tmp_path / "train.py").write_text(
        "import tensorflow.compat.v1 as tf\n"
        "def loss(x):\n"
        f"    y = {called}(x, weights=x)\n"
        "    optimizer.minimize(y)\n"
        "loss(1)\n"
    )
    rules = tuple(rule for rule in RULES if rule.code == "DET001")
    # Operations that the table doubts are of low confidence.
    options = ScanOptions((tmp_path,), rules, Config(pedantic=True), current=tmp_path, jobs=1)
    assert [finding.place.line for finding in scan(options).findings] == [3]
