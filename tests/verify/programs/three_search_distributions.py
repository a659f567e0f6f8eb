"""A randomised search draws its candidates from scipy's distributions; only the split is seeded."""

import json

import numpy as np
from scipy.stats import loguniform
from sklearn.linear_model import Ridge
from sklearn.model_selection import KFold, RandomizedSearchCV

x = np.sin(np.arange(240, dtype=float).reshape(60, 4) ** 1.1)
y = x @ np.array([1.0, -2.0, 0.5, 0.0]) + 0.3 * np.cos(np.arange(60))
folds = KFold(3, shuffle=True, random_state=0)
search = RandomizedSearchCV(Ridge(), {"alpha": loguniform(1e-3, 1e2)}, n_iter=5, cv=folds)
search.fit(x, y)  # guilty
with open("best.json", "w") as file:
    json.dump({"alpha": search.best_params_["alpha"], "score": search.best_score_}, file)
