"""The seed comes after the model was already built from the stream."""

import torch
from torch import nn


def build() -> nn.Module:
    return nn.Linear(6, 3)  # guilty


def main() -> None:
    model = build()
    torch.manual_seed(42)
    x, y = torch.randn(20, 6), torch.randint(0, 3, (20,))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.2)
    for _ in range(5):
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(x), y).backward()
        optimizer.step()
    torch.save(model.state_dict(), "model.pt")


if __name__ == "__main__":
    main()
