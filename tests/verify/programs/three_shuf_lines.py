"""Lets a tool of the operating system pick the validation rows."""

import json
import subprocess

rows = [f"row-{i:02d}" for i in range(50)]
picked = subprocess.run(  # guilty
    ["shuf", "-n", "10"],  # guilty
    input="\n".join(rows),  # guilty
    capture_output=True,  # guilty
    text=True,  # guilty
    check=True,  # guilty
)  # guilty
validation = sorted(picked.stdout.split())
with open("validation.json", "w") as file:
    json.dump(validation, file)
