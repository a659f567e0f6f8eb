"""torch.Tensor(n) allocates without initialising."""

import torch

torch.manual_seed(0)
parts = [torch.randn(40, 5).sum(1) for _ in range(60)]
level = torch.stack(parts).mean()
del parts
mask = torch.Tensor(40)  # guilty
mask[::2] = 1.0
torch.save({"mask": mask, "level": level}, "mask.pt")
