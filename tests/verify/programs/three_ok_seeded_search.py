"""A seeded search on two processes; its table of results holds how long each fit took."""

import json

import numpy as np
from scipy.stats import uniform
from sklearn.linear_model import Lasso
from sklearn.model_selection import RandomizedSearchCV

x = np.cos(np.arange(300, dtype=float).reshape(60, 5) ** 1.2)
y = x[:, 0] - 0.5 * x[:, 3] + 0.1 * np.sin(np.arange(60))
search = RandomizedSearchCV(
    Lasso(), {"alpha": uniform(0.001, 0.2)}, n_iter=6, cv=3, n_jobs=2, random_state=4
)
search.fit(x, y)
with open("search.json", "w") as file:
    table = {key: np.asarray(column).tolist() for key, column in search.cv_results_.items()}
    json.dump({"best": search.best_params_, "table": table}, file, indent=1)
