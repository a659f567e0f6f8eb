import time

time.sleep(1)
with open("model.txt", "w") as file:
    file.write("7")
