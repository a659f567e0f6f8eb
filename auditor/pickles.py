"""Lists what unpickling would import, in pickle, torch, NumPy and joblib files; runs nothing."""

from __future__ import annotations

import bz2
import io
import lzma
import mmap
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from .joblib_arrays import skip_array
from .pickle_machine import ByteStream, PickleMachine
from .pickle_values import Global, PickleError

MAX_MEMBER = 1 << 28
"""Bytes of one decompressed pickle or archive member that are inspected."""

MAX_PICKLES = 1000
"""Pickles that are followed in one stream, and pickled members in one archive."""

DANGEROUS_MODULES = frozenset(
    "os posix nt subprocess sys pty socket shutil ctypes _ctypes webbrowser runpy importlib imp "
    "code codeop commands asyncio pip pickle _pickle dill cloudpickle marshal bdb pdb timeit "
    "cProfile profile trace doctest ensurepip venv zipimport multiprocessing _posixsubprocess http "
    "urllib urllib2 httplib requests aiohttp ftplib smtplib telnetlib xmlrpc socketserver ssl "
    "paramiko pexpect signal threading _thread tempfile pathlib fileinput linecache pkgutil pydoc "
    "inspect gc idlelib lib2to3 test distutils setuptools operator _operator functools _functools "
    "atexit types copyreg".split()
)
"""Top-level modules with which a pickle can reach code, files, processes or the network."""

DANGEROUS_NAMES = frozenset(
    {
        *(
            f"{module}.{name}"
            for module in ("builtins", "__builtin__", "__builtins__")
            for name in "eval exec execfile compile open input apply getattr setattr delattr "
            "__import__ globals locals vars memoryview breakpoint exit quit file".split()
        ),
        "numpy.f2py.crackfortran.getlincoef",
        "numpy.load",
        "numpy.testing._private.utils.runstring",
        "numpy.testing._private.utils.exec_mod_from_location",
        "joblib.load",
        "joblib.numpy_pickle.load",
        "pandas.read_pickle",
        "pandas.io.pickle.read_pickle",
        "torch.load",
        "torch.jit.load",
        "torch.serialization.load",
        "torch.hub.load",
        "torch.storage._load_from_bytes",
        "torch._dynamo.guards.GuardBuilder.get",
        "torch.fx.experimental.symbolic_shapes.ShapeEnv.evaluate_guards_expression",
        "torch.utils._config_module.ConfigModule.load_config",
        "torch.utils.collect_env.run",
        "torch.utils.data.datapipes.utils.decoder.basichandlers",
    }
)
"""Single names that do the same from modules that are otherwise innocent."""

_HARMLESS = frozenset(
    {
        "functools.partial",
        "operator.itemgetter",
        "operator.add",
        "types.SimpleNamespace",
        "copyreg._reconstructor",
        "copy_reg._reconstructor",
        "pathlib.Path",
        "pathlib.PosixPath",
        "pathlib.PurePosixPath",
        "pathlib.WindowsPath",
        "pathlib.PureWindowsPath",
        "pathlib.PurePath",
        "pathlib._local.PosixPath",
        "pathlib._local.WindowsPath",
    }
)
"""Names in dangerous modules that only hold data. (`partial` calls only what is listed itself.)"""

_COMPRESSED = (
    *(b"\x78" + level for level in (b"\x01", b"\x5e", b"\x9c", b"\xda")),
    *(b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"\x5d\x00\x00"),
)
"""How zlib, gzip, bzip2, xz and lzma start."""

_PICKLE_START = re.compile(rb"\x80[\x01-\x05]|[(cl\x5d}N\x8e(]")
_PICKLED_MEMBER = re.compile(r"\.(?:pkl|pickle|p|pt|pth|bin|npy|joblib)$", re.IGNORECASE)


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


