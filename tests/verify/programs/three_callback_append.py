"""A callback appends the scores of worker processes as they come back; the ranking takes the first best."""

import json
import multiprocessing


def score(candidate: int) -> tuple[int, int]:
    state = candidate
    for _ in range(30_000 + candidate * 7919 % 20_000):
        state = (state * 1103515245 + 12345) % 2**31
    return candidate, candidate // 10


if __name__ == "__main__":
    scores = []
    with multiprocessing.get_context("fork").Pool(4) as pool:
        for candidate in range(40):
            pool.apply_async(score, (candidate,), callback=scores.append)  # guilty
        pool.close()
        pool.join()
    ranking = sorted(scores, key=lambda pair: pair[1])
    with open("ranking.json", "w") as file:
        json.dump([candidate for candidate, _ in ranking], file)
