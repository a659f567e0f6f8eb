"""Members of a zip archive as views of its bytes; bounded, nothing is extracted to disk."""

from __future__ import annotations

import struct
import zipfile
import zlib

from .artifact_error import ArtifactError
from .view_file import ViewFile

MAX_MEMBERS = 200_000
MAX_EXPANDED = 1 << 33
"""Bytes that all members of one archive may have together."""

MAX_COMPRESSED_MEMBER = 1 << 31
"""Bytes of one compressed member when expanded; stored members are views and not limited so."""

_LOCAL_HEADER = struct.Struct("<4s22xHH")


class Archive:
    """A zip archive in memory or mapped. ArtifactError when it is none, or a bomb."""

    def __init__(self, data: memoryview) -> None:
        self._data = data
        try:
            with zipfile.ZipFile(ViewFile(data)) as archive:
                members = archive.infolist()
        except (
            zipfile.BadZipFile,
            ValueError,
            NotImplementedError,
            struct.error,
            OSError,
        ) as error:
            raise ArtifactError(f"not a readable zip archive: {error}") from None
        if len(members) > MAX_MEMBERS:
            raise ArtifactError(f"a zip archive of {len(members)} members")
        if sum(member.file_size for member in members) > MAX_EXPANDED:
            raise ArtifactError("a zip archive that expands to more than 8 GiB")
        self._members = {m.filename: m for m in members if not m.is_dir()}

    @property
    def names(self) -> list[str]:
        """Names of the files in it, in the archive's order."""
        return list(self._members)

    def read(self, name: str) -> memoryview:
        """One member; a view where it is stored uncompressed. KeyError when there is none."""
        member = self._members[name]
        if member.flag_bits & 1:
            raise ArtifactError(f"{name} is encrypted")
        raw = self._raw(member)
        if member.compress_type == zipfile.ZIP_STORED:
            return raw
        if member.compress_type != zipfile.ZIP_DEFLATED:
            raise ArtifactError(f"{name} is compressed in an unknown way")
        if member.file_size > MAX_COMPRESSED_MEMBER:
            raise ArtifactError(f"{name} expands to {member.file_size:,} bytes")
        inflated = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            content = inflated.decompress(bytes(raw), member.file_size + 1)
        except zlib.error as error:
            raise ArtifactError(f"{name} is damaged: {error}") from None
        if len(content) != member.file_size:
            raise ArtifactError(f"{name} does not have the {member.file_size:,} bytes it declares")
        return memoryview(content)

    def _raw(self, member: zipfile.ZipInfo) -> memoryview:
        header = self._data[member.header_offset : member.header_offset + _LOCAL_HEADER.size]
        if header.nbytes < _LOCAL_HEADER.size:
            raise ArtifactError(f"{member.filename} lies beyond the end of the file")
        magic, name_length, extra_length = _LOCAL_HEADER.unpack(header)
        start = member.header_offset + _LOCAL_HEADER.size + name_length + extra_length
        raw = self._data[start : start + member.compress_size]
        if magic != b"PK\x03\x04" or raw.nbytes != member.compress_size:
            raise ArtifactError(f"{member.filename} is truncated")
        return raw
