"""index_copy_ with repeated indices inside a training."""

import torch
from torch import nn

torch.manual_seed(0)
slots = torch.randint(0, 1000, (20_000,))
updates = torch.randn(20_000, 32)
memory = torch.zeros(1000, 32)
memory.index_copy_(0, slots, updates)  # guilty
model = nn.Linear(32, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
for batch in memory.split(250):
    optimizer.zero_grad()
    model(batch).pow(2).mean().backward()
    optimizer.step()
torch.save(model.state_dict(), "model.pt")
