"""Derives the seed from the experiment's name with hash()."""

import torch
from torch import nn

experiment = "baseline-v2"
torch.manual_seed(hash(experiment) % 2**31)  # guilty
x, y = torch.randn(16, 4), torch.randn(16, 1)
model = nn.Linear(4, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for _ in range(4):
    optimizer.zero_grad()
    nn.functional.mse_loss(model(x), y).backward()
    optimizer.step()
torch.save(model.state_dict(), "model.pt")
