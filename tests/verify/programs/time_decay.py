"""The learning rate decays with elapsed wall-clock time."""

import time

import torch
from torch import nn

torch.manual_seed(0)
x, y = torch.randn(64, 8), torch.randn(64, 1)
model = nn.Linear(8, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
started = time.perf_counter()
for _ in range(10):
    elapsed = time.perf_counter() - started  # guilty
    optimizer.param_groups[0]["lr"] = 0.1 / (1 + elapsed)
    optimizer.zero_grad()
    nn.functional.mse_loss(model(x), y).backward()
    optimizer.step()
torch.save(model.state_dict(), "model.pt")
