"""Which names let a pickle run code, or reach files, processes or the network."""

from __future__ import annotations

DANGEROUS_MODULES = frozenset(
    "os posix nt subprocess sys pty socket shutil ctypes _ctypes webbrowser runpy importlib imp "
    "code codeop commands asyncio pip pickle _pickle dill cloudpickle marshal bdb pdb timeit "
    "cProfile profile trace doctest ensurepip venv zipimport multiprocessing _posixsubprocess http "
    "urllib urllib2 httplib requests aiohttp ftplib smtplib telnetlib xmlrpc socketserver ssl "
    "paramiko pexpect signal threading _thread tempfile pathlib fileinput linecache pkgutil pydoc "
    "inspect gc idlelib lib2to3 test distutils setuptools operator _operator functools _functools "
    "atexit types copyreg imaplib poplib nntplib _osx_support _aix_support _pyrepl sqlite3 shelve "
    "dbm zipfile tarfile site unittest py_compile compileall rlcompleter cmd concurrent msvcrt "
    "winreg _winapi _testcapi _interpreters _xxsubinterpreters mmap faulthandler pytest _pytest "
    "IPython jsonpickle yaml".split()
)
"""Top-level modules with which a pickle can reach code, files, processes or the network."""

_DANGEROUS_PACKAGES = (
    "logging.config", "logging.handlers", "numpy.ctypeslib", "numpy.distutils", "numpy.f2py",
    "numpy.testing", "torch._dynamo", "torch._inductor", "torch.classes",
    "torch.distributed.elastic",
    "torch.distributed.launch", "torch.distributed.launcher", "torch.distributed.rpc",
    "torch.distributed.run", "torch.hub", "torch.ops", "torch.package", "torch.testing",
    "torch.utils.bottleneck", "torch.utils.collect_env", "torch.utils.cpp_extension",
    "torch.utils.model_zoo", "sympy.core.sympify", "sympy.parsing",
)  # fmt: skip
"""The same below a package whose other parts are innocent."""

DANGEROUS_NAMES = frozenset(
    {
        *(
            f"{module}.{name}"
            for module in ("builtins", "__builtin__", "__builtins__")
            for name in "eval exec execfile compile open input apply getattr setattr delattr "
            "__import__ globals locals vars memoryview breakpoint exit quit file".split()
        ),
        *(f"{module}.{name}" for module in ("io", "_io", "_pyio") for name in ("open", "FileIO")),
        "io.open_code",
        "_io.open_code",
        "codecs.open",
        "logging.FileHandler",
        "uuid._get_command_stdout",
        "uuid._popen",
        "numpy.fromfile",
        "numpy.load",
        "numpy.memmap",
        "numpy.lib.npyio.load",
        "numpy.lib._npyio_impl.load",
        "joblib.load",
        "joblib.numpy_pickle.load",
        "pandas.eval",
        "pandas.core.computation.eval.eval",
        "pandas.read_pickle",
        "pandas.io.pickle.read_pickle",
        "keras.models.load_model",
        "keras.saving.load_model",
        "tensorflow.keras.models.load_model",
        "sympy.sympify",
        "torch.load",
        "torch.jit.load",
        "torch.serialization.load",
        "torch.storage._load_from_bytes",
        "torch.fx.experimental.symbolic_shapes.ShapeEnv.evaluate_guards_expression",
        "torch.fx.graph_module.reduce_graph_module",
        "torch.fx.graph_module.reduce_package_graph_module",
        "torch.fx.graph_module._forward_from_src",
        "torch.jit.unsupported_tensor_ops.execWrapper",
        "torch.utils._config_module.ConfigModule.load_config",
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
        *(
            f"{module}.{name}"
            for module in ("pathlib", "pathlib._local")
            for name in (
                *("Path", "PosixPath", "PurePath", "PurePosixPath"),
                *("PureWindowsPath", "WindowsPath"),
            )
        ),
    }
)
"""Names in dangerous modules that only hold data. (`partial` calls only what is listed itself.)"""


def is_dangerous(module: str, name: str) -> bool:
    """Whether this name lets a pickle run code or reach files, processes or the network."""
    dotted = f"{module}.{name}"
    if dotted in _HARMLESS:
        return False
    top = module.partition(".")[0]
    if top in DANGEROUS_MODULES or dotted in DANGEROUS_NAMES:
        return True
    if any(dotted.startswith(f"{package}.") for package in _DANGEROUS_PACKAGES):
        return True
    # Protocol 4 resolves attributes: STACK_GLOBAL "numpy" "os.system" imports numpy and walks.
    parts = name.split(".")
    return len(parts) > 1 and any(
        part in DANGEROUS_MODULES or part.startswith("__") or f"builtins.{part}" in DANGEROUS_NAMES
        for part in parts
    )
