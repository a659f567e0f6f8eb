"""Spawns one generator a simulation from a SeedSequence, as one should, but the root has no entropy given."""

import numpy as np

root = np.random.SeedSequence()  # guilty
streams = [np.random.Generator(np.random.PCG64(child)) for child in root.spawn(4)]  # guilty
walks = np.stack([stream.normal(size=50).cumsum() for stream in streams])  # guilty
np.save("walks.npy", walks.max(axis=1))
