"""Assigns files to folds by a checksum of their full, temporary path."""

import json
import tempfile
import zlib
from pathlib import Path

folds = {}
with tempfile.TemporaryDirectory() as folder:  # guilty
    for i in range(40):
        path = Path(folder) / f"sample-{i:02d}.txt"
        path.write_text(str(i))
        folds[path.name] = zlib.crc32(str(path).encode()) % 5
with open("folds.json", "w") as file:
    json.dump(folds, file)
