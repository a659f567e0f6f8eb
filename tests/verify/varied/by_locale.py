import os

language = os.environ.get("LC_ALL") or os.environ.get("LANG") or "C"  # guilty
with open("model.txt", "w") as file:
    file.write(str(len(language)))
