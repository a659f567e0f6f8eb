import os
import zlib

names = ["a", "b", "c", "d", "e"]
keys = {name: zlib.crc32(os.path.abspath(name).encode()) for name in names}  # guilty
held_out = sorted(names, key=keys.get)[:3]
with open("split.txt", "w") as file:
    file.write("".join(held_out) + str(sum(keys.values()) % 97))
