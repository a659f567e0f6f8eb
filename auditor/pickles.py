"""Lists what unpickling would import, in pickle, torch, NumPy and joblib files; runs nothing."""

from __future__ import annotations

import bz2
import io
import lzma
import mmap
import re
import tarfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from .array_header import holds_objects
from .joblib_arrays import skip_array
from .pickle_archives import Member, tar_members, zip_members
from .pickle_machine import BuildHook, ByteStream, PickleMachine
from .pickle_names import is_dangerous
from .pickle_values import Call, Global, PickleError
from .regex import regex

MAX_MEMBER = 1 << 28
"""Bytes of one decompressed pickle or archive member that are inspected."""

MAX_PICKLES = 1000
"""Pickles that are followed in one stream, and pickled members in one archive."""

MAX_DEPTH = 4
"""Archives, compressions and tensors inside one another that are followed."""


_COMPRESSED = (
    *(b"\x78" + level for level in (b"\x01", b"\x5e", b"\x9c", b"\xda")),
    *(b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"\x5d\x00\x00"),
)
"""How zlib, gzip, bzip2, xz and lzma start."""

_MEMBER_STARTS = (
    *(b"\x80" + bytes([protocol]) for protocol in range(2, 6)),
    *(b"PK\x03\x04", b"\x93NUMPY"),
)
"""How pickles, archives and arrays start, whatever the member that holds them is called."""

_UNOPENED = (
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"\x04\x22\x4d\x18", "lz4 compression"),
    (b"\x28\xb5\x2f\xfd", "zstd compression"),
    (b"Rar!\x1a\x07", "a rar archive"),
)

_LOADER = Global("torch.storage", "_load_from_bytes")

_HEAD = 512

