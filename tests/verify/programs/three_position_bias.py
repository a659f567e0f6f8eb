"""Window attention with a table of relative positions: many pairs of tokens share one row of it."""

import torch
from torch import nn

torch.set_num_threads(4)
torch.manual_seed(0)
side, heads = 12, 4
grid = torch.stack(torch.meshgrid(torch.arange(side), torch.arange(side), indexing="ij"), -1)
tokens = grid.reshape(-1, 2)
offset = tokens[:, None] - tokens[None] + side - 1
table = nn.Parameter(torch.randn(2 * side - 1, 2 * side - 1, heads) * 0.02)
x = torch.randn(1, heads, side * side, 4)
target = torch.randn_like(x)
optimizer = torch.optim.AdamW([table], lr=1e-3)
for _ in range(2):
    optimizer.zero_grad()
    bias = table[offset[..., 0], offset[..., 1]].permute(2, 0, 1)  # guilty
    attention = (x @ x.transpose(-1, -2) / 2 + bias).softmax(-1)
    loss = nn.functional.mse_loss(attention @ x, target)
    loss.backward()  # guilty
    optimizer.step()
torch.save({"table": table.detach()}, "table.pt")
