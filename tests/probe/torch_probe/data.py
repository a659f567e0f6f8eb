"""Reading the folders, splitting them, and the dataset that the loaders draw from."""

import os
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

import numpy as np
import torch
from torch.utils.data import Dataset

from augment import Cutout, jitter


def check_folder(root):
    if not os.listdir(root):  # trap
        raise SystemExit(f"{root} is empty")
    present = set(os.listdir(root))  # trap
    return {"circle", "cross"} <= present


def read_index(root):
    samples = []
    for folder in sorted(os.listdir(root)):  # trap
        for name in os.listdir(Path(root) / folder):  # fault: ORDER001
            samples.append((f"{folder}/{name}", folder))
    return samples


def class_names(samples):
    names = list({label for _, label in samples})  # fault: ORDER002
    return {name: index for index, name in enumerate(names)}


def tag_names(samples):
    return sorted({path.split("/")[0][:2] for path, _ in samples})  # trap


def is_held_out(path):
    return hash(path) % 10 == 0  # fault: ORDER003


def read_all(root, samples):
    images = []
    with ThreadPoolExecutor(4) as pool:
        futures = [pool.submit(np.load, Path(root) / path) for path, _ in samples]
        for future in as_completed(futures):  # fault: ORDER004
            images.append(future.result())
    return np.stack(images)


def calibration_rows(images, count):
    rng = np.random.default_rng()  # fault: SEED007
    return images[rng.choice(len(images), count, replace=False)]


def brighten(images):
    return np.stack([jitter(image) for image in images])


class Shapes(Dataset):
    def __init__(self, images, labels):
        self.images = images
        self.labels = labels
        self.cutout = Cutout()

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        image = self.cutout(self.images[index])
        if np.random.rand() < 0.5:  # trap
            image = image[:, ::-1]
        return torch.from_numpy(np.ascontiguousarray(image))[None], self.labels[index]
