"""Keeps events of the last minutes, by the current time."""

import csv
import time

now = time.time()  # guilty
rows = [(i, round(1.0 / (1.0 + (now % 100) + i), 9)) for i in range(8)]
with open("weights.csv", "w", newline="") as file:
    csv.writer(file).writerows([("event", "weight"), *rows])
