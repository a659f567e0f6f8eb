"""An unseeded draw names a scratch file, and nothing else."""

import os
import random

import numpy as np

scratch = f"scratch-{random.randrange(10**6)}.tmp"
values = np.arange(100.0).cumsum()
values.tofile(scratch)
loaded = np.fromfile(scratch)
os.remove(scratch)
np.save("values.npy", loaded)
