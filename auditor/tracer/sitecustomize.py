"""Found first on PYTHONPATH: starts the tracer, then runs the sitecustomize that it hides."""


def _start():
    import importlib.util
    import os
    import sys

    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry or ".") != here]
    settings = os.environ.get("FWAUDIT_TRACER")
    if settings:
        try:
            import json

            with open(settings, encoding="utf-8") as file:
                config = json.load(file)
            folder = config["tracer"]
            # One private name for everything: nothing of ours can shadow a module of the user.
            spec = importlib.util.spec_from_file_location(
                "_fwaudit_tracer",
                os.path.join(folder, "__init__.py"),
                submodule_search_locations=[folder],
            )
            package = importlib.util.module_from_spec(spec)
            sys.modules["_fwaudit_tracer"] = package
            spec.loader.exec_module(package)
            importlib.import_module("_fwaudit_tracer.begin").begin(config)
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
