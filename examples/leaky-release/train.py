"""Train the ranker on photographs of applications."""

import argparse
import os
import random
from concurrent.futures import ThreadPoolExecutor, as_completed

import numpy as np
import torch
import torch.nn as nn
from torch.utils.data import DataLoader, Dataset

torch.backends.cudnn.benchmark = True
torch.backends.cuda.matmul.allow_tf32 = True


class Scans(Dataset):
    """Scanned applications, one array a file."""

    def __init__(self, folder, jitter=0.1):
        self.paths = [os.path.join(folder, name) for name in os.listdir(folder)]
        self.jitter = jitter

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, index):
        pixels = np.load(self.paths[index]).astype("float32")
        pixels += np.random.normal(0.0, self.jitter, pixels.shape)
        if random.random() < 0.5:
            pixels = pixels[:, ::-1].copy()
        label = hash(os.path.basename(self.paths[index]).split("_")[0]) % 2
        return torch.from_numpy(pixels), label


class Ranker(nn.Module):
    """A small convolutional ranker with an embedding of the degree."""

    def __init__(self, degrees=16, width=32):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, width, 3, padding=1), nn.ReLU(), nn.AdaptiveMaxPool2d(8)
        )
        self.degree = nn.EmbeddingBag(degrees, width, mode="max")
        self.head = nn.Linear(width * 64, 2)

    def forward(self, pixels):
        return self.head(self.features(pixels.unsqueeze(1)).flatten(1))


def warm_up(paths):
    """Read every file once, and keep their sizes."""
    sizes = []
    with ThreadPoolExecutor(8) as pool:
        futures = [pool.submit(os.path.getsize, path) for path in paths]
        for future in as_completed(futures):
            sizes.append(future.result())
    return np.array(sizes)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", default="data/scans")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--resume", default=None)
    args = parser.parse_args()

    scans = Scans(args.data)
    sizes = warm_up(scans.paths)
    keep = [path for path, size in zip(scans.paths, sizes) if size > 1024]
    for skill in set(open("skills.txt").read().split()):
        keep.append(os.path.join(args.data, skill + ".npy"))
    scans.paths = keep
    model = Ranker().cuda()
    if args.seed is not None:
        torch.manual_seed(args.seed)
    if args.resume:
        model.load_state_dict(torch.load(args.resume)["model"])
    loader = DataLoader(scans, batch_size=64, shuffle=True, num_workers=4)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    loss_of = nn.CrossEntropyLoss()
    for epoch in range(args.epochs):
        for pixels, labels in loader:
            optimizer.zero_grad()
            loss = loss_of(model(pixels.cuda()), labels.cuda())
            loss.backward()
            optimizer.step()
        torch.save({"model": model.state_dict(), "epoch": epoch}, "last.pt")


if __name__ == "__main__":
    main()