_PICKLE_START = regex(rb"\x80[\x01-\x05]|[(cl\x5d}N\x8e(]")
_PICKLED_MEMBER = regex(r"\.(?:pkl|pickle|p|pt|pth|bin|npy|joblib)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PickleReport:
    """What unpickling would import, in order and once each."""

    globals: tuple[tuple[str, str], ...] = ()
    dangerous: tuple[tuple[str, str], ...] = ()
    error: str | None = None

    @classmethod
    def of(cls, imports: Iterable[Global], error: str | None = None) -> PickleReport:
        """A report over imports, with the dangerous ones picked out."""
        names = tuple(dict.fromkeys((found.module, found.name) for found in imports))
        return cls(names, tuple(pair for pair in names if is_dangerous(*pair)), error)


def is_pickle_like(head: bytes) -> bool:
    """Whether a file starts as a pickle, an archive or a compression that may hold one."""
    return head.startswith((*_MEMBER_STARTS, *_COMPRESSED, *(start for start, _ in _UNOPENED)))


def inspect_pickle(data: bytes | memoryview) -> PickleReport:
    """What these bytes would import: a pickle, or several in a row (torch's legacy format).

    Never raises: what cannot be followed is `error`, beside the imports seen until then.
    """
    return _inspect_stream(io.BytesIO(data))


def inspect_pickle_file(path: Path) -> PickleReport:
    """The same for a file: pickle, torch or NumPy archive, `.npy`, joblib, compressed or not."""
    try:
        with path.open("rb") as file:
            return _inspect(file)
    except (
        OSError, zipfile.BadZipFile, tarfile.TarError, EOFError, zlib.error, lzma.LZMAError,
        ValueError,
    ) as error:  # fmt: skip
        return PickleReport(error=f"cannot be read: {str(error).partition(chr(10))[0]}")
    except (NotImplementedError, RuntimeError) as error:
        # zipfile says so for encryption and unknown compression.
        return PickleReport(error=f"cannot be read: {error}")


def _inspect(file: IO[bytes], depth: int = 0) -> PickleReport:
    head = file.read(_HEAD)
    file.seek(0)
    if not head:
        return PickleReport(error="empty file")
    if depth > MAX_DEPTH:
        return PickleReport(error=f"archives {MAX_DEPTH} deep")
    if head.startswith(b"PK\x03\x04"):
        return _inspect_archive(zip_members(file), depth)
    if head[257:262] == b"ustar":
        return _inspect_archive(tar_members(file), depth)
    if head.startswith(b"\x93NUMPY"):
        return _inspect_npy(file.read(MAX_MEMBER))
    for start, what in _UNOPENED:
        if head.startswith(start):
            return PickleReport(error=f"{what} is not opened")
    if head.startswith(_COMPRESSED):
        try:
            return _inspect(io.BytesIO(decompress(file)), depth + 1)
        except PickleError as error:
            return PickleReport(error=str(error))
    if isinstance(file, io.BytesIO):
        return _inspect_stream(file)
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return _inspect_stream(content)


def _inspect_stream(stream: ByteStream, depth: int = 0) -> PickleReport:
    imports: list[Global] = []
    regular = True
    for count in range(MAX_PICKLES):
        machine = _Loading(stream, after_build=skip_array)
        try:
            machine.evaluate()
        except PickleError as error:
            # Storages follow in a torch file: what reads like a name there by chance is none.
            imports += [
                found
                for found in machine.imports
                if regular or is_dangerous(found.module, found.name)
            ]
            return PickleReport.of(imports, None if count else str(error))
        imports += _followed(machine, depth)
        starts = _another_pickle(stream)
        if starts is None:
            return PickleReport.of(imports)
        regular = starts
    return PickleReport.of(imports, f"more than {MAX_PICKLES} pickles in a row")


def _another_pickle(stream: ByteStream) -> bool | None:
    """Whether what follows starts as pickles do; None at the end."""
    position = stream.tell()
    head = stream.read(2)
    stream.seek(position)  # type: ignore[attr-defined]
    return bool(_PICKLE_START.match(head)) if head else None


class _Loading(PickleMachine):
    """Notes which bytes go to torch's own loader: a tensor is pickled as a file inside."""

    def __init__(self, stream: ByteStream, after_build: BuildHook | None = None) -> None:
        super().__init__(stream, after_build)
        self.uses = 0
        self.inner: list[bytes] = []

    def push(self, value: Any) -> None:
        self.uses += value == _LOADER
        super().push(value)

    def call(self, function: Any, arguments: Any, keywords: Any = None) -> None:
        if function == _LOADER and (data := _only_bytes(arguments)) is not None:
            self.inner.append(data)
        super().call(function, arguments, keywords)


def _only_bytes(arguments: Any) -> bytes | None:
    match arguments:
        case (bytes() as data,):
            return data
        case (Call(function=Global("_codecs", "encode"), arguments=(str() as text, "latin1")),):
            return text.encode("latin1", "replace")
        case _:
            return None


def _followed(machine: _Loading, depth: int) -> list[Global]:
    """Return the imports; torch's loader counts for what is in the bytes that it gets.

    It does so only where every use of it was such a call.
    """
    if not machine.inner or machine.uses != len(machine.inner) or depth > MAX_DEPTH:
        return machine.imports
    reports = [_inspect(io.BytesIO(data), depth + 1) for data in machine.inner]
    if any(report.error or report.dangerous for report in reports):
        return machine.imports
    inside = [Global(*pair) for report in reports for pair in report.globals]
    return [found for found in machine.imports if found != _LOADER] + inside


def _inspect_archive(members: Iterable[Member], depth: int) -> PickleReport:
    reports: list[PickleReport] = []
    for member in members:
        expected = _PICKLED_MEMBER.search(member.name)
        if not expected and not member.read(4).startswith(_MEMBER_STARTS):
            continue
        if len(reports) >= MAX_PICKLES:
            reports.append(PickleReport(error=f"more than {MAX_PICKLES} pickles in an archive"))
            break
        data = member.read(MAX_MEMBER + 1)
        if len(data) > MAX_MEMBER:
            reports.append(PickleReport(error=f"{member.name}: larger than the limit"))
        elif data.startswith((*_MEMBER_STARTS, *_COMPRESSED)) or _PICKLE_START.match(data):
            report = _inspect(io.BytesIO(data), depth + 1)
            if expected or not report.error or report.dangerous:
                reports.append(report)
        elif getattr(member, "is_encrypted", False):
            reports.append(PickleReport(error=f"{member.name} is encrypted"))
    return _merge(reports)


def _inspect_npy(data: bytes) -> PickleReport:
    """The pickle of an object array; other arrays hold none."""
    width = 2 if data[6:7] == b"\x01" else 4
    start = 8 + width + int.from_bytes(data[8 : 8 + width], "little")
    header = data[8 + width : start]
    return _inspect_stream(io.BytesIO(data[start:])) if holds_objects(header) else PickleReport()


def _merge(reports: Iterable[PickleReport]) -> PickleReport:
    kept = list(reports)
    imports = [Global(*pair) for report in kept for pair in report.globals]
    errors = [report.error for report in kept if report.error]
    return PickleReport.of(imports, errors[0] if errors else None)


def decompress(file: IO[bytes]) -> bytes:
    """What a gzip, zlib, bzip2 or xz file holds. PickleError when it is damaged or too large."""
    try:
        data = b"".join(_limited(_decompressed(file)))
    except (OSError, EOFError, zlib.error, lzma.LZMAError) as error:
        raise PickleError(f"damaged compression: {error}") from None
    if len(data) > MAX_MEMBER:
        raise PickleError(f"more than {MAX_MEMBER >> 20} MiB when decompressed")
    return data


def _limited(blocks: Iterable[bytes]) -> Iterator[bytes]:
    total = 0
    for block in blocks:
        yield block
        total += len(block)
        if total > MAX_MEMBER:
            return


def _decompressed(file: IO[bytes]) -> Iterator[bytes]:
    head = file.read(6)
    file.seek(0)
    if head.startswith(b"BZh"):
        with bz2.BZ2File(file) as opened:
            yield from iter(lambda: opened.read(1 << 20), b"")
    elif head.startswith((b"\xfd7zXZ", b"\x5d\x00\x00")):
        with lzma.LZMAFile(file) as opened:
            yield from iter(lambda: opened.read(1 << 20), b"")
    else:
        yield from _inflated(file)


def _inflated(file: IO[bytes]) -> Iterator[bytes]:
    decompressor = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)  # zlib or gzip, by its header
    while block := decompressor.unconsumed_tail or file.read(1 << 16):
        yield decompressor.decompress(block, 1 << 20)
        if decompressor.eof:
            return
