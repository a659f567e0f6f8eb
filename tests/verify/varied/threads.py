import torch

torch.manual_seed(0)
x = torch.randn(3_000_001)
total = x.pow(2).sum()  # guilty
torch.save(total, "total.pt")