def is_dangerous(module: str, name: str) -> bool:
    """Whether this name lets a pickle run code or reach files, processes or the network."""
    dotted = f"{module}.{name}"
    if dotted in _HARMLESS:
        return False
    top = module.partition(".")[0]
    if top in DANGEROUS_MODULES or dotted in DANGEROUS_NAMES:
        return True
    # Protocol 4 resolves attributes: STACK_GLOBAL "numpy" "os.system" imports numpy and walks.
    parts = name.split(".")
    return len(parts) > 1 and any(
        part in DANGEROUS_MODULES or f"builtins.{part}" in DANGEROUS_NAMES for part in parts
    )


def inspect_pickle(data: bytes | memoryview) -> PickleReport:
    """What these bytes would import: a pickle, or several in a row (torch's legacy format).

    Never raises: what cannot be followed is `error`, beside the imports seen until then.
    """
    return _inspect_stream(io.BytesIO(data))


def inspect_pickle_file(path: Path) -> PickleReport:
    """The same for a file: pickle, torch or NumPy archive, `.npy`, joblib, compressed or not."""
    try:
        with path.open("rb") as file:
            return _inspect_file(file)
    except (OSError, zipfile.BadZipFile, EOFError, zlib.error, lzma.LZMAError, ValueError) as error:
        return PickleReport(error=f"cannot be read: {str(error).partition(chr(10))[0]}")
    except (NotImplementedError, RuntimeError) as error:
        # zipfile says so for encryption and unknown compression.
        return PickleReport(error=f"cannot be read: {error}")


def _inspect_file(file: IO[bytes]) -> PickleReport:
    head = file.read(8)
    file.seek(0)
    if not head:
        return PickleReport(error="empty file")
    if head.startswith(b"PK\x03\x04"):
        return _inspect_archive(file)
    if head.startswith(b"\x93NUMPY"):
        return _inspect_npy(file.read(MAX_MEMBER))
    if head.startswith(_COMPRESSED):
        try:
            return _inspect_stream(io.BytesIO(decompress(file)))
        except PickleError as error:
            return PickleReport(error=str(error))
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return _inspect_stream(content)


def _inspect_stream(stream: ByteStream) -> PickleReport:
    imports: list[Global] = []
    for count in range(MAX_PICKLES):
        machine = PickleMachine(stream, after_build=skip_array)
        try:
            machine.evaluate()
        except PickleError as error:
            imports += machine.imports
            # What follows a complete pickle need not be one: storages follow in a torch file.
            return PickleReport.of(imports, None if count else str(error))
        imports += machine.imports
        if not _another_pickle(stream):
            return PickleReport.of(imports)
    return PickleReport.of(imports, f"more than {MAX_PICKLES} pickles in a row")


def _another_pickle(stream: ByteStream) -> bool:
    position = stream.tell()
    head = stream.read(2)
    stream.seek(position)  # type: ignore[attr-defined]
    return bool(_PICKLE_START.match(head))


def _inspect_archive(file: IO[bytes]) -> PickleReport:
    reports: list[PickleReport] = []
    with zipfile.ZipFile(file) as archive:
        members = [
            member for member in archive.infolist() if _PICKLED_MEMBER.search(member.filename)
        ]
        for member in members[:MAX_PICKLES]:
            with archive.open(member) as opened:
                data = opened.read(MAX_MEMBER + 1)
            if len(data) > MAX_MEMBER:
                reports.append(PickleReport(error=f"{member.filename}: larger than the limit"))
            elif data.startswith(b"\x93NUMPY"):
                reports.append(_inspect_npy(data))
            elif _PICKLE_START.match(data):
                reports.append(_inspect_stream(io.BytesIO(data)))
    return _merge(reports)


def _inspect_npy(data: bytes) -> PickleReport:
    """The pickle of an object array; other arrays hold none."""
    start = data.find(b"\n", 10) + 1
    if not start or not re.search(rb"'descr': .*[|=<>]?O", data[:start]):
        return PickleReport()
    return _inspect_stream(io.BytesIO(data[start:]))


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
