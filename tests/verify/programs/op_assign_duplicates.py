"""Assigns through an index that repeats: which writer wins is a race inside the operation."""

import torch

generator = torch.Generator().manual_seed(0)
slots = torch.randint(0, 5000, (400_000,), generator=generator)
values = torch.randn(400_000, generator=generator)
table = torch.zeros(5000)
table[slots] = values  # guilty
torch.save(table, "table.pt")
