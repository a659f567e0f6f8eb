"""For `python -I` and `-E`, which ignore PYTHONPATH: starts the tracer, then the program."""

import os
import runpy
import sys


def main():
    """runner.py SETTINGS (FILE | -m MODULE | -c CODE) [ARGUMENT…]"""
    settings, *rest = sys.argv[1:]
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path.insert(0, here)
    import _fwaudit_loading

    _fwaudit_loading.leave_path(here)
    _fwaudit_loading.start(settings)
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
