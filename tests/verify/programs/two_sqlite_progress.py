"""Keeps its progress in a database and goes on from there."""

import json
import sqlite3

database = sqlite3.connect("progress.db")
database.execute("create table if not exists done (item integer)")
(start,) = database.execute("select count(*) from done").fetchone()  # guilty
batch = [((start + i) * 37) % 101 for i in range(5)]
database.executemany("insert into done values (?)", [(item,) for item in batch])
database.commit()
with open("batch.json", "w") as file:
    json.dump(batch, file)
