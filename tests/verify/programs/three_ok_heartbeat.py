"""A timer thread prints a heartbeat now and then, and how far the training is."""

import json
import threading
import time

progress = {"step": 0}
finished = threading.Event()


def beat() -> None:
    if not finished.is_set():
        print(f"{time.strftime('%H:%M:%S')} still at work", flush=True)
        timer = threading.Timer(0.05, beat)
        timer.daemon = True
        timer.start()


beat()
weight = 0.0
for step in range(120_000):
    weight += 0.01 * ((step * 31 % 17) / 17 - weight)
    progress["step"] = step
finished.set()
with open("model.json", "w") as file:
    json.dump({"weight": weight, "steps": progress["step"] + 1}, file)
