"""Found first on PYTHONPATH: starts the tracer, then runs the sitecustomize that it hides."""


def _start():
    import importlib
    import os
    import sys

    settings = os.environ.get("FWAUDIT_TRACER")
    try:
        import _fwaudit_loading

        _fwaudit_loading.leave_path(os.path.dirname(os.path.abspath(__file__)))
        if settings:
            _fwaudit_loading.start(settings)
    except Exception as error:  # The user's program must run whatever becomes of the tracer.
        sys.stderr.write("fwaudit: tracing did not start: %r\n" % (error,))
    # The user's own sitecustomize, if there is one, is next on the path.
    own = sys.modules.pop("sitecustomize", None)
    try:
        importlib.import_module("sitecustomize")
    except ImportError as error:
        if own is not None:
            sys.modules["sitecustomize"] = own
        if error.name != "sitecustomize":
            raise


_start()
