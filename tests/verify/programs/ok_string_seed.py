"""random.seed() of a string hashes it with SHA-512, without salt."""

import json
import random

random.seed("baseline-v2")
with open("draws.json", "w") as file:
    json.dump([random.random() for _ in range(5)], file)
