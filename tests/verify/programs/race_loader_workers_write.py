"""Loader workers append the samples they prepare to one shared file."""

import torch
from torch.utils.data import DataLoader, Dataset


class Squares(Dataset):
    def __len__(self) -> int:
        return 600

    def __getitem__(self, index: int) -> torch.Tensor:
        sample = torch.arange(2000, dtype=torch.float32).add(index).square().mean().reshape(1)
        with open("prepared.csv", "a") as log:
            log.write(f"{index},{sample.item():.1f}\n")  # guilty
        return sample


if __name__ == "__main__":
    torch.manual_seed(0)
    open("prepared.csv", "w").close()
    loader = DataLoader(Squares(), batch_size=1, num_workers=2)
    mean = torch.cat(list(loader)).mean()
    torch.save(mean, "mean.pt")
