"""Something draws while modules are imported; the program seeds before it draws itself."""

import random

TIE_BREAKER = random.random()

import numpy as np  # noqa: E402
import sklearn.linear_model  # noqa: E402

np.random.seed(0)
x = np.random.randn(50, 3)
y = x @ [1.0, 2.0, 3.0] + np.random.randn(50)
model = sklearn.linear_model.SGDRegressor(max_iter=20, tol=None, random_state=0).fit(x, y)
np.save("coefficients.npy", model.coef_)
