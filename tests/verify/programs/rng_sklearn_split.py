"""A train/test split without random_state decides the score."""

import json

import numpy as np
from sklearn.linear_model import Ridge
from sklearn.model_selection import train_test_split

rng = np.random.RandomState(11)
x = rng.randn(80, 4)
y = x @ np.array([1.0, -2.0, 0.5, 0.0]) + rng.randn(80)
x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=0.25)  # guilty
model = Ridge().fit(x_train, y_train)
with open("score.json", "w") as file:
    json.dump({"r2": model.score(x_test, y_test)}, file)
