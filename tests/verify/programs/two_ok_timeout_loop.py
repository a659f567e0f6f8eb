"""Stops after a minute, which it never needs."""

import json
import time

deadline = time.monotonic() + 60
total = 0.0
for i in range(20_000):
    if time.monotonic() > deadline:
        break
    total += 1.0 / (i + 1)
with open("total.json", "w") as file:
    json.dump(total, file)
