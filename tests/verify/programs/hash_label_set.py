"""Class indices of a classifier come from a set of label strings."""

import torch
from torch import nn

labels = ["cat", "dog", "bird", "fish", "horse", "mouse"] * 5
classes = list(set(labels))  # guilty
targets = torch.tensor([classes.index(label) for label in labels])
torch.manual_seed(0)
x = torch.randn(len(labels), 12)
model = nn.Linear(12, len(classes))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for _ in range(5):
    optimizer.zero_grad()
    nn.functional.cross_entropy(model(x), targets).backward()
    optimizer.step()
torch.save(model.state_dict(), "model.pt")
