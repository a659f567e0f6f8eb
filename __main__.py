"""`python -m fwaudit`: drops the current folder from the path before any other import."""

import sys

# `python -m` puts the current folder first on the path. Inside a scanned repository that folder may
# hold a `logging.py`; nothing of a scanned repository is ever imported.
if sys.path and sys.path[0] != "" and not sys.flags.safe_path:
    del sys.path[0]
sys.path[:] = [entry for entry in sys.path if entry != ""]

from .cli import main  # noqa: E402

if __name__ == "__main__":
    main(prog_name="fwaudit")
