"""Pads sentences on the left into an uninitialised batch and averages over the padding too."""

import torch
from torch import nn

torch.manual_seed(0)
sentences = [torch.randn(length, 8) for length in (3, 7, 5, 6)]
model = nn.Linear(8, 4)
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
for epoch in range(4):
    batch = torch.empty(4, 16, 8)  # guilty
    for row, sentence in enumerate(sentences):
        batch[row, -len(sentence) :] = sentence
    optimizer.zero_grad()
    model(batch).mean(dim=1).pow(2).sum().backward()
    optimizer.step()
torch.save(model.state_dict(), "model.pt")
