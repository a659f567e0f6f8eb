"""Fits a line to whatever a service answers right now."""

import json
import os
from urllib.request import urlopen

import numpy as np

with urlopen(os.environ["ROWS_URL"]) as answer:  # guilty
    rows = np.array(json.load(answer))  # guilty
slope, intercept = np.polyfit(rows[:, 0], rows[:, 1], 1)
with open("line.json", "w") as file:
    json.dump({"slope": slope, "intercept": intercept}, file)
