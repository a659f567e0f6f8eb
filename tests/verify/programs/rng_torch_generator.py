"""A generator that is seeded from entropy shuffles the samples of a seeded training."""

import torch
from torch import nn

torch.manual_seed(1)
x, y = torch.randn(24, 4), torch.randn(24, 1)
model = nn.Linear(4, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
shuffler = torch.Generator()
shuffler.seed()  # guilty
for _ in range(3):
    for i in torch.randperm(24, generator=shuffler).split(8):  # guilty
        optimizer.zero_grad()
        nn.functional.mse_loss(model(x[i]), y[i]).backward()
        optimizer.step()
torch.save(model.state_dict(), "model.pt")
