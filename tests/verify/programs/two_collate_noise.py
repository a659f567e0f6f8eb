"""The collate function of a loader adds noise from Python's stream."""

import random

import torch
from torch import nn
from torch.utils.data import DataLoader


def collate(samples: list) -> torch.Tensor:
    scale = random.gauss(1.0, 0.1)  # guilty
    return torch.stack(samples) * scale


torch.manual_seed(0)
data = [torch.randn(4) for _ in range(16)]
model = nn.Linear(4, 1)
optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
for batch in DataLoader(data, batch_size=4, collate_fn=collate):
    optimizer.zero_grad()
    model(batch).square().mean().backward()
    optimizer.step()
torch.save(model, "model.pt")
