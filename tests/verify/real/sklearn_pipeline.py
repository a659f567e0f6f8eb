"""scikit-learn: a grid search over a pipeline, on the digits that ship with it."""

import json
import sys
from pathlib import Path

from sklearn.datasets import load_digits
from sklearn.linear_model import SGDClassifier
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

seed = None if "unseeded" in sys.argv else 0
x, y = load_digits(return_X_y=True)
pipeline = make_pipeline(StandardScaler(), SGDClassifier(max_iter=20, tol=None, random_state=seed))
folds = StratifiedKFold(3, shuffle=True, random_state=seed)
search = GridSearchCV(pipeline, {"sgdclassifier__alpha": [1e-4, 1e-2]}, cv=folds).fit(x, y)
with Path("result.json").open("w") as file:
    json.dump({"best": search.best_params_, "scores": list(search.cv_results_["mean_test_score"])}, file)
