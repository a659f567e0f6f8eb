"""Counts with index_put_(accumulate=True), but whole numbers: the order does not matter."""

import torch

torch.manual_seed(0)
bins = torch.randint(0, 1000, (200_000,))
counts = torch.zeros(1000, dtype=torch.int64)
counts.index_put_((bins,), torch.ones(200_000, dtype=torch.int64), accumulate=True)
torch.save(counts, "counts.pt")
