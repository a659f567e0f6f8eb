"""Resumes silently from the checkpoint that the previous run left."""

import os

import torch
from torch import nn

torch.manual_seed(0)
x, y = torch.randn(32, 4), torch.randn(32, 1)
model = nn.Linear(4, 1)
if os.path.exists("last.pt"):
    model.load_state_dict(torch.load("last.pt"))  # guilty
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
for _ in range(5):
    optimizer.zero_grad()
    nn.functional.mse_loss(model(x), y).backward()
    optimizer.step()
torch.save(model.state_dict(), "last.pt")
