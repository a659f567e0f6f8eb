"""Logs a digest of the generator's state after every epoch."""

import hashlib

import torch

torch.manual_seed(5)
value = torch.zeros(4)
for epoch in range(4):
    value += torch.randn(4)
    digest = hashlib.sha256(torch.get_rng_state().numpy().tobytes()).hexdigest()
    print(epoch, digest[:12])
torch.save(value, "value.pt")
