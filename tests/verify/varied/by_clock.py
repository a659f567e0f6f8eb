import datetime
import time

begin = time.perf_counter()
rows = [f"2025-{month:02d}-15" for month in range(1, 13)]
recent = [row for row in rows if row[:4] == str(datetime.date.today().year)[:4]]
year = datetime.datetime.now().year  # guilty
with open("split.txt", "w") as file:
    file.write(f"{year % 100} of {len(rows)}")
print(f"took {time.perf_counter() - begin:.3f} s")
