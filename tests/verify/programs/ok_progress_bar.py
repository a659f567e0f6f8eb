"""A progress bar that shows rate and time left, redrawn when enough time has passed."""

import sys
import time

import numpy as np

rng = np.random.default_rng(3)
weights = np.zeros(50)
begin = last = time.monotonic()
for step in range(1, 301):
    weights += 0.01 * rng.normal(size=50)
    now = time.monotonic()
    if now - last > 0.005 or step == 300:
        last = now
        rate = step / (now - begin)
        sys.stderr.write(f"\r{step}/300 {rate:8.1f} it/s, {(300 - step) / rate:5.2f} s left")
sys.stderr.write("\n")
np.save("weights.npy", weights)
