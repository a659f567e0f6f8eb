"""Collects the scores of candidates in the order in which processes finish, and keeps the first."""

import json
from concurrent.futures import ProcessPoolExecutor, as_completed


def evaluate(candidate: int) -> tuple[int, float]:
    state = candidate
    for _ in range(30_000):
        state = (state * 1103515245 + 12345) % 2**31
    return candidate, round(state / 2**31, 1)


def main() -> None:
    results = []
    with ProcessPoolExecutor(4) as pool:
        futures = [pool.submit(evaluate, candidate) for candidate in range(48)]
        for future in as_completed(futures):  # guilty
            results.append(future.result())
    best = max(results, key=lambda item: item[1])
    with open("search.json", "w") as file:
        json.dump({"best": best, "history": results}, file)


if __name__ == "__main__":
    main()
