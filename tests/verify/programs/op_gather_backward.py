"""Message passing: the backward of x[index] adds with float atomics on several threads."""

import torch
from torch import nn

torch.manual_seed(0)
nodes, edges = 500, 20_000
source = torch.randint(0, nodes, (edges,))
kernel = torch.randn(edges, 1)
embedding = nn.Parameter(torch.randn(nodes, 32))
optimizer = torch.optim.SGD([embedding], lr=0.01)
for _ in range(3):
    optimizer.zero_grad()
    messages = embedding[source] * kernel  # guilty
    loss = messages.tanh().pow(2).sum()
    loss.backward()  # guilty
    optimizer.step()
torch.save({"embedding": embedding.detach()}, "embedding.pt")
