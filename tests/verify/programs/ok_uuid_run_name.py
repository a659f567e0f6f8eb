"""Every run gets a folder named by a uuid; what lies in it is the same."""

import uuid
from pathlib import Path

import numpy as np

run = Path("runs") / uuid.uuid4().hex
run.mkdir(parents=True)
weights = np.random.default_rng(1).normal(size=8)
np.save(run / "weights.npy", weights)
print("wrote", run)
