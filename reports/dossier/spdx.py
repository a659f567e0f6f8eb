"""SPDX 3.0.1 in JSON-LD: the AI package, its datasets, packages and licences."""

from __future__ import annotations

from typing import Any

from ...auditor.dossier.dossier import Dossier
from ..plain import plain, to_json
from .material import packages, spdx_id, stable_uuid, weight_digests
from .options import ReportOptions

_CONTEXT = "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"
_MADE = "_:made"


def render(dossier: Dossier, options: ReportOptions) -> str:
    """Return the document."""
    graph = _Graph(f"urn:uuid:{stable_uuid(dossier, 'spdx')}")
    agent = graph.add("SoftwareAgent", "fwaudit", {"name": f"fwaudit {options.version}"})
    model = graph.add("ai_AIPackage", "model", _model(dossier))
    for node in dossier.flow.sources:
        if node.kind == "dataset":
            values = {"name": plain(node.name), "dataset_datasetType": ["noAssertion"]}
            target = graph.add("dataset_DatasetPackage", f"dataset/{node.name}", values)
        else:
            target = graph.add("ai_AIPackage", f"model/{node.name}", {"name": plain(node.name)})
        declared = dossier.fact("datasets").state.value == "declared" and node.kind == "dataset"
        graph.relate(model, "trainedOn" if declared else "dependsOn", [target])
    targets = [
        graph.add(
            "software_Package",
            f"package/{package.name}",
            {
                "name": package.name,
                "software_packageUrl": package.url,
                **({"software_packageVersion": package.version} if package.version else {}),
            },
        )
        for package in packages(dossier)
    ]
    if targets:
        graph.relate(model, "dependsOn", targets)
    for path, digest in weight_digests(dossier):
        hashed = {"type": "Hash", "algorithm": "sha256", "hashValue": digest}
        file = graph.add(
            "software_File", f"file/{path}", {"name": plain(path), "verifiedUsing": [hashed]}
        )
        graph.relate(model, "contains", [file])
    _licence(graph, model, dossier)
    document = graph.add(
        "SpdxDocument",
        "document",
        {
            "name": plain(f"{dossier.name}: AI bill of materials"),
            "profileConformance": ["core", "software", "simpleLicensing"],
            "rootElement": [model],
            "element": [item["spdxId"] for item in graph.items],
        },
    )
    made = {
        "type": "CreationInfo",
        "@id": _MADE,
        "specVersion": "3.0.1",
        "created": options.made,
        "createdBy": [agent],
    }
    assert document
    return to_json({"@context": _CONTEXT, "@graph": [made, *graph.items]})


class _Graph:
    """Elements with stable identifiers below one namespace."""

    def __init__(self, namespace: str) -> None:
        self._namespace = namespace
        self.items: list[dict[str, Any]] = []

    def add(self, kind: str, name: str, values: dict[str, Any]) -> str:
        identifier = f"{self._namespace}#{len(self.items)}"
        self.items.append(
            {"type": kind, "spdxId": identifier, "creationInfo": _MADE, "comment": name, **values}
        )
        return identifier

    def relate(self, source: str, kind: str, targets: list[str]) -> None:
        values = {"from": source, "relationshipType": kind, "to": targets}
        self.add("Relationship", f"{kind}", values)


def _model(dossier: Dossier) -> dict[str, Any]:
    """Return the properties of the AI package that evidence or declarations fill."""
    found: dict[str, Any] = {
        "name": plain(dossier.name),
        "software_primaryPurpose": "model",
    }
    texts = {
        "ai_limitation": "limitations",
        "ai_informationAboutApplication": "intended-use",
        "ai_safetyRiskAssessment": "",
    }
    for key, id in texts.items():
        if id and (fact := dossier.fact(id)).is_filled:
            found[key] = plain(fact.value)
    training = [
        f"{fact.title}: {fact.value}"
        for id in ("verified", "frameworks", "recorded", "streams")
        if (fact := dossier.fact(id)).is_filled
    ]
    if training:
        found["ai_informationAboutTraining"] = plain("; ".join(training))
    if (task := dossier.fact("task")).is_filled:
        found["summary"] = plain(task.value)
    if (preprocessing := dossier.fact("preprocessing")).is_filled:
        places = ", ".join(str(item) for item in preprocessing.support)
        found["ai_modelDataPreprocessing"] = [plain(f"in the code at {places}")]
    return found


def _licence(graph: _Graph, model: str, dossier: Dossier) -> None:
    for part in dict.fromkeys(dossier.flow.release.licence.split(", ")):
        if known := spdx_id(part):
            values = {"simplelicensing_licenseExpression": known}
            licence = graph.add("simplelicensing_LicenseExpression", known, values)
            graph.relate(model, "hasDeclaredLicense", [licence])
            return
