"""Iterates over a set of small integers, whose order is not salted."""

import json

state = 1.0
for value in {number * 7 % 101 for number in range(60)}:
    state = 0.9 * state + value / 10
with open("state.json", "w") as file:
    json.dump(state, file)
