"""What a bill of materials lists: packages, models, datasets and files, with what is known."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass

from ...auditor.dossier.dossier import Dossier

_NAMESPACE = uuid.UUID("6f1c1d3e-8a2b-5c47-9d0e-2b7d5f0a1c11")
#: SPDX ids that the licence reader knows; others are given by name.
SPDX_IDS = frozenset(
    (
        "Apache-2.0 AGPL-3.0-only LGPL-3.0-only GPL-3.0-only GPL-2.0-only MPL-2.0 CC-BY-NC-SA-4.0 "
        "CC-BY-NC-4.0 CC-BY-SA-4.0 CC-BY-4.0 CC0-1.0 BSD-3-Clause BSD-2-Clause MIT Unlicense"
    ).split()
)
_SPELLED = {
    "agpl-3.0": "AGPL-3.0-only",
    "lgpl-3.0": "LGPL-3.0-only",
    "gpl-3.0": "GPL-3.0-only",
    "gpl-2.0": "GPL-2.0-only",
    **{name.lower(): name for name in SPDX_IDS},
}


@dataclass(frozen=True, slots=True)
class Package:
    """A declared package; `version` is empty when it is not pinned to one."""

    name: str
    version: str
    declared: str
    where: str

    @property
    def url(self) -> str:
        """The package URL."""
        return f"pkg:pypi/{self.name}@{self.version}" if self.version else f"pkg:pypi/{self.name}"


def packages(dossier: Dossier) -> list[Package]:
    """Return the declared packages, sorted by name."""
    declared = dossier.repository.environment.versions.declared
    return [
        Package(
            _slug(name),
            str(found.exact) if found.exact is not None else "",
            str(found.specifier),
            str(found.place),
        )
        for name, found in sorted(declared.items())
    ]


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9.-]+", "-", name.lower())


def spdx_id(says: str) -> str:
    """Return the SPDX id of a licence as a document spells it; empty when it is none known here."""
    return _SPELLED.get(says.strip().lower(), "")


def stable_uuid(dossier: Dossier, what: str) -> uuid.UUID:
    """Return a UUID that depends on the tree and on `what` only."""
    return uuid.uuid5(_NAMESPACE, f"{dossier.tree.digest} {what}")


def weight_digests(dossier: Dossier) -> list[tuple[str, str]]:
    """Return (path, SHA-256 in hexadecimal) of the weight files in the tree."""
    return [
        (support.place.path, support.digest.removeprefix("sha256:"))
        for support in dossier.fact("weights").support
        if support.place is not None and support.digest
    ]


def energy(dossier: Dossier) -> tuple[float | None, float | None]:
    """Return (kWh, grams of CO2) that a card declares for training; None where it does not."""
    for card in dossier.repository.cards:
        found = card.metadata.get("co2_eq_emissions")
        if isinstance(found, int | float):
            return None, float(found)
        if isinstance(found, dict):
            return _number(found, "energy_consumed"), _number(found, "emissions")  # pyright: ignore[reportUnknownArgumentType]
    return None, None


def _number(found: dict[object, object], key: str) -> float | None:
    value = found.get(key)
    return float(value) if isinstance(value, int | float) else None
