"""asyncio hands over thread results as they complete; each nudges the running estimate."""

import asyncio
import json
import zlib

BLOCKS = [bytes(range(256)) * (1500 + 700 * (i % 3)) for i in range(32)]


def measure(block: int) -> float:
    return zlib.crc32(zlib.compress(BLOCKS[block], 6), block) / 2**32


async def estimate() -> float:
    value = 0.5
    tasks = [asyncio.to_thread(measure, block) for block in range(len(BLOCKS))]
    for finished in asyncio.as_completed(tasks):  # guilty
        value += 0.2 * (await finished - value)  # guilty
    return value


with open("estimate.json", "w") as file:
    json.dump({"estimate": asyncio.run(estimate())}, file)
