"""A Lightning fit of the demo model that ships with it."""

import sys

import lightning.pytorch as lightning
import torch
from lightning.pytorch.demos.boring_classes import BoringModel

if "unseeded" not in sys.argv:
    lightning.seed_everything(0)
model = BoringModel()
trainer = lightning.Trainer(
    max_steps=10, accelerator="cpu", logger=False, enable_checkpointing=False,
    enable_progress_bar=False, limit_val_batches=2,
)  # fmt: skip
trainer.fit(model)
torch.save(model.state_dict(), "model.pt")
