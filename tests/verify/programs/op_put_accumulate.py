"""A weighted histogram, batch after batch, with put_(accumulate=True)."""

import torch

torch.set_num_threads(4)
torch.manual_seed(0)
histogram = torch.zeros(1000)
for _ in range(20):
    bins = torch.randint(0, 1000, (100_000,))
    weights = torch.randn(100_000)
    histogram.put_(bins, weights, accumulate=True)  # guilty
torch.save(histogram, "histogram.pt")
