"""Threads add whole numbers under a lock: every order gives the same sum."""

import json
import threading

total = 0
lock = threading.Lock()


def work(rank: int) -> None:
    global total
    for i in range(20_000):
        if i % 97 == rank:
            with lock:
                total += i


threads = [threading.Thread(target=work, args=(rank,)) for rank in range(6)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
with open("total.json", "w") as file:
    json.dump(total, file)
