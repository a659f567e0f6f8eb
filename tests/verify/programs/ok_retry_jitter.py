"""Waits a random time between retries, as one should."""

import json
import random
import time

attempts = 0


def flaky() -> int:
    global attempts
    attempts += 1
    if attempts < 3:
        raise ConnectionError("not yet")
    return 42


while True:
    try:
        answer = flaky()
        break
    except ConnectionError:
        time.sleep(random.uniform(0.01, 0.03))
with open("answer.json", "w") as file:
    json.dump({"answer": answer, "attempts": attempts}, file)
