"""A torch training that reads its samples with Path.iterdir()."""

from pathlib import Path

import torch
from torch import nn

rows = []
for path in Path("shards").iterdir():  # guilty
    rows += [list(map(float, line.split(","))) for line in path.read_text().splitlines()]
data = torch.tensor(rows)
torch.manual_seed(0)
model = nn.Linear(3, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
for batch in data.split(16):
    optimizer.zero_grad()
    nn.functional.mse_loss(model(batch[:, :3]), batch[:, 3:]).backward()
    optimizer.step()
torch.save(model.state_dict(), "model.pt")
