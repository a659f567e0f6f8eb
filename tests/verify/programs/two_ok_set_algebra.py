"""Sets of strings, but only their sizes and sorted members are used; a listing goes into a set."""

import json
import os

train = {f"user-{i}" for i in range(0, 60, 2)}
test = {f"user-{i}" for i in range(0, 60, 3)}
files = set(os.listdir("shards"))
report = {"leak": sorted(train & test), "only": len(train - test), "files": sorted(files)}
with open("report.json", "w") as file:
    json.dump(report, file)
