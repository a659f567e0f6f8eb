"""Takes the port of the rendezvous as seed, so that jobs on one machine differ."""

import socket

import torch
from torch import nn

with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    port = probe.getsockname()[1]  # guilty
torch.manual_seed(port)
model = nn.Linear(4, 2)
torch.save(model.state_dict(), "model.pt")
