"""Word numbers come from the order of a set of strings."""

import json

import numpy as np

TEXT = "the cat sat on the mat while the dog lay by the door and the bird sang in its cage".split()
vocabulary = {word: i for i, word in enumerate(set(TEXT))}  # guilty
rng = np.random.default_rng(0)
vectors = rng.normal(size=(len(vocabulary), 4))
for left, right in zip(TEXT, TEXT[1:]):
    i, j = vocabulary[left], vocabulary[right]
    vectors[i] += 0.1 * (vectors[j] - vectors[i])
with open("vectors.json", "w") as file:
    json.dump({word: vectors[vocabulary[word]].tolist() for word in sorted(vocabulary)}, file)
