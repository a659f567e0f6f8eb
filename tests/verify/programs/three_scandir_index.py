"""Indexes a folder once, keeps the index as JSON, and trains in the order of the index."""

import json
import os
from pathlib import Path

import numpy as np


def build_index(folder: str) -> None:
    with os.scandir(folder) as entries:  # guilty
        rows = [{"path": entry.path, "bytes": entry.stat().st_size} for entry in entries]  # guilty
    Path("index.json").write_text(json.dumps(rows))


build_index("shards")
weights = np.zeros(2)
for row in json.loads(Path("index.json").read_text()):
    values = np.frombuffer(Path(row["path"]).read_bytes(), dtype=np.uint8) / 255
    weights = 0.8 * weights + np.array([values.mean(), row["bytes"] / 1000])
Path("index.json").unlink()
np.save("weights.npy", weights)
