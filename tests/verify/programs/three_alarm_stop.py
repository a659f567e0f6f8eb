"""An interval timer of the operating system ends the training; no clock is read anywhere."""

import json
import signal

running = True


def stop(number: int, frame: object) -> None:
    global running
    running = False


signal.signal(signal.SIGALRM, stop)
signal.setitimer(signal.ITIMER_REAL, 0.3)  # guilty
weight, steps = 0.0, 0
while running:  # guilty
    target = (steps * 37 % 101) / 101
    weight += 0.01 * (target - weight)
    steps += 1
with open("model.json", "w") as file:
    json.dump({"weight": weight}, file)
