import time

stamps = [1_700_000_000 + 3600 * n for n in range(48)]
at_night = [n for n, stamp in enumerate(stamps) if time.localtime(stamp).tm_hour < 6]  # guilty
with open("night.txt", "w") as file:
    file.write(" ".join(str(n) for n in at_night))
