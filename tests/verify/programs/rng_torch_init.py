"""The data is fixed, the initial weights are not."""

import torch
from torch import nn

x = torch.linspace(-1, 1, 64).reshape(-1, 1)
y = x.pow(2)
model = nn.Sequential(
    nn.Linear(1, 8),  # guilty
    nn.Tanh(),
    nn.Linear(8, 1),  # guilty
)
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for _ in range(8):
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(model(x), y)
    loss.backward()
    optimizer.step()
torch.save(model.state_dict(), "model.pt")
