"""Assigns through an index that repeats: which writer wins is a race inside the operation."""

import torch

torch.set_num_threads(4)
generator = torch.Generator().manual_seed(0)
tables = []
for _ in range(40):
    slots = torch.randint(0, 5000, (150_000,), generator=generator)
    values = torch.randn(150_000, generator=generator)
    table = torch.zeros(5000)
    table[slots] = values  # guilty
    tables.append(table)
torch.save(torch.stack(tables), "tables.pt")
