"""Torch is seeded; the augmentation draws from NumPy's global stream."""

import numpy as np
import torch
from torch import nn

torch.manual_seed(0)
images = torch.randn(32, 16)
labels = torch.randint(0, 2, (32,))
model = nn.Linear(16, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)


def augment(batch: torch.Tensor) -> torch.Tensor:
    noise = np.random.normal(0, 0.1, batch.shape)  # guilty
    return batch + torch.from_numpy(noise).float()


for step in range(6):
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(model(augment(images)), labels)
    loss.backward()
    optimizer.step()
    print(f"step {step} loss {loss.item():.3f}")
torch.save(model.state_dict(), "model.pt")
