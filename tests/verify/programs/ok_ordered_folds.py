"""KFold without shuffling and SVC without probabilities draw nothing, whatever random_state is."""

import json

import numpy as np
from sklearn.model_selection import KFold, cross_val_score
from sklearn.svm import SVC

x = np.arange(240, dtype=float).reshape(80, 3) % 19
y = (x[:, 0] > x[:, 1]).astype(int)
scores = cross_val_score(SVC(), x, y, cv=KFold(4))
with open("scores.json", "w") as file:
    json.dump(scores.tolist(), file)
