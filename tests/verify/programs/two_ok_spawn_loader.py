"""Spawned loader workers, seeded by the loader from a generator of its own."""

import torch
from torch.utils.data import DataLoader, Dataset


class Noise(Dataset):
    def __len__(self) -> int:
        return 12

    def __getitem__(self, index: int) -> torch.Tensor:
        return torch.randn(3) + index


if __name__ == "__main__":
    generator = torch.Generator().manual_seed(4)
    loader = DataLoader(
        Noise(), batch_size=3, shuffle=True, num_workers=1,
        multiprocessing_context="spawn", generator=generator,
    )
    torch.save(torch.cat(list(loader)), "noise.pt")
