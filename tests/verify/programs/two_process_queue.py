"""Processes put results on a queue; the parent keeps them in arrival order."""

import json
import multiprocessing


def work(rank: int, results) -> None:
    for i in range(20):
        value = sum(k * k % 7 for k in range(3000 + i))
        results.put([rank, i, value])  # guilty


if __name__ == "__main__":
    context = multiprocessing.get_context("fork")
    results = context.Queue()
    workers = [context.Process(target=work, args=(rank, results)) for rank in range(4)]
    for worker in workers:
        worker.start()
    rows = [results.get() for _ in range(80)]  # guilty
    for worker in workers:
        worker.join()
    with open("rows.json", "w") as file:
        json.dump(rows, file)
