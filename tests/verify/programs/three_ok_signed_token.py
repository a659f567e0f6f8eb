"""Signs its own message to a child with a throw-away key from the system's entropy."""

import hashlib
import hmac
import json
import os
import subprocess
import sys

CHILD = """
import hashlib, hmac, json, os, sys
payload, mark = sys.stdin.read().split("|")
key = bytes.fromhex(os.environ["JOB_KEY"])
good = hmac.compare_digest(mark, hmac.new(key, payload.encode(), hashlib.sha256).hexdigest())
print(json.dumps({"trusted": good, "total": sum(json.loads(payload))}))
"""

key = os.urandom(32)
payload = json.dumps([i * i % 13 for i in range(40)])
mark = hmac.new(key, payload.encode(), hashlib.sha256).hexdigest()
answer = subprocess.run(
    [sys.executable, "-c", CHILD],
    input=f"{payload}|{mark}",
    env={**os.environ, "JOB_KEY": key.hex()},
    capture_output=True,
    text=True,
    check=True,
)
with open("answer.json", "w") as file:
    file.write(answer.stdout)
