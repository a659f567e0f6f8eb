"""For `python -I` and `-E`, which ignore PYTHONPATH: starts the tracer, then the program."""

import importlib.util
import json
import os
import runpy
import sys


def _begin(settings):
    with open(settings, encoding="utf-8") as file:
        config = json.load(file)
    folder = config["tracer"]
    spec = importlib.util.spec_from_file_location(
        "_fwaudit_tracer",
        os.path.join(folder, "__init__.py"),
        submodule_search_locations=[folder],
    )
    package = importlib.util.module_from_spec(spec)
    sys.modules["_fwaudit_tracer"] = package
    spec.loader.exec_module(package)
    importlib.import_module("_fwaudit_tracer.begin").begin(config)


def main():
    """runner.py SETTINGS (FILE | -m MODULE | -c CODE) [ARGUMENT…]"""
    settings, *rest = sys.argv[1:]
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry or ".") != here]
    _begin(settings)
    if rest[0] == "-m":
        sys.argv = rest[1:]
        runpy.run_module(rest[1], run_name="__main__", alter_sys=True)
    elif rest[0] == "-c":
        sys.argv = ["-c", *rest[2:]]
        exec(compile(rest[1], "<string>", "exec"), {"__name__": "__main__"})
    else:
        sys.argv = rest
        if not sys.flags.isolated:
            sys.path.insert(0, os.path.dirname(os.path.abspath(rest[0])))
        runpy.run_path(rest[0], run_name="__main__")


if __name__ == "__main__":
    main()
