"""Takes the first three folders of os.walk() as training set."""

import json
import os

folders = []
for root, _, names in os.walk("classes"):  # guilty
    folders += [os.path.join(root, name) for name in names]
mean = 0.0
count = 0
for path in folders[:3]:
    with open(path) as file:
        for line in file:
            mean += sum(map(float, line.split()))
            count += 2
with open("mean.json", "w") as file:
    json.dump({"mean": mean / count}, file)
