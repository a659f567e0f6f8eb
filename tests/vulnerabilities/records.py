"""Made-up OSV records of every kind, and by hand which releases each of them hits."""

from typing import Any


def record(identifier: str, name: str, *, ecosystem: str = "PyPI", **rest: Any) -> dict[str, Any]:
    """Build a record of one package; `ranges` is a list of lists of events."""
    affected: dict[str, Any] = {"package": {"ecosystem": ecosystem, "name": name}}
    if "ranges" in rest:
        affected["ranges"] = [
            {"type": "ECOSYSTEM", "events": events} for events in rest.pop("ranges")
        ]
    if "versions" in rest:
        affected["versions"] = rest.pop("versions")
    return {
        "id": identifier,
        "modified": "2024-01-01T00:00:00Z",
        "summary": f"made up for {name}",
        "details": f"made up for {name}",
        "affected": [affected],
        **rest,
    }


RECORDS = [
    record("PYSEC-0-1", "alpha", ranges=[[{"introduced": "0"}, {"fixed": "1.4"}]]),
    record("PYSEC-0-2", "Beta_Lib", ranges=[[{"introduced": "2.0"}, {"last_affected": "2.3"}]]),
    record("PYSEC-0-3", "gamma", versions=["0.9", "1.0.post1"]),
    record(
        "PYSEC-0-4",
        "delta",
        ranges=[
            [{"introduced": "0"}, {"fixed": "1.0"}, {"introduced": "2.0"}, {"fixed": "2.0.1"}]
        ],
    ),
    record("GHSA-aaaa-bbbb-cccc", "alpha", aliases=["PYSEC-0-1", "CVE-0-1"],
           ranges=[[{"introduced": "0"}, {"fixed": "1.4"}]]),
    record("PYSEC-0-5", "epsilon", withdrawn="2024-02-02T00:00:00Z",
           ranges=[[{"introduced": "0"}]]),
    record("PYSEC-0-6", "alpha", ecosystem="npm", ranges=[[{"introduced": "0"}]]),
    record("PYSEC-0-7", "zeta", ranges=[[{"introduced": "0"}, {"fixed": "1.0rc1"}]]),
]  # fmt: skip

#: Release -> identifiers that hold for it, written by hand.
TRUTH: dict[tuple[str, str], set[str]] = {
    ("alpha", "1.3"): {"PYSEC-0-1"},
    ("alpha", "1.4"): set(),
    ("beta-lib", "2.3"): {"PYSEC-0-2"},
    ("beta-lib", "2.3.1"): set(),
    ("beta-lib", "1.9"): set(),
    ("gamma", "0.9"): {"PYSEC-0-3"},
    ("gamma", "1.0.post1"): {"PYSEC-0-3"},
    ("gamma", "1.0"): set(),
    ("delta", "0.5"): {"PYSEC-0-4"},
    ("delta", "1.5"): set(),
    ("delta", "2.0"): {"PYSEC-0-4"},
    ("delta", "2.0.1"): set(),
    ("epsilon", "1.0"): set(),
    ("zeta", "1.0.dev3"): {"PYSEC-0-7"},
    ("zeta", "1.0rc1"): set(),
    ("unheard-of", "3.0"): set(),
}
