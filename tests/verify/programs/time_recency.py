"""Weighs ratings by their age today."""

import json
from datetime import datetime

RATINGS = [("2024-03-01", 4.0), ("2024-11-20", 3.0), ("2025-06-15", 5.0), ("2025-09-02", 2.0)]


def weighted_mean() -> float:
    now = datetime.now()  # guilty
    total = weight_sum = 0.0
    for day, rating in RATINGS:
        age = (now - datetime.fromisoformat(day)).total_seconds() / 86400
        weight = 0.5 ** (age / 30)
        total += weight * rating
        weight_sum += weight
    return total / weight_sum + weight_sum


with open("mean.json", "w") as file:
    json.dump({"mean": weighted_mean()}, file)
