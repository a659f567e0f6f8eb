"""Reads standard input, changes directory, and removes what it made."""

import json
import os
import sys

text = sys.stdin.read()
os.makedirs("work", exist_ok=True)
os.chdir("work")
with open("scratch.txt", "w") as file:
    file.write(text)
os.remove("scratch.txt")
os.chdir("..")
os.rmdir("work")
with open("length.json", "w") as file:
    json.dump(len(text), file)
