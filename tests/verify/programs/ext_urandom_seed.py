"""Seeds from the operating system's entropy."""

import os
import random

random.seed(os.urandom(16))  # guilty
with open("draws.txt", "w") as file:
    file.write(" ".join(str(random.randrange(1000)) for _ in range(10)))
