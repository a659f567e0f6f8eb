import getpass
import zlib

seed = zlib.crc32(getpass.getuser().encode())  # guilty
with open("model.txt", "w") as file:
    file.write(str(seed % 1000))
