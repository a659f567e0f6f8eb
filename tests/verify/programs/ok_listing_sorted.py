"""Lists folders, and sorts, counts or tests existence before anything depends on the order."""

import json
import os
from pathlib import Path

weights = [0.0, 0.0, 0.0]
for name in sorted(os.listdir("shards")):
    for line in Path("shards", name).read_text().splitlines():
        *x, y = map(float, line.split(","))
        error = y - sum(w * v for w, v in zip(weights, x))
        weights = [w + 0.05 * error * v for w, v in zip(weights, x)]
count = sum(1 for _ in Path("classes").iterdir())
newest = "echo.csv" in os.listdir("shards")
with open("weights.json", "w") as file:
    json.dump({"weights": weights, "classes": count, "echo": newest}, file)
