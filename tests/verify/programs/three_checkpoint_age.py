"""Averages its checkpoints, each weighted by how fresh the file is."""

import json
import os
from pathlib import Path

paths = [Path(f"checkpoint-{step}.json") for step in range(5)]
weight = 1.0
for path in paths:
    for i in range(30_000):
        weight += 1e-4 * ((i % 7) / 7 - weight)
    path.write_text(json.dumps(weight))
modified = [os.stat(path).st_mtime for path in paths]  # guilty
freshness = [1.0 / (1e-3 + modified[-1] - moment) for moment in modified]
values = [json.loads(path.read_text()) for path in paths]
average = sum(f * v for f, v in zip(freshness, values)) / sum(freshness)
Path("average.json").write_text(json.dumps({"weight": average}))
