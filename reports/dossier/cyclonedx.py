"""CycloneDX 1.6 ML-BOM with a model card, in JSON."""

from __future__ import annotations

from typing import Any

from ...auditor.dossier.dossier import Dossier
from ..plain import plain, to_json
from .material import energy, packages, spdx_id, stable_uuid, weight_digests
from .options import ReportOptions


def render(dossier: Dossier, options: ReportOptions) -> str:
    """Return the bill of materials."""
    components = [*_packages(dossier), *_assets(dossier), *_files(dossier)]
    return to_json(
        {
            "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
            "bomFormat": "CycloneDX",
            "specVersion": "1.6",
            "serialNumber": f"urn:uuid:{stable_uuid(dossier, 'cyclonedx')}",
            "version": 1,
            "metadata": {
                "timestamp": options.made,
                "tools": {
                    "components": [
                        {"type": "application", "name": "fwaudit", "version": options.version}
                    ]
                },
                "component": _model(dossier),
            },
            "components": components,
            "dependencies": [
                {"ref": "model", "dependsOn": [item["bom-ref"] for item in components]},
                *({"ref": item["bom-ref"]} for item in components),
            ],
        }
    )


def _model(dossier: Dossier) -> dict[str, Any]:
    made: dict[str, Any] = {
        "type": "machine-learning-model",
        "bom-ref": "model",
        "name": plain(dossier.name),
        "modelCard": _card(dossier),
        "properties": [{"name": "fwaudit:tree", "value": dossier.tree.digest}],
    }
    if dossier.flow.release.licence:
        made["licenses"] = _licences(dossier.flow.release.licence)
    return made


def _licences(says: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for part in dict.fromkeys(says.split(", ")):
        known = spdx_id(part)
        licence = {"license": {"id": known} if known else {"name": plain(part)}}
        if licence not in found:
            found.append(licence)
    return found


def _card(dossier: Dossier) -> dict[str, Any]:
    parameters: dict[str, Any] = {}
    if (task := dossier.fact("task")).is_filled:
        parameters["task"] = plain(task.value)
    datasets = [node for node in dossier.flow.sources if node.kind == "dataset"]
    if datasets:
        parameters["datasets"] = [{"ref": f"dataset:{node.name}"} for node in datasets]
    card: dict[str, Any] = {"bom-ref": "model-card", "modelParameters": parameters}
    if considered := _considerations(dossier):
        card["considerations"] = considered
    card["properties"] = [
        {"name": f"fwaudit:{fact.id}:{fact.state.value}", "value": plain(fact.value or fact.note)}
        for fact in dossier.facts
    ]
    return card


def _considerations(dossier: Dossier) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, id in (("useCases", "intended-use"), ("technicalLimitations", "limitations")):
        if (fact := dossier.fact(id)).is_filled:
            found[key] = [plain(fact.value)]
    if (risks := dossier.fact("risks")).is_filled:
        found["ethicalConsiderations"] = [{"name": plain(risks.value)}]
    kilowatt_hours, grams = energy(dossier)
    if kilowatt_hours is not None:
        found["environmentalConsiderations"] = _energy(kilowatt_hours, grams)
    elif grams is not None:
        value = {"name": "co2_eq_emissions in grams, as declared", "value": str(grams)}
        found["environmentalConsiderations"] = {"properties": [value]}
    return found


def _energy(kilowatt_hours: float, grams: float | None) -> dict[str, Any]:
    amount = {"value": kilowatt_hours, "unit": "kWh"}
    consumption: dict[str, Any] = {
        "activity": "training",
        "energyProviders": [
            {
                "organization": {"name": "not declared"},
                "energySource": "unknown",
                "energyProvided": amount,
            }
        ],
        "activityEnergyCost": amount,
    }
    if grams is not None:
        consumption["co2CostEquivalent"] = {"value": grams / 1e6, "unit": "tCO2eq"}
    return {"energyConsumptions": [consumption]}


def _packages(dossier: Dossier) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for package in packages(dossier):
        item: dict[str, Any] = {
            "type": "library",
            "bom-ref": package.url,
            "name": package.name,
            "purl": package.url,
            "properties": [{"name": "fwaudit:declared-at", "value": plain(package.where)}],
        }
        if package.version:
            item["version"] = package.version
        else:
            declared = plain(package.declared or "any version")
            item["properties"].append({"name": "fwaudit:declared", "value": declared})
        found.append(item)
    return found


def _assets(dossier: Dossier) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for node in dossier.flow.sources:
        item: dict[str, Any] = {
            "type": "data" if node.kind == "dataset" else "machine-learning-model",
            "bom-ref": f"{node.kind}:{node.name}",
            "name": plain(node.name),
            "properties": [{"name": "fwaudit:named-at", "value": plain(node.where)}],
        }
        if node.kind == "dataset":
            item["data"] = [{"type": "dataset", "name": plain(node.name)}]
        if node.licence:
            item["licenses"] = _licences(node.licence)
        found.append(item)
    return found


def _files(dossier: Dossier) -> list[dict[str, Any]]:
    return [
        {
            "type": "file",
            "bom-ref": f"file:{path}",
            "name": plain(path),
            "hashes": [{"alg": "SHA-256", "content": digest}],
        }
        for path, digest in weight_digests(dossier)
    ]
