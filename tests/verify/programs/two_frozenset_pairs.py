"""Walks a graph in the order of a set of node names."""

import json

edges = [("ant", "bee"), ("bee", "cow"), ("cow", "dog"), ("dog", "emu"), ("emu", "fox"), ("fox", "ant")]
nodes = {name for edge in edges for name in edge}
rank = dict.fromkeys(sorted(nodes), 1.0)
for _ in range(3):
    for node in nodes:  # guilty
        incoming = [rank[a] for a, b in edges if b == node]
        rank[node] = 0.15 + 0.85 * sum(incoming) / 2
with open("rank.json", "w") as file:
    json.dump(rank, file)
