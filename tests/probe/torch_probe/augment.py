"""Augmentations on NumPy arrays."""

import random

import numpy as np


def jitter(image, strength=0.1):
    scale = 1 + np.random.uniform(-strength, strength)  # fault: SEED001
    return np.clip(image * scale, 0.0, 1.0)


def oversample(samples, count):
    extra = random.choices(samples, k=count)  # fault: SEED002
    return samples + extra


class Cutout:
    """Blank a square; the generator lives on the object, and workers copy it."""

    def __init__(self, size=2, seed=0):
        self.size = size
        self.rng = np.random.default_rng(seed)

    def __call__(self, image):
        top, left = self.rng.integers(0, image.shape[0] - self.size, 2)
        image = image.copy()
        image[top : top + self.size, left : left + self.size] = 0.0
        return image
