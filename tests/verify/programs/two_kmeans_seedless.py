"""k-means whose centres start from an unseeded draw, inside a pipeline."""

import json

import numpy as np
from sklearn.cluster import KMeans
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

x = np.array([[i % 7, i % 5, (i * i) % 11] for i in range(60)], dtype=float)
pipeline = make_pipeline(StandardScaler(), KMeans(5, n_init=1))
labels = pipeline.fit_predict(x)  # guilty
with open("labels.json", "w") as file:
    json.dump(labels.tolist(), file)
