"""Members of zip and tar files, read as lenient loaders do: no wrong checksum hides them."""

from __future__ import annotations

import io
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO

_LOCAL_HEADER = struct.Struct("<4s22xHH")


class Member:
    """A file in an archive."""

    name: str

    def read(self, most: int) -> bytes:
        """Return the first bytes of its content; empty when it is damaged."""
        raise NotImplementedError


class ZipMember(Member):
    """A file in a zip.

    PyTorch's reader looks neither at the checksum nor at the name in front of the content, nor at
    the mark for encryption, so none of them may stop the look at it.
    """

    def __init__(self, file: IO[bytes], info: zipfile.ZipInfo) -> None:
        self.name = info.filename
        self.is_encrypted = bool(info.flag_bits & 1)
        self._file = file
        self._info = info

    def read(self, most: int) -> bytes:
        self._file.seek(self._info.header_offset)
        header = self._file.read(_LOCAL_HEADER.size)
        if len(header) < _LOCAL_HEADER.size:
            return b""
        _, name, extra = _LOCAL_HEADER.unpack(header)
        self._file.seek(name + extra, io.SEEK_CUR)
        packed = self._info.compress_size
        if self._info.compress_type == zipfile.ZIP_STORED:
            return self._file.read(min(packed, most))
        if self._info.compress_type == zipfile.ZIP_DEFLATED:
            # Deflate grows what it cannot pack by a thousandth at most.
            data = self._file.read(min(packed, most + most // 500 + 1024))
            try:
                return zlib.decompressobj(-zlib.MAX_WBITS).decompress(data, most)
            except zlib.error:
                return b""
        with zipfile.ZipFile(self._file) as archive, archive.open(self._info) as opened:
            return opened.read(most)


class TarMember(Member):
    """A file in a tar."""

    def __init__(self, archive: tarfile.TarFile, info: tarfile.TarInfo) -> None:
        self.name = info.name
        self._archive = archive
        self._info = info

    def read(self, most: int) -> bytes:
        opened = self._archive.extractfile(self._info)
        return b"" if opened is None else opened.read(most)


def zip_members(file: IO[bytes]) -> Iterator[ZipMember]:
    """Yield the files of a zip, as its directory lists them. BadZipFile when there is none."""
    with zipfile.ZipFile(file) as archive:
        infos = archive.infolist()
    for info in infos:
        yield ZipMember(file, info)


def tar_members(file: IO[bytes]) -> Iterator[TarMember]:
    """Yield the files of an uncompressed tar. TarError when it is damaged."""
    with tarfile.open(fileobj=file, mode="r:") as archive:
        for info in archive:
            if info.isfile():
                yield TarMember(archive, info)
