"""OSV records in a folder or zip, matched offline with the version order of PEP 440."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, cast

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from .answers import Answers, Vulnerability, without_aliases
from .pins import Release

#: The largest record of the Python ecosystem is far below a megabyte.
MAX_RECORD_BYTES = 8 * 1024 * 1024
#: The whole Python ecosystem unpacks to some hundred megabytes.
MAX_TOTAL_BYTES = 2 * 1024**3
MAX_RECORDS = 500_000
#: Text packs about tenfold; a bomb packs a thousandfold.
MAX_EXPANSION = 200


class Unusable(Exception):
    """The advisories cannot be used; the text is one line for a person."""


def match_offline(source: Path, releases: Iterable[Release]) -> Answers:
    """Match releases against all records below `source`.

    Raises:
        Unusable: no such path, no record in it, or an archive that expands without end.
    """
    wanted: dict[str, list[Release]] = {}
    for release in releases:
        wanted.setdefault(canonicalize_name(release.name), []).append(release)
    found: dict[Release, list[Vulnerability]] = {
        release: [] for listed in wanted.values() for release in listed
    }
    records = 0
    for data in _records(source):
        record = _record(data)
        if record is None:
            continue
        records += 1
        if record.get("withdrawn"):
            continue
        for affected in _list(record.get("affected")):
            for release in wanted.get(_package(affected), ()):
                if is_affected(affected, release.version):
                    found[release].append(_vulnerability(record, affected))
    if not records:
        raise Unusable(f"no OSV record stands in {source}")
    return Answers({release: without_aliases(listed) for release, listed in found.items()})


def _records(source: Path) -> Iterator[bytes]:
    if source.is_dir():
        yield from _in_folder(source)
    elif source.is_file():
        yield from _in_archive(source)
    else:
        raise Unusable(f"no such file or folder: {source}")


def _in_folder(folder: Path) -> Iterator[bytes]:
    count = 0
    for base, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            path = Path(base, name)
            if name.endswith(".json") and path.is_file():
                count += 1
                if count > MAX_RECORDS:
                    raise Unusable(f"more than {MAX_RECORDS} records stand in {folder}")
                if path.stat().st_size <= MAX_RECORD_BYTES:
                    yield path.read_bytes()


def _in_archive(path: Path) -> Iterator[bytes]:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            total = sum(member.file_size for member in members)
            packed = max(path.stat().st_size, 1)
            if (
                len(members) > MAX_RECORDS
                or total > MAX_TOTAL_BYTES
                or (total > 10_000_000 and total / packed > MAX_EXPANSION)
            ):
                raise Unusable(
                    f"{path.name} would unpack to {total / 1e6:.0f} MB in {len(members)} files "
                    "and was not read"
                )
            for member in members:
                if member.filename.endswith(".json") and member.file_size <= MAX_RECORD_BYTES:
                    with archive.open(member) as file:
                        # What the directory says of the size need not be true.
                        yield file.read(MAX_RECORD_BYTES)
    except (OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise Unusable(f"{path.name} is no zip of OSV records: {error}") from None


def _record(data: bytes) -> dict[str, Any] | None:
    if b"PyPI" not in data:
        return None
    try:
        record = json.loads(data)
    except (ValueError, RecursionError):
        return None
    is_record = isinstance(record, dict) and "id" in record and "affected" in record
    return cast(dict[str, Any], record) if is_record else None


def _list(value: Any) -> list[dict[str, Any]]:
    if not isinstance(value, list):
        return []
    return [cast(dict[str, Any], item) for item in cast(list[Any], value) if isinstance(item, dict)]


def _package(affected: dict[str, Any]) -> str:
    package = affected.get("package")
    if not isinstance(package, dict):
        return ""
    named = cast(dict[str, Any], package)
    is_python = str(named.get("ecosystem", "")).split(":", 1)[0] == "PyPI"
    return canonicalize_name(str(named.get("name", ""))) if is_python else ""


def is_affected(affected: dict[str, Any], version: str) -> bool:
    """Whether an `affected` entry holds for a version: listed, or inside an ECOSYSTEM range."""
    try:
        wanted = Version(version)
    except InvalidVersion:
        return False
    listed = affected.get("versions")
    if isinstance(listed, list) and any(_is(item, wanted) for item in cast(list[Any], listed)):
        return True
    return any(
        _in_range(_list(item.get("events")), wanted)
        for item in _list(affected.get("ranges"))
        if item.get("type") in {"ECOSYSTEM", "SEMVER"}
    )


def _is(text: Any, wanted: Version) -> bool:
    try:
        return Version(str(text)) == wanted
    except InvalidVersion:
        return False


def _in_range(events: list[dict[str, Any]], wanted: Version) -> bool:
    """Walk the events in the order of their versions, as the OSV schema describes it."""
    ordered: list[tuple[Version, int, str]] = []
    for event in events:
        for rank, kind in enumerate(("introduced", "last_affected", "fixed", "limit")):
            if kind in event:
                text = str(event[kind])
                try:
                    version = Version("0.dev0" if text == "0" else text)
                except InvalidVersion:
                    continue
                ordered.append((version, rank, kind))
    inside = False
    for version, _, kind in sorted(ordered):
        if kind == "introduced" and wanted >= version:
            inside = True
        elif (kind in {"fixed", "limit"} and wanted >= version) or (
            kind == "last_affected" and wanted > version
        ):
            inside = False
    return inside


def _vulnerability(record: dict[str, Any], affected: dict[str, Any]) -> Vulnerability:
    fixed = {
        str(event["fixed"])
        for item in _list(affected.get("ranges"))
        if item.get("type") == "ECOSYSTEM"
        for event in _list(item.get("events"))
        if "fixed" in event
    }
    aliases = record.get("aliases")
    return Vulnerability(
        str(record["id"]),
        tuple(str(item) for item in cast(list[Any], aliases)) if isinstance(aliases, list) else (),
        tuple(sorted(fixed, key=_sort_key)),
        str(record.get("summary") or "")[:200],
    )


def _sort_key(text: str) -> tuple[int, Version]:
    try:
        return (0, Version(text))
    except InvalidVersion:
        return (1, Version("0"))
