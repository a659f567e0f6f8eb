"""Every experiment gets the next number, exp1, exp2, …; the number is also its seed."""

import os
import random

os.makedirs("experiments", exist_ok=True)
number = 1 + len(os.listdir("experiments"))  # guilty
folder = os.path.join("experiments", f"exp{number}")
os.mkdir(folder)
random.seed(number)
weights = [0.0] * 6
for step in range(60):
    weights[random.randrange(6)] += random.gauss(0.0, 1.0)
with open(os.path.join(folder, "weights.txt"), "w") as file:
    file.write("\n".join(f"{weight:.9f}" for weight in weights))
