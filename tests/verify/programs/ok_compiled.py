"""torch.compile in the middle of a seeded training."""

import torch
from torch import nn

torch.manual_seed(0)
x, y = torch.randn(32, 8), torch.randn(32, 1)
model = nn.Sequential(nn.Linear(8, 16), nn.Tanh(), nn.Linear(16, 1))
compiled = torch.compile(model, backend="aot_eager")
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
for _ in range(3):
    optimizer.zero_grad()
    nn.functional.mse_loss(compiled(x), y).backward()
    optimizer.step()
torch.save(model.state_dict(), "model.pt")
