"""Nearest neighbours in plain Python: max() over a set of labels breaks ties in the order of the set."""

import json

LABELS = ["ash", "birch", "cedar", "elm", "fir", "oak", "pine", "yew"]
points = [(i * 17 % 97, LABELS[i * 5 % 8]) for i in range(80)]


def predict(query: float, k: int = 6) -> str:
    nearest = sorted(points, key=lambda point: abs(point[0] - query))[:k]
    votes = [label for _, label in nearest]
    return max(set(votes), key=votes.count)  # guilty


predictions = [predict(query + 0.25) for query in range(0, 97, 4)]
with open("predictions.json", "w") as file:
    json.dump(predictions, file)
