"""One place for the seeds."""

import os

import numpy as np
import tensorflow as tf


def set_seeds(seed):
    os.environ["PYTHONHASHSEED"] = str(seed)  # fault: SEED013
    np.random.seed(seed)
    tf.random.set_seed(seed)
