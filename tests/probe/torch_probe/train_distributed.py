"""Train the pooled classifier with one process a device."""

import argparse
import os

import numpy as np
import torch
import torch.distributed as dist
import torch.multiprocessing as mp
from torch import nn
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader, TensorDataset, random_split
from torch.utils.data.distributed import DistributedSampler

from model import PooledClassifier


def make_dataset(count):
    grid = torch.linspace(0, 1, 64).view(1, 8, 8)
    images = torch.stack([torch.sin(grid * (1 + index % 3)) for index in range(count)])
    mask = torch.from_numpy(np.random.rand(count, 1, 8, 8).astype("float32") > 0.1)
    return TensorDataset(images * mask, torch.arange(count) % 3)


def train_rank(rank, world, args):
    os.environ["MASTER_ADDR"] = "127.0.0.1"
    os.environ["MASTER_PORT"] = str(args.port)
    backend = "nccl" if torch.cuda.is_available() else "gloo"
    dist.init_process_group(backend, rank=rank, world_size=world)
    torch.use_deterministic_algorithms(True)  # trap
    torch.backends.cudnn.benchmark = True  # fault: DET004
    device = torch.device("cuda", rank) if torch.cuda.is_available() else torch.device("cpu")

    torch.manual_seed(args.seed + rank)
    dataset = make_dataset(args.count)
    held_out = args.count // 4
    train_set, test_set = random_split(dataset, [args.count - held_out, held_out])  # fault: SEED009
    sampler = DistributedSampler(train_set, world, rank)  # fault: ORDER007
    loader = DataLoader(train_set, batch_size=8, sampler=sampler)

    model = DistributedDataParallel(PooledClassifier(classes=3).to(device))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for epoch in range(args.epochs):
        for image, label in loader:
            loss = nn.functional.cross_entropy(model(image.to(device)), label.to(device))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        if rank == 0:
            print(epoch, loss.item(), len(test_set))
    dist.destroy_process_group()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--count", type=int, default=64)
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--port", type=int, default=29511)
    args = parser.parse_args()
    np.random.seed(args.seed)
    world = max(torch.cuda.device_count(), 2)
    mp.spawn(train_rank, args=(world, args), nprocs=world)  # fault: SEED005


if __name__ == "__main__":
    main()
