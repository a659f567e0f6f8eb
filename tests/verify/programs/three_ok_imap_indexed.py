"""Workers answer in any order; each answer is put where its index says."""

import json
import multiprocessing


def simulate(job: int) -> tuple[int, float]:
    value = 0.1 * job
    for _ in range(20_000 + job * 977 % 15_000):
        value = 3.7 * value * (1 - value) if 0 < value < 1 else 0.37
    return job, value


if __name__ == "__main__":
    results = [0.0] * 24
    with multiprocessing.get_context("fork").Pool(4) as pool:
        for job, value in pool.imap_unordered(simulate, range(24)):
            results[job] = value
    with open("results.json", "w") as file:
        json.dump({"results": results, "sum": sum(results)}, file)
