"""Writes a log with times and durations beside its model."""

import logging
import time

import torch
from torch import nn

logging.basicConfig(filename="train.log", level=logging.INFO, format="%(asctime)s %(message)s")
torch.manual_seed(0)
x, y = torch.randn(32, 4), torch.randn(32, 1)
model = nn.Linear(4, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
for step in range(5):
    begin = time.perf_counter()
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(model(x), y)
    loss.backward()
    optimizer.step()
    logging.info("step %d loss %.4f took %.6f s", step, loss.item(), time.perf_counter() - begin)
torch.save(model.state_dict(), "model.pt")
