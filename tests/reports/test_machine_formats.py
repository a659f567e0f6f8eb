"""Machine formats of the dossier against their official schemas and models."""

from __future__ import annotations

import io
import json
import shlex
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator, Draft202012Validator

from fwaudit.auditor.dossier.dossier import Dossier
from fwaudit.reports.dossier import ReportOptions, render_report
from fwaudit.reports.dossier.choices import report_notes
from fwaudit.reports.schemas import schema

from .conftest import verification

OFFICIAL = Path(__file__).parent.parent / "schemas"
MakeDossier = Callable[..., Dossier]
VERDICTS = [(), ("deterministic",), ("nondeterministic", "inconclusive")]


@pytest.fixture(params=[*VERDICTS, "unscanned"], ids=["not run", "good", "mixed", "unscanned"])
def dossier(request: pytest.FixtureRequest, make_dossier: MakeDossier) -> Dossier:
    """Dossiers in which different parts are missing."""
    if request.param == "unscanned":
        return make_dossier(scanned=False)
    return make_dossier(*request.param)


def _json(format: str, dossier: Dossier) -> Any:
    return json.loads(render_report(format, dossier, ReportOptions()))


def test_report_holds_to_its_schema(dossier: Dossier) -> None:
    document = _json("json", dossier)
    Draft202012Validator(json.loads(schema("report"))).validate(document)
    for part in document["verifications"]:
        Draft202012Validator(json.loads(schema("verify"))).validate(part)
    if document["scan"]:
        Draft202012Validator(json.loads(schema("scan"))).validate(document["scan"])


def test_verify_schema_refuses_an_unknown_cause() -> None:
    document = verification()
    document["first_divergence"]["cause"] = "gremlins"
    assert list(Draft202012Validator(json.loads(schema("verify"))).iter_errors(document))


def test_sarif_is_valid(dossier: Dossier) -> None:
    official = json.loads((OFFICIAL / "sarif-2.1.0-rtm.5.json").read_text("utf-8"))
    Draft4Validator(official).validate(_json("sarif", dossier))


def test_cyclonedx_is_strictly_valid(dossier: Dossier) -> None:
    validation = pytest.importorskip("cyclonedx.validation.json", reason="needs fwaudit[reports]")
    from cyclonedx.schema import SchemaVersion

    text = render_report("cyclonedx", dossier, ReportOptions())
    assert validation.JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    document = json.loads(text)
    card = document["metadata"]["component"]["modelCard"]
    energy = card["considerations"]["environmentalConsiderations"]["energyConsumptions"][0]
    assert energy["activityEnergyCost"] == {"value": 3.2, "unit": "kWh"}
    assert energy["energyProviders"][0]["energySource"] == "unknown"
    names = {item["name"]: item for item in document["components"]}
    assert names["uoft-cs/cifar10"]["type"] == "data"
    assert names["model.safetensors"]["hashes"][0]["alg"] == "SHA-256"


def test_spdx_is_read_by_the_official_model(dossier: Dossier) -> None:
    model = pytest.importorskip("spdx_python_model", reason="needs fwaudit[reports]").v3_0_1
    objects = model.SHACLObjectSet()
    text = render_report("spdx", dossier, ReportOptions())
    model.JSONLDDeserializer().read(io.BytesIO(text.encode()), objects)
    assert objects.link() == set()
    kinds = {type(item).__name__ for item in objects.foreach()}
    assert {"ai_AIPackage", "dataset_DatasetPackage", "SpdxDocument", "software_File"} <= kinds
    trained = [
        item for item in json.loads(text)["@graph"] if item.get("relationshipType") == "trainedOn"
    ]
    assert len(trained) == 1


def test_in_toto_statements_are_valid(dossier: Dossier) -> None:
    statements = pytest.importorskip(
        "in_toto_attestation.v1.statement", reason="needs fwaudit[reports]"
    )
    from google.protobuf.json_format import ParseDict
    from in_toto_attestation.predicates.test_result.v0 import test_result_pb2
    from in_toto_attestation.v1 import statement_pb2

    lines = render_report("in-toto", dossier, ReportOptions()).splitlines()
    documents = [json.loads(line) for line in lines]
    for document in documents:
        message = ParseDict(document, statement_pb2.Statement())
        statements.Statement.copy_from_pb(message).validate()
    ParseDict(documents[0]["predicate"], test_result_pb2.TestResult())
    assert [d["predicateType"].rsplit("/", 2)[-2:] for d in documents[:2]] == [
        ["test-result", "v0.1"],
        ["svr", "v0.2"],
    ]
    verdicts = {e.document["verdict"] for e in dossier.verifications}
    good = "FWAUDIT_RERUNS_DETERMINISTIC" in documents[1]["predicate"]["properties"]
    assert good == (verdicts == {"deterministic"})


def test_verification_properties_are_not_claimed_of_another_tree(
    make_dossier: MakeDossier, release: Path
) -> None:
    from fwaudit.auditor.dossier.dossier import build

    before = make_dossier("deterministic", findings=[])
    (release / "train.py").write_text("print('other')\n", "utf-8")
    after = build(release, before.scan, before.verifications)
    assert after.stale
    assert after.answers[0].short == "Not known"
    line = render_report("in-toto", after, ReportOptions()).splitlines()[1]
    assert json.loads(line)["predicate"]["properties"] == ["FWAUDIT_LICENCE_DECLARED"]


def test_outputs_are_the_same_for_the_same_input(make_dossier: MakeDossier) -> None:
    options = ReportOptions()
    dossier = make_dossier("deterministic")
    for format in ("cyclonedx", "spdx", "in-toto", "json", "html"):
        first = render_report(format, dossier, options)
        assert first == render_report(format, dossier, options)


def test_the_printed_line_signs(dossier: Dossier, tmp_path: Path) -> None:
    """Run as printed, with a key where the line looks for one; each signature is verified."""
    if shutil.which("ssh-keygen") is None:
        pytest.skip("needs ssh-keygen")
    key = tmp_path / ".ssh" / "id_ed25519"
    key.parent.mkdir()
    make = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)]
    subprocess.run(make, check=True)
    target = tmp_path / "my release.jsonl"
    text = render_report("in-toto", dossier, ReportOptions())
    target.write_text(text, "utf-8")
    by_key, by_identity = report_notes("in-toto", text, target)
    line = by_key.partition("to sign with your SSH key: ")[2].replace(
        "~", shlex.quote(str(tmp_path))
    )
    subprocess.run(["bash", "-ec", line], cwd=tmp_path, check=True, capture_output=True)
    (tmp_path / "allowed").write_text(f"me {key.with_suffix('.pub').read_text('utf-8')}", "utf-8")
    statements = sorted(tmp_path.glob("statement.??"))
    assert [json.loads(path.read_text("utf-8")) for path in statements] == [
        json.loads(line) for line in text.splitlines()
    ]
    check = "ssh-keygen -Y verify -f allowed -I me -n fwaudit -s {0}.sig < {0}"
    for path in statements:
        subprocess.run(["bash", "-ec", check.format(path.name)], cwd=tmp_path, check=True)
    # The other line needs the network and an identity: only its shape is looked at.
    subprocess.run(["bash", "-nc", by_identity.partition("publicly: ")[2]], check=True)
