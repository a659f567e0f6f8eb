"""Seeded weights, loaded from a generator of their own; dropout draws from the global stream."""

import torch
from torch import nn
from torch.nn import functional as F

weights = torch.Generator().manual_seed(3)
x = torch.randn(16, 10, generator=weights)
y = torch.randn(16, 1, generator=weights)
w = nn.Parameter(torch.randn(10, 1, generator=weights))
optimizer = torch.optim.SGD([w], lr=0.05)
for _ in range(5):
    optimizer.zero_grad()
    hidden = F.dropout(x, p=0.3)  # guilty
    F.mse_loss(hidden @ w, y).backward()
    optimizer.step()
torch.save({"w": w.detach()}, "weights.pt")
