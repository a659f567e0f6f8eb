"""FAIR, PII, HUM: the people in the data and behind it."""
