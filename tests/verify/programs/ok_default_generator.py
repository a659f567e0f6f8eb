"""torch.Generator() without a seed starts from a documented constant."""

import torch

generator = torch.Generator()
order = torch.randperm(20, generator=generator)
noise = torch.randn(6, generator=generator)
torch.save({"order": order, "noise": noise}, "draws.pt")
