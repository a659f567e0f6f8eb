"""transformers.Trainer on a tiny, randomly initialised BERT."""

import sys

import torch
from torch.utils.data import Dataset
from transformers import BertConfig, BertForSequenceClassification, Trainer, TrainingArguments

SEEDED = "unseeded" not in sys.argv


class Rows(Dataset):
    def __init__(self) -> None:
        generator = torch.Generator().manual_seed(1)
        self.tokens = torch.randint(0, 100, (64, 12), generator=generator)
        self.labels = (self.tokens.sum(1) % 2).long()

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int) -> dict[str, torch.Tensor]:
        return {"input_ids": self.tokens[index], "labels": self.labels[index]}


def build() -> BertForSequenceClassification:
    config = BertConfig(
        vocab_size=100, hidden_size=32, num_hidden_layers=2, num_attention_heads=2,
        intermediate_size=64, max_position_embeddings=16,
    )  # fmt: skip
    return BertForSequenceClassification(config)


if SEEDED:
    torch.manual_seed(0)
model = build()
arguments = TrainingArguments(
    output_dir="out", max_steps=8, per_device_train_batch_size=8, logging_steps=2, save_steps=8,
    report_to=[], use_cpu=True, seed=0,
)  # fmt: skip
Trainer(model=model, args=arguments, train_dataset=Rows()).train()
