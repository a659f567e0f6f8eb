"""Negative sampling from a private random.Random."""

import json
import random


class NegativeSampler:
    def __init__(self, items: int) -> None:
        self.items = items
        self.random = random.Random()  # guilty

    def draw(self, positive: int) -> int:
        while True:
            negative = self.random.randrange(self.items)  # guilty
            if negative != positive:
                return negative


sampler = NegativeSampler(50)
scores = [0.0] * 50
for positive in range(50):
    scores[positive] += 0.1
    scores[sampler.draw(positive)] -= 0.05
with open("scores.json", "w") as file:
    json.dump(scores, file)
