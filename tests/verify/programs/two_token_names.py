"""Orders samples by random tokens."""

import json
import secrets

samples = sorted((secrets.token_hex(8), i) for i in range(30))  # guilty
with open("order.json", "w") as file:
    json.dump([i for _, i in samples], file)
