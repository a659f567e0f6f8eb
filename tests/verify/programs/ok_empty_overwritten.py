"""Allocates with torch.empty and np.empty, and writes every element before reading any."""

import numpy as np
import torch
from torch import nn

torch.manual_seed(0)
weight = nn.Parameter(torch.empty(64, 8))
nn.init.kaiming_uniform_(weight)
buffer = np.empty((16, 8), dtype=np.float32)
for row in range(16):
    buffer[row] = np.arange(8) * row
output = torch.empty(16, 64)
optimizer = torch.optim.SGD([weight], lr=0.001)
for _ in range(3):
    optimizer.zero_grad()
    (torch.from_numpy(buffer) @ weight.T).pow(2).mean().backward()
    optimizer.step()
with torch.no_grad():
    torch.matmul(torch.from_numpy(buffer), weight.T, out=output)
torch.save({"weight": weight.detach(), "output": output}, "result.pt")
