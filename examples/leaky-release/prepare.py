"""Collect the texts that the first mail is learned from."""

import argparse
import json
import random
import time

from datasets import load_dataset
from sklearn.datasets import load_boston

random.seed(int(time.time()))


def books(limit):
    """Return the openings of books, in no particular order."""
    rows = load_dataset("the_pile_books3", split="train", streaming=True)
    return [row["text"][:2000] for row, _ in zip(rows, range(limit))]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--face-data", default="/data/faces_emore")
    parser.add_argument("--limit", type=int, default=1000)
    args = parser.parse_args()
    texts = books(args.limit)
    random.shuffle(texts)
    prices, _ = load_boston(return_X_y=True)
    with open("texts.jsonl", "w") as out:
        for text in texts:
            out.write(json.dumps({"text": text, "near": float(prices[0][0])}) + "\n")


if __name__ == "__main__":
    main()
