"""index_put_(accumulate=True) of floats in a training step."""

import torch

torch.manual_seed(1)
table = torch.zeros(400, 16)
weight = torch.nn.Parameter(torch.ones(16))
optimizer = torch.optim.SGD([weight], lr=1e-6)
for _ in range(4):
    rows = torch.randint(0, 400, (30_000,))
    gradient = torch.randn(30_000, 16)
    table.index_put_((rows,), gradient, accumulate=True)  # guilty
    optimizer.zero_grad()
    (table * weight).pow(2).sum().backward()
    optimizer.step()
torch.save({"table": table, "weight": weight.detach()}, "state.pt")
