import random

with open("model.txt", "w") as file:
    file.write(str(random.random()))
