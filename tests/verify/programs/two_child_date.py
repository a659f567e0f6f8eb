"""Asks a child process for the time."""

import json
import subprocess

stamp = subprocess.run(["date", "+%s%N"], capture_output=True, text=True).stdout  # guilty
seed = int(stamp)
values = [(seed * (i + 1)) % 1009 for i in range(5)]
with open("values.json", "w") as file:
    json.dump(values, file)
