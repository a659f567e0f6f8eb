"""Train the shape classifier on one device."""

import argparse
import random
import string
import time
from pathlib import Path

import numpy as np
import torch
from sklearn.model_selection import KFold, train_test_split
from sklearn.svm import SVC
from torch import nn
from torch.utils.data import DataLoader, RandomSampler

import augment
import data
from model import Encoder


def parse_arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", required=True)
    parser.add_argument("--out", default="out")
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sample-seed", type=int, default=None)
    parser.add_argument("--noise-seed", type=int, default=7)  # fault: SEED010
    parser.add_argument("--resume")
    parser.add_argument("--export", action="store_true")
    parser.add_argument("--check-compile", action="store_true")
    return parser.parse_args()


def run_name():
    suffix = "".join(random.choices(string.ascii_lowercase, k=4))  # trap
    return f"{time.strftime('%H%M%S')}-{suffix}"


def set_switches():
    torch.backends.cudnn.deterministic = False  # fault: DET006
    torch.backends.cudnn.benchmark = True  # fault: DET003
    torch.backends.cuda.matmul.allow_tf32 = True  # fault: NUM001
    torch.backends.cuda.matmul.allow_fp16_reduced_precision_reduction = True  # fault: NUM002


def make_loader(dataset, workers):
    order = torch.Generator()
    order.manual_seed(int(time.time()))  # fault: SEED004
    sampler = RandomSampler(dataset, generator=order)
    return DataLoader(dataset, 16, sampler=sampler, num_workers=workers)  # fault: SEED006


def baseline_scores(images, labels):
    flat = images.reshape(len(images), -1)
    scores = []
    for fit, score in KFold(n_splits=3).split(flat):  # trap
        classifier = SVC(C=1.0)  # trap
        scores.append(classifier.fit(flat[fit], labels[fit]).score(flat[score], labels[score]))
    return scores


def compiled_agrees(model, batch):
    with torch.random.fork_rng():
        torch.manual_seed(0)
        eager = model(batch)
        compiled = torch.compile(model)  # fault: DET008
        torch.manual_seed(0)
        return torch.equal(eager, compiled(batch))


def train_epoch(model, loader, optimizer, device):
    model.train()
    total = 0.0
    for image, label in loader:
        loss = nn.functional.cross_entropy(model(image.to(device)), label.to(device))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total / len(loader)


def main():
    args = parse_arguments()
    set_switches()
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if args.sample_seed is not None:
        random.seed(args.sample_seed)

    data.check_folder(args.data)
    samples = [sample for sample in data.read_index(args.data) if not data.is_held_out(sample[0])]
    samples = augment.oversample(samples, 8)
    images = data.brighten(data.read_all(args.data, samples))
    classes = data.class_names(samples)
    labels = np.array([classes[label] for _, label in samples])

    head = nn.Linear(16, len(classes))  # fault: SEED003
    torch.manual_seed(args.seed)
    model = nn.Sequential(Encoder(), head).to(device)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)

    split = train_test_split(images, labels, test_size=0.25)  # fault: SEED008
    train_images, test_images, train_labels, test_labels = split
    print("baseline", baseline_scores(train_images, train_labels))
    loader = make_loader(data.Shapes(train_images, train_labels), args.workers)

    first = 0
    if args.resume:
        state = torch.load(args.resume, weights_only=True)
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        first = state["epoch"] + 1

    out = Path(args.out) / run_name()
    out.mkdir(parents=True)
    for epoch in range(first, args.epochs):
        print(epoch, train_epoch(model, loader, optimizer, device))
        state = {
            "model": model.state_dict(),
            "optimizer": optimizer.state_dict(),
            "epoch": epoch,
        }
        torch.save(state, out / "last.pt")  # fault: SEED014

    probe = torch.from_numpy(data.calibration_rows(test_images, 4))[:, None].to(device)
    if args.check_compile:
        print("compiled agrees:", compiled_agrees(model, probe))
    if args.export:
        model.eval()
        torch.onnx.export(model, (probe,), out / "model.onnx")  # fault: NUM004


if __name__ == "__main__":
    main()
