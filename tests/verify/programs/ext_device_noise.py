"""Reads its noise from /dev/urandom."""

import numpy as np
import torch
from torch import nn

with open("/dev/urandom", "rb") as device:  # guilty
    noise = np.frombuffer(device.read(64), dtype=np.uint8)  # guilty
torch.manual_seed(0)
x = torch.from_numpy(noise / 255.0).float().reshape(8, 8)
model = nn.Linear(8, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for _ in range(3):
    optimizer.zero_grad()
    model(x).pow(2).mean().backward()
    optimizer.step()
torch.save(model.state_dict(), "model.pt")
