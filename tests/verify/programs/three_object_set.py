"""Layers register themselves in a set; objects without a hash of their own are ordered by address."""

import json


class Layer:
    def __init__(self, name: str, scale: float) -> None:
        self.name, self.scale = name, scale


layers = set()
for i in range(6000):
    layers.add(Layer(f"layer{i}", 1.0 + (i % 9) / 40))
state = 1.0
for layer in layers:  # guilty
    state = (state + layer.scale) % 1.7 * layer.scale
with open("state.json", "w") as file:
    json.dump({"state": state, "first": next(iter(layers)).name}, file)
