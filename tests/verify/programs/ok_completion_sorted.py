"""Collects in completion order, then sorts by key before it adds."""

import json
from concurrent.futures import ThreadPoolExecutor, as_completed


def score(i: int) -> tuple[int, float]:
    value = float(i)
    for _ in range(2000):
        value = (value * 1.0001 + 0.1) % 17.0
    return i, value


results = {}
with ThreadPoolExecutor(4) as pool:
    for future in as_completed([pool.submit(score, i) for i in range(40)]):
        key, value = future.result()
        results[key] = value
total = 0.0
for key in sorted(results):
    total += results[key]
with open("total.json", "w") as file:
    json.dump({"total": total, "results": {str(k): results[k] for k in sorted(results)}}, file)
