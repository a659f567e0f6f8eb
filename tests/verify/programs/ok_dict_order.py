"""Numbers words by a dict, which keeps insertion order, and asks a set only for membership."""

import json

text = "one fish two fish red fish blue fish old fish new fish".split()
stop = {"old", "new", "the", "a", "of", "and"}
numbers = {word: i for i, word in enumerate(dict.fromkeys(w for w in text if w not in stop))}
print(len(set(text)), "distinct words")
with open("numbers.json", "w") as file:
    json.dump([numbers[word] for word in text if word not in stop], file)
