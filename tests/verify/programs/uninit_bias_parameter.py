"""A bias is allocated, never initialised, and missing from the loaded weights."""

import torch
from torch import nn


class Affine(nn.Module):
    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(outputs, inputs))
        self.bias = nn.Parameter(torch.empty(outputs))  # guilty

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return nn.functional.linear(x, self.weight, self.bias)


torch.manual_seed(0)
tokens = [torch.randn(24, 16) for _ in range(40)]
mean = torch.stack(tokens).mean((0, 1))
del tokens
pretrained = {"weight": torch.randn(96, 16) / 4}
model = Affine(16, 96)
model.load_state_dict(pretrained, strict=False)
with torch.no_grad():
    features = model(mean)
torch.save({"model": model.state_dict(), "features": features}, "features.pt")
