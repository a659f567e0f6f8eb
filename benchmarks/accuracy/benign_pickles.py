"""Harmless files of the formats that ship with models, written by the packages that write them."""

from __future__ import annotations

import collections
import datetime
import decimal
import enum
import functools
import importlib.util
import logging
import operator
import pathlib
import pickle
import uuid
from pathlib import Path
from typing import Any


class Shape(enum.Enum):
    """A class of one's own, as checkpoints name them."""

    ROUND = 1


def _has(package: str) -> bool:
    return importlib.util.find_spec(package) is not None


def _plain() -> dict[str, Any]:
    """Return what training scripts put into a pickle."""
    return {
        "numbers": [1, 2.5, 3j, None, True, 2**70, -(2**40)],
        "texts": ["a", "ä" * 300, b"bytes", bytearray(b"x" * 300)],
        "sets": [{1, 2}, frozenset({3}), (1, 2, 3, 4)],
        "ordered": collections.OrderedDict(a=1),
        "counted": collections.Counter("abca"),
        "queue": collections.deque([1], 3),
        "grouped": collections.defaultdict(list, a=[1]),
        "when": datetime.datetime(2020, 1, 2, tzinfo=datetime.UTC),
        "exact": decimal.Decimal("1.5"),
        "path": pathlib.PurePosixPath("a/b"),
        "uuid": uuid.UUID(int=5),
        "rounded": functools.partial(round, ndigits=2),
        "second": operator.itemgetter(1),
        "shape": Shape.ROUND,
        "logger": logging.getLogger("run"),
        "error": ValueError("wrong"),
        "range": range(3),
        "slice": slice(1, 2),
    }


def benign(folder: Path) -> dict[str, bytes]:
    """Return the files by name."""
    files = {
        f"plain-{p}.pkl": pickle.dumps(_plain(), p) for p in range(pickle.HIGHEST_PROTOCOL + 1)
    }
    for writer in (_numpy, _torch, _sklearn, _pandas):
        writer(folder)
    return files | {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def _numpy(folder: Path) -> None:
    if not _has("numpy"):
        return
    import numpy as np

    np.save(folder / "floats.npy", np.ones((3, 4)))
    np.save(folder / "records.npy", np.zeros(2, dtype=[("One", "<i4"), ("two", "<f8")]))
    np.save(folder / "objects.npy", np.array([{"a": 1}, None], dtype=object), allow_pickle=True)
    np.savez(folder / "arrays.npz", a=np.arange(3), b=np.array(["x"]))
    np.savez_compressed(folder / "compressed.npz", a=np.arange(300))
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        kept = {
            "a": np.ones(3),
            "b": np.float32(1),
            "c": np.dtype("f8"),
            "r": np.random.RandomState(1),
        }
        (folder / f"numpy-{protocol}.pkl").write_bytes(pickle.dumps(kept, protocol))
    generator = pickle.dumps(np.random.default_rng(1))
    (folder / "generator.pickle").write_bytes(generator)


def _torch(folder: Path) -> None:
    if not _has("torch"):
        return
    import torch

    torch.manual_seed(0)  # fwaudit: ignore[global-reseed] called once, for one set of files
    net = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.ReLU(), torch.nn.BatchNorm1d(4))
    optimizer = torch.optim.Adam(net.parameters())
    net(torch.ones(2, 3)).sum().backward()
    optimizer.step()
    state = {"model": net.state_dict(), "optimizer": optimizer.state_dict(), "epoch": 3}
    for new, name in ((True, "zip"), (False, "legacy")):
        torch.save(state, folder / f"state-{name}.pt", _use_new_zipfile_serialization=new)
        torch.save(net, folder / f"module-{name}.pth", _use_new_zipfile_serialization=new)
        halves = [torch.ones(3).half(), torch.ones(3).bfloat16(), torch.ones(2, dtype=torch.long)]
        torch.save(halves, folder / f"halves-{name}.bin", _use_new_zipfile_serialization=new)
    torch.save(torch.sparse_coo_tensor([[0], [1]], [2.0], (2, 2)), folder / "sparse.pt")
    (folder / "tensor.pkl").write_bytes(pickle.dumps(torch.nn.Parameter(torch.ones(2))))


def _sklearn(folder: Path) -> None:
    if not _has("sklearn"):
        return
    import joblib
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    rows, labels = [[0.0, 1.0], [1.0, 0.0], [1.0, 1.0], [0.0, 0.0]], [0, 1, 1, 0]
    line = make_pipeline(StandardScaler(), LogisticRegression()).fit(rows, labels)
    forest = RandomForestClassifier(3, random_state=0).fit(rows, labels)
    for name, model in (("line", line), ("forest", forest)):
        (folder / f"{name}.pkl").write_bytes(pickle.dumps(model))
        joblib.dump(model, folder / f"{name}.joblib")
        for method in ("zlib", "gzip", "bz2", "xz", "lzma"):
            joblib.dump(model, folder / f"{name}-{method}.joblib", compress=(method, 3))


def _pandas(folder: Path) -> None:
    if not _has("pandas"):
        return
    import pandas as pd

    frame = pd.DataFrame({"a": [1, 2], "b": ["x", "y"], "c": pd.Categorical(["u", "v"])})
    frame["when"] = pd.to_datetime(["2020-01-01", "2020-01-02"])
    for ending in ("pkl", "pkl.gz", "pkl.bz2", "pkl.xz"):
        frame.to_pickle(folder / f"frame.{ending}")
