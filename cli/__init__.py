"""The command line: parses, introduces rules and renderers to the engine, writes, exits."""

from . import manual, release, running, scanning, upkeep
from .group import main

__all__ = ["main", "manual", "release", "running", "scanning", "upkeep"]
