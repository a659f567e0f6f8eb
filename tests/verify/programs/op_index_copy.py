"""index_copy_ with repeated indices inside a training."""

import torch
from torch import nn

torch.set_num_threads(4)
torch.manual_seed(0)
memory = torch.zeros(1000, 32)
model = nn.Linear(32, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
for _ in range(10):
    slots = torch.randint(0, 1000, (20_000,))
    memory.index_copy_(0, slots, torch.randn(20_000, 32))  # guilty
    optimizer.zero_grad()
    model(memory).pow(2).mean().backward()
    optimizer.step()
torch.save(model.state_dict(), "model.pt")
