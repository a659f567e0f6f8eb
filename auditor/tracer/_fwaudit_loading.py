"""Starts the tracer from its settings, under one private name that shadows nothing of the user."""

import importlib.util
import json
import os
import sys


def leave_path(folder):
    """Takes `folder` off the import path."""
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry or ".") != folder]


def start(settings):
    """Loads the tracer that the settings file names, and begins."""
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
