"""Feature hashing with the built-in, salted hash()."""

import numpy as np

DOCUMENTS = ["red apple", "green apple", "red car", "fast car", "slow green car", "apple pie"]
features = np.zeros((len(DOCUMENTS), 16))
for row, document in enumerate(DOCUMENTS):
    for word in document.split():
        features[row, hash(word) % 16] += 1  # guilty
gram = features.T @ features
np.save("gram.npy", gram)
