"""Where the user's own code stands: innermost frame outside the standard library and packages."""

import os
import site
import sys
import sysconfig

_START = os.getcwd()
_own = os.path.dirname(os.path.abspath(__file__)) + os.sep
_library = tuple(
    {
        os.path.abspath(path) + os.sep
        for name in ("stdlib", "platstdlib", "purelib", "platlib")
        for path in [sysconfig.get_paths().get(name)]
        if path
    }
    | {os.path.abspath(path) + os.sep for path in getattr(site, "getsitepackages", list)()}
)
_root = [""]
_kinds = {}
_USER, _LIBRARY, _IMPORT = 0, 1, 2


def set_root(path):
    """Places inside `path` are reported relative to it."""
    _root[0] = os.path.realpath(path) + os.sep


def _kind(filename):
    kind = _kinds.get(filename)
    if kind is None:
        kind = _kinds[filename] = _classify(filename)
    return kind


def _classify(filename):
    if filename.startswith("<frozen importlib"):
        return _IMPORT
    if filename == "<string>" and getattr(sys, "argv", [""])[:1] != ["-c"]:
        # What dataclasses and named tuples write for themselves.
        return _LIBRARY
    if filename.startswith("<") and filename not in ("<stdin>", "<string>"):
        return _LIBRARY
    path = os.path.abspath(os.path.join(_START, filename))
    if "__autograph_generated_file" in path:
        # What TensorFlow made of the user's function; the line that calls it is the user's own.
        return _LIBRARY
    if path.startswith(_own) or path.endswith(os.sep + "sitecustomize.py"):
        return _LIBRARY
    packaged = "site-packages" in path or "dist-packages" in path
    return _LIBRARY if packaged or path.startswith(_library) else _USER


def _filename(frame):
    filename = frame.f_code.co_filename
    if filename == "<dynamic-code>":
        # cloudpickle, which brings functions to joblib's workers, keeps lines and globals only.
        return frame.f_globals.get("__file__") or filename
    return filename


def is_user(filename):
    """Whether code from this file is the user's own."""
    return _kind(filename) == _USER


def in_tree(filename):
    """Whether the file lies in the tree under verification and is no library."""
    if _kind(filename) != _USER:
        return False
    return os.path.realpath(os.path.join(_START, filename)).startswith(_root[0])


def spelled(filename, line, function):
    """`path:line<tab>function`, relative to the tree where possible."""
    if not filename.startswith("<"):
        filename = os.path.realpath(os.path.join(_START, filename))
        if filename.startswith(_root[0]):
            filename = filename[len(_root[0]) :]
    return "%s:%d\t%s" % (filename, line, function)


def user_place(depth=1):
    """(place, during_import, libraries): place is "" where no user code is on the stack.

    `libraries` are the module names between the user's frame and the caller, innermost first.
    """
    try:
        frame = sys._getframe(depth + 1)
    except ValueError:
        return "", False, ()
    during_import = False
    libraries = []
    while frame is not None:
        filename = _filename(frame)
        kind = _kind(filename)
        if kind == _USER:
            place = spelled(filename, frame.f_lineno, frame.f_code.co_name)
            return place, during_import, tuple(libraries)
        if kind == _IMPORT:
            during_import = True
        elif len(libraries) < 30:
            name = frame.f_globals.get("__name__") or ""
            if not name.startswith("_fwaudit_tracer") and (not libraries or libraries[-1] != name):
                libraries.append(name)
        frame = frame.f_back
    return "", during_import, tuple(libraries)
