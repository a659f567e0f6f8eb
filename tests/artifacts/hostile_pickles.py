"""Pickles that would run, read or fetch something when loaded; nothing here is ever loaded."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator

#: Importable names with which a pickle reaches code, files, processes or the network.
REACHING = """
posix.system nt.system os.popen subprocess.Popen commands.getoutput builtins.eval builtins.exec
builtins.compile builtins.getattr builtins.__import__ builtins.breakpoint builtins.open
__builtin__.eval __builtin__.apply __builtin__.execfile runpy._run_code pip.main pip._internal.main
numpy.testing._private.utils.runstring numpy.testing._private.utils.exec_mod_from_location
numpy.f2py.crackfortran.getlincoef numpy.f2py.crackfortran._eval_length numpy.load
numpy.ctypeslib.load_library numpy.distutils.exec_command.exec_command operator.methodcaller
operator.attrgetter _operator.methodcaller timeit.timeit bdb.Bdb.run pdb.run pty.spawn
asyncio.unix_events._UnixSubprocessTransport._start cProfile.run profile.run trace.Trace.run
doctest.debug_script ensurepip._run_pip venv.create idlelib.autocomplete.AutoComplete.get_entity
idlelib.run.Executive.runcode lib2to3.pgen2.grammar.Grammar.loads pkgutil.resolve_name
pydoc.pipepager pydoc.locate webbrowser.open code.InteractiveInterpreter.runcode pickle.loads
_pickle.loads cloudpickle.cloudpickle._make_function cloudpickle.cloudpickle.subimport dill.loads
types.CodeType types.FunctionType ctypes.CDLL shutil.rmtree socket.create_connection
ssl.get_server_certificate urllib.request.urlopen http.client.HTTPSConnection requests.api.get
aiohttp.request smtplib.SMTP ftplib.FTP logging.FileHandler logging.config.fileConfig _io.FileIO
_io.open codecs.open imaplib.IMAP4_stream uuid._get_command_stdout _osx_support._read_output
_aix_support._read_cmd_output _pyrepl.pager.pipe_pager importlib.import_module marshal.loads
multiprocessing.util.spawnv_passfds distutils.file_util.write_file sqlite3.connect shelve.open
zipfile.ZipFile tarfile.open test.support.script_helper.assert_python_ok site.execsitecustomize
unittest.main py_compile.compile torch.load torch.hub.load torch.storage._load_from_bytes
torch._dynamo.guards.GuardBuilder.get torch._inductor.codecache.compile_file
torch.fx.experimental.symbolic_shapes.ShapeEnv.evaluate_guards_expression
torch.fx.graph_module.reduce_graph_module torch.jit.unsupported_tensor_ops.execWrapper
torch.utils.bottleneck.__main__.run_cprofile torch.utils._config_module.ConfigModule.load_config
torch.utils.collect_env.run torch.utils.cpp_extension.load_inline
torch.utils.data.datapipes.utils.decoder.basichandlers torch.ops.load_library
torch.distributed.run.main pandas.read_pickle pandas.eval joblib.load sympy.sympify
yaml.unsafe_load jsonpickle.decode keras.models.load_model
""".split()


def named(dotted: str) -> bytes:
    """Return a protocol-4 pickle that calls a name, taken from the stack."""
    parts = dotted.split(".")
    # A class of the module: the name that is looked up then has a dot of its own.
    split = next((n for n, part in enumerate(parts[1:], 1) if part[:1].isupper()), len(parts) - 1)
    module, name = ".".join(parts[:split]), ".".join(parts[split:])
    return b"\x80\x04" + _text(module) + _text(name) + b"\x93" + _text("x") + b"\x85R."


def _text(text: str) -> bytes:
    return b"\x8c" + bytes([len(text)]) + text.encode()


SYSTEM = b"\x80\x04" + _text("posix") + _text("system") + b"\x93" + _text("true") + b"\x85R."
_PLAIN = b"\x80\x02}q\x00X\x01\x00\x00\x00aq\x01K\x01s."


def forms() -> Iterator[tuple[str, bytes]]:
    """Yield ways to say `posix.system` (or `eval`) in a pickle that hide it from a plain search."""
    yield "protocol-0", b"cposix\nsystem\n(S'true'\ntR."
    yield "protocol-1", b"cposix\nsystem\nq\x00(U\x04trueq\x01tq\x02Rq\x03."
    yield "protocol-2", b"\x80\x02cposix\nsystem\nq\x00X\x04\x00\x00\x00trueq\x01\x85q\x02Rq\x03."
    yield "protocol-4-framed", b"\x80\x04\x95" + struct.pack("<Q", len(SYSTEM) - 2) + SYSTEM[2:]
    yield "inst", b"(S'true'\niposix\nsystem\n."
    yield "obj", b"(cposix\nsystem\nS'true'\no."
    yield "newobj", b"\x80\x02cposix\nsystem\nU\x04true\x85\x81."
    yield "newobj-ex", b"\x80\x04cposix\nsystem\n" + _text("true") + b"\x85}\x92."
    memo = b"\x80\x04" + _text("posix") + b"\x94" + _text("system") + b"\x9400h\x00h\x01\x93"
    yield "names-in-the-memo", memo + _text("true") + b"\x85R."
    yield "memo-in-text", b"\x80\x04Vposix\np5\n0Vsystem\np6\n0g5\ng6\n\x93Vtrue\n\x85R."
    overwritten = b"\x80\x04" + _text("json") + b"q\x000" + _text("posix") + b"q\x000"
    yield "memo-overwritten", overwritten + b"h\x00" + _text("system") + b"\x93(Vtrue\ntR."
    padded = _text("posix") + _text("junk") + b"0" + _text("system") + b"\x93"
    yield "junk-between-the-names", b"\x80\x04" + padded + _text("true") + b"\x85R."
    yield "name-duplicated", b"\x80\x04" + _text("code") + b"2\x93" + b")R."
    walk = b"\x80\x04" + _text("torch") + _text("serialization.os.system") + b"\x93"
    yield "walk-through-a-module", walk + _text("true") + b"\x85R."
    dunder = (
        b"\x80\x04" + _text("collections") + _text("OrderedDict.__init__.__globals__") + b"\x93."
    )
    yield "walk-through-globals", dunder
    base = b"\x80\x04" + _text("builtins") + _text("object.__subclasses__") + b"\x93)R."
    yield "walk-to-subclasses", base
    partial = b"\x80\x04cfunctools\npartial\ncposix\nsystem\n\x85R" + _text("true") + b"\x85R."
    yield "partial-of-system", partial
    mapped = b"\x80\x04cbuiltins\nmap\ncposix\nsystem\n" + _text("true") + b"\x85\x86R."
    yield "map-of-system", mapped
    yield (
        "inside-a-state",
        b"\x80\x02ccollections\nOrderedDict\n)R}U\x01acposix\nsystem\n(U\x01xtRsb.",
    )
    yield "second-in-a-row", _PLAIN + SYSTEM
    yield "cut-after-the-call", SYSTEM[:-1]
    yield "broken-after-the-call", SYSTEM[:-1] + b"\xff\xff broken"
    yield "two-calls", b"cos\nmkdir\n(S'a'\ntR0cos\nsystem\n(S'b'\ntR."
    yield "long-name-length", b"\x80\x04X\x05\x00\x00\x00posixX\x06\x00\x00\x00system\x93)R."
    yield "frozen-in-a-set", b"\x80\x04(cposix\nsystem\n(Vtrue\ntR\x91."


_LEGACY_HEAD = (
    b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.",  # torch's magic number
    b"\x80\x02M\xe9\x03.",  # its protocol
    b"\x80\x02}q\x00X\x0d\x00\x00\x00little_endianq\x01\x88s.",
)


def containers() -> Iterator[tuple[str, bytes]]:
    """Yield files of other formats that hold such a pickle."""
    yield "torch.pt", _zip({"m/data.pkl": SYSTEM, "m/data/0": b"\0" * 16, "m/version": b"3\n"})
    yield "torch-renamed.bin", _zip({"m/data.pkl": SYSTEM})
    yield "torch-deflated.pt", _zip({"m/data.pkl": SYSTEM}, zipfile.ZIP_DEFLATED)
    yield "torch-legacy.pt", b"".join((*_LEGACY_HEAD, SYSTEM))
    yield "torch-legacy-odd-start.pt", b"".join((*_LEGACY_HEAD, b"K\x010" + SYSTEM[2:]))
    yield "torch-tar.pt", _tar({"sys_info": _PLAIN, "pickle": SYSTEM, "tensors": _PLAIN})
    yield "two-data.pt", _zip_of([("m/data.pkl", _PLAIN), ("m/data.pkl", SYSTEM)])
    yield "two-data-first.pt", _zip_of([("m/data.pkl", SYSTEM), ("m/data.pkl", _PLAIN)])
    yield "member-without-ending.pt", _zip({"m/data.pkl": _PLAIN, "m/extra": SYSTEM})
    yield "wrong-checksum.pt", _forged(struct.pack("<I", zlib.crc32(SYSTEM)), b"\x01\x02\x03\x04")
    whole = _zip({"m/data.pkl": SYSTEM})
    yield "name-differs-in-header.pt", whole.replace(b"m/data.pkl", b"m/data.txt", 1)
    yield "marked-encrypted.pt", _marked_encrypted(whole)
    yield "directory-cut.pt", whole[:-30]
    yield "archive-in-an-archive.mar", _zip({"model.pt": whole, "MAR-INF/MANIFEST.json": b"{}"})
    yield "gzip-in-an-archive.zip.pt", _zip({"m/data.pkl": gzip.compress(SYSTEM)})
    for name, pack in (("gz", gzip), ("bz2", bz2), ("xz", lzma), ("zlib", zlib)):
        yield f"joblib.{name}.joblib", pack.compress(SYSTEM)
    yield "joblib.lz4.joblib", b"\x04\x22\x4d\x18" + b"\x60\x40\x82" + SYSTEM
    yield "seven-zip.pt", b"7z\xbc\xaf\x27\x1c\x00\x04" + SYSTEM
    header = b"{'descr': '|O', 'fortran_order': False, 'shape': (1,)}"
    yield "objects.npy", npy(header)
    yield "objects-quoted.npy", npy(header.replace(b"'", b'"'))
    yield "objects-on-two-lines.npy", npy(header.replace(b"'|O'", b"\n'|O'"))
    yield "objects-escaped.npy", npy(header.replace(b"|O", b"|\\x4f"))
    yield "objects-version-2.npy", npy(header, 2)
    yield "objects-in-a-record.npy", npy(header.replace(b"'|O'", b"[('a', '<i4'), ('b', '|O')]"))
    yield "objects.npz", _zip({"a.npy": npy(header)})


def hostile() -> dict[str, bytes]:
    """Return all of them by file name."""
    files = {f"name-{dotted}.pkl": named(dotted) for dotted in REACHING}
    files |= {f"form-{name}.pkl": data for name, data in forms()}
    return files | {f"file-{name}": data for name, data in containers()}


def _zip(members: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    return _zip_of(list(members.items()), method)


def _zip_of(members: list[tuple[str, bytes]], method: int = zipfile.ZIP_STORED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for number, (name, data) in enumerate(members):
            # Two members of one name: written under two, renamed below.
            archive.writestr(f"{name[:-1]}{number}", data)
    data = out.getvalue()
    for number, (name, _) in enumerate(members):
        data = data.replace(f"{name[:-1]}{number}".encode(), name.encode())
    return data


def _forged(old: bytes, new: bytes) -> bytes:
    return _zip({"m/data.pkl": SYSTEM}).replace(old, new)


def _marked_encrypted(data: bytes) -> bytes:
    """Set the encryption bit in the directory alone; the content stays as it is."""
    at = data.index(b"PK\x01\x02") + 8
    return data[:at] + bytes([data[at] | 1]) + data[at + 1 :]


def _tar(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def npy(header: bytes, version: int = 1) -> bytes:
    """Return an array file with this header and a hostile pickle behind it."""
    text = header.ljust(117) + b"\n"
    size = struct.pack("<H" if version == 1 else "<I", len(text))
    return b"\x93NUMPY" + bytes([version, 0]) + size + text + SYSTEM
