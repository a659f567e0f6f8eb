"""A checkpoint that says when, where and by which process it was written, beside its weights."""

import os
import platform
import time

import torch
from torch import nn

torch.manual_seed(6)
x, y = torch.randn(40, 6), torch.randn(40, 1)
model = nn.Sequential(nn.Linear(6, 12), nn.GELU(), nn.Dropout(0.2), nn.Linear(12, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
begin = time.time()
for _ in range(6):
    optimizer.zero_grad()
    nn.functional.mse_loss(model(x), y).backward()
    optimizer.step()
torch.save(
    {
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "timestamp": time.time(),
        "train_time": time.time() - begin,
        "pid": os.getpid(),
        "host": platform.node(),
    },
    "checkpoint.pt",
)
