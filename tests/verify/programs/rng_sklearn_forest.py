"""A random forest without random_state."""

import json

import numpy as np
from sklearn.ensemble import RandomForestClassifier

x = np.arange(300, dtype=float).reshape(100, 3) % 17
y = (x[:, 0] * x[:, 1] > 60).astype(int)
forest = RandomForestClassifier(n_estimators=5, max_depth=4)
forest.fit(x, y)  # guilty
with open("importances.json", "w") as file:
    json.dump(forest.feature_importances_.tolist(), file)
