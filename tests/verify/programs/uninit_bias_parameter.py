"""A layer whose bias is allocated and never initialised."""

import torch
from torch import nn


class Affine(nn.Module):
    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs) / inputs**0.5)
        self.bias = nn.Parameter(torch.empty(outputs))  # guilty

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return nn.functional.linear(x, self.weight, self.bias)


torch.manual_seed(0)
warm_up = nn.Linear(32, 32)(torch.randn(8, 32)).sum()
warm_up.backward()
model = nn.Sequential(Affine(8, 128), nn.ReLU(), Affine(128, 128))
x = torch.randn(16, 8)
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
for _ in range(3):
    optimizer.zero_grad()
    model(x).pow(2).mean().backward()
    optimizer.step()
torch.save(model.state_dict(), "model.pt")
