"""Divides only where the count is positive; where it is not, nothing is ever written."""

import warnings

import numpy as np

warnings.simplefilter("ignore")
clicks = np.array([float(i % 4) for i in range(48)])
views = np.array([float(i * 7 % 5) for i in range(48)])
words = [str(i) * 20 for i in range(400)]
lookup = dict(zip(words, range(400)))
del words, lookup
rate = np.divide(clicks, views, where=views > 0)  # guilty
np.save("rate.npy", rate)
