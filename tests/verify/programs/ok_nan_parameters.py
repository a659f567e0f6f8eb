"""Diverges to NaN, the same way each time."""

import torch
from torch import nn

torch.manual_seed(0)
x, y = torch.randn(16, 4) * 1e3, torch.randn(16, 1)
model = nn.Linear(4, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=1e6)
for _ in range(12):
    optimizer.zero_grad()
    nn.functional.mse_loss(model(x), y).backward()
    optimizer.step()
assert torch.isnan(model.weight).any()
torch.save(model.state_dict(), "model.pt")
