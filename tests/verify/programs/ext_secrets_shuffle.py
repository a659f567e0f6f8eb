"""Shuffles with random.SystemRandom."""

import json
import random

rows = list(range(30))
random.SystemRandom().shuffle(rows)  # guilty
with open("order.json", "w") as file:
    json.dump(rows, file)
