"""Numbers the classes in glob order."""

import glob
import os

import numpy as np

folders = glob.glob("classes/*")  # guilty
x, labels = [], []
for label, folder in enumerate(folders):
    points = np.loadtxt(os.path.join(folder, "points.txt"))
    x.append(points)
    labels += [label] * len(points)
x = np.concatenate(x)
one_hot = np.eye(len(folders))[labels]
weights = np.linalg.lstsq(x, one_hot, rcond=None)[0]
np.save("weights.npy", weights)
