labels = "cat dog bird fish horse sheep".split()
index = {label: number for number, label in enumerate(set(labels))}  # guilty
with open("labels.txt", "w") as file:
    file.write(" ".join(str(index[label]) for label in labels))
