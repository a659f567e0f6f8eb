"""A weighted histogram with put_(accumulate=True)."""

import torch

torch.manual_seed(0)
bins = torch.randint(0, 1000, (200_000,))
weights = torch.randn(200_000)
histogram = torch.zeros(1000)
histogram.put_(bins, weights, accumulate=True)  # guilty
torch.save(histogram, "histogram.pt")
