"""A lock file holds the process id while the program runs."""

import os
import tempfile

import numpy as np

lock = os.path.join(tempfile.gettempdir(), f"demo-{os.getpid()}.lock")
with open(lock, "w") as file:
    file.write(str(os.getpid()))
np.save("squares.npy", np.arange(20) ** 2)
os.remove(lock)
