"""Loader workers draw from torch, Python and NumPy; the loader seeds all three from torch."""

import random

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset


class Noisy(Dataset):
    def __len__(self) -> int:
        return 32

    def __getitem__(self, index: int) -> torch.Tensor:
        noise = torch.rand(4) + random.random() + float(np.random.rand())
        return noise + index


if __name__ == "__main__":
    torch.manual_seed(0)
    model = nn.Linear(4, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.0001)
    for batch in DataLoader(Noisy(), batch_size=8, shuffle=True, num_workers=2):
        optimizer.zero_grad()
        model(batch).pow(2).mean().backward()
        optimizer.step()
    torch.save(model.state_dict(), "model.pt")
