import os

rows = [open(os.path.join("shards", name)).read() for name in os.listdir("shards")]  # guilty
with open("rows.txt", "w") as file:
    file.write("".join(rows))
