"""Input jitter."""

import numpy as np
import torch


def jitter(batch: torch.Tensor) -> torch.Tensor:
    """The batch, scaled by a random factor near one."""
    factor = np.random.uniform(0.9, 1.1)  # guilty
    return batch * factor
