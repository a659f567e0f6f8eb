"""Listings and sets whose order makes no difference, or does after all."""

import textwrap
from pathlib import Path

import pytest

from fwaudit.auditor.config import Config
from fwaudit.auditor.example import Example
from fwaudit.auditor.scan import ScanOptions, scan
from fwaudit.checks import RULES


def found(folder: Path, code: str, path: str, *, pedantic: bool = False) -> list[tuple[str, int]]:
    """Return (code, line) of every ORDER finding at default confidence, or at any."""
    Example(textwrap.dedent(code), path=path).write(folder)
    rules = tuple(rule for rule in RULES if rule.code.startswith("ORDER"))
    result = scan(ScanOptions((folder,), rules, Config(pedantic=pedantic), current=folder, jobs=1))
    return sorted((finding.code, finding.place.line) for finding in result.findings)


#: title -> (file, code): nothing is reported.
SILENT = {
    "pictures of a demonstration": (
        "demo.py",
        """\
        import cv2
        from pathlib import Path
        def pictures(folder):
            for path in Path(folder).glob('*.*'):
                yield cv2.imread(str(path))
        """,
    ),
    "errors of an evaluation, looked up by name": (
        "evaluate_ages.py",
        """\
        import cv2, numpy as np
        from pathlib import Path
        faces = np.empty((8, 64, 64, 3))
        for i, path in enumerate(Path('valid').glob('*_face.jpg')):
            faces[i % 8] = cv2.imread(str(path))
        """,
    ),
    "a page that a test function writes": (
        "model.py",
        """\
        import glob
        class Model:
            def train(self, loss):
                loss.backward()
            def test(self, run):
                page = open('index.html', 'w')
                for name in glob.glob('test/*.png'):
                    page.write('<td>%s</td>' % run(name))
        """,
    ),
    "a dataset of which only inference makes objects": (
        "flow.py",
        """\
        import cv2, glob
        class Pairs:
            def __init__(self, root):
                self.flows = glob.glob(root + '/*.flo')
            def __iter__(self):
                for path in self.flows:
                    yield cv2.imread(path)
        def inference(model, root):
            return [model(pair) for pair in Pairs(root)]
        """,
    ),
    "a dataset whose class is called after evaluation": (
        "dataset.py",
        """\
        from os import listdir
        from os.path import join
        from torch.utils.data import Dataset
        from reading import low_resolution
        class FromFolderEval(Dataset):
            def __init__(self, folder):
                self.names = [join(folder, name) for name in listdir(folder)]
            def __getitem__(self, index):
                return low_resolution(self.names[index]), self.names[index]
        """,
    ),
    "a set to test on": (
        "portrait.py",
        """\
        import glob
        from loading import PortraitDataset
        names = glob.glob('portraits/*')
        test_dataset = PortraitDataset(names)
        """,
    ),
    "an evaluation set in another order": (
        "train.py",
        """\
        import glob, random
        def files():
            test_files = glob.glob('test/*.wav')
            return test_files
        names = files()
        random.shuffle(names)
        for name in names:
            print(name)
        """,
    ),
    "a notebook that shows one picture": (
        "look.ipynb",
        """\
        # %%
        import os, random
        import numpy as np
        names = os.listdir('record')
        picture = np.load(random.choice(names))
        """,
    ),
    "numbers that are only reported, and that deal work out to devices": (
        "frames.py",
        """\
        import glob
        from multiprocessing import Pool
        def extract(job):
            path, number = job
            print(path, number)
        paths = glob.glob('videos/*.mp4')
        Pool(4).map(extract, zip(paths, range(len(paths))))
        jobs = [(path, number % 8) for number, path in enumerate(paths)]
        """,
    ),
    "the first few, to listen to": (
        "vocode.py",
        """\
        import os
        import numpy as np
        DEBUG = False
        def vocode(folder, write):
            for name in os.listdir(folder)[:5]:
                write(np.load(folder + name), name)
        names = os.listdir('features')
        if DEBUG:
            names = names[:100]
        """,
    ),
    "sorted together": (
        "models.py",
        """\
        import glob, joblib
        import torch
        def load(folder):
            layers, models = [], []
            for name in glob.glob(folder + '/*.pt'):
                layers.append(int(name[-4]))
                models.append(joblib.load(name))
            layers, models = zip(*sorted(zip(layers, models)))
            return models, layers
        models, layers = load('kmeans')
        joined = torch.stack(models)
        """,
    ),
    "a set of tuples of numbers": (
        "augment.py",
        """\
        import itertools, random
        def keys():
            unique_keys = []
            for turn, flip in itertools.product(range(4), range(2)):
                key = (turn, flip)
                unique_keys.append(key)
            return set(unique_keys)
        def draw():
            return random.choice(list(keys()))
        """,
    ),
    "the data set that a test is made of": (
        "records.py",
        """\
        import glob
        def write_test_set(folder, writer):
            pairs = []
            for name in glob.glob(folder + '/*.wav'):
                pairs.append((name, open(name).read()))
            with open('test.bin', 'w') as out:
                for pair in pairs:
                    out.write(pair[1])
        """,
    ),
    "cut in the branch where it is another list": (
        "videos.py",
        """\
        import glob
        def videos(root, is_test):
            if is_test:
                names = glob.glob(root + '/test/*')
            else:
                names = sorted(glob.glob(root + '/train/*'))
                names = names[:-2]
            for name in names:
                print(name)
        """,
    ),
    "a set that is written and read as a set": (
        "spaces.py",
        """\
        def save(namespaces):
            names = set(namespaces)
            with open('spaces.txt', 'w') as out:
                for name in names:
                    print(name, file=out)
        """,
    ),
    "jobs dealt out to workers": (
        "fetch.py",
        """\
        import glob, random
        import multiprocessing
        folders = glob.glob('logs/*')
        random.shuffle(folders)
        pool = multiprocessing.Pool(4)
        pool.map(print, folders)
        """,
    ),
    "identifiers of an evaluation, written for it": (
        "average_precision.py",
        """\
        import json, os
        from pycocotools.cocoeval import COCOeval
        def truth(folder):
            boxes = []
            for name in os.listdir(folder):
                boxes.append(open(os.path.join(folder, name)).read())
            notes = []
            for i, box in enumerate(boxes):
                note = {'box': box}
                note['id'] = i
                notes.append(note)
            return notes
        with open('truth.json', 'w') as out:
            json.dump(truth('labels'), out)
        """,
    ),
    "a vote over all members": (
        "majority_vote.py",
        """\
        import glob
        import numpy as np
        def vote(folder):
            return np.stack([np.load(name) for name in glob.glob(folder + '/*.npy')]).sum(0)
        """,
    ),
    "pictures sampled to look at while training": (
        "gan.py",
        """\
        import glob
        import numpy as np
        from images import save_images
        class Model:
            def train(self, loss):
                loss.backward()
            def sample_model(self, run):
                names = glob.glob('test/*.png')
                np.random.shuffle(names)
                save_images(run(names[:4]), 'sample.png')
        """,
    ),
    "a part that is only counted": (
        "data.py",
        """\
        import os
        def number(root, share):
            names = []
            for folder in sorted(os.listdir(root)):
                found = [name for name in os.listdir(os.path.join(root, folder))]
                found = found[: int(share * len(found))]
                names += found
            return len(names)
        """,
    ),
    "frames of a film, where nothing speaks of learning": (
        "film.py",
        """\
        import glob, imageio
        frames = [imageio.imread(name) for name in glob.glob('frames/*.png')]
        imageio.mimsave('film.gif', frames)
        """,
    ),
    "a private slot for each label of a set": (
        "bars.py",
        """\
        def bars(lines):
            labels = list(set(line.split()[2] for line in lines))
            seen = [0] * len(labels)
            for line in lines:
                seen[labels.index(line.split()[2])] += 1
            return max(seen)
        """,
    ),
    "scores in a table": (
        "scoring.py",
        """\
        import concurrent.futures
        import pandas as pd
        def table(futures):
            rows = []
            for future in concurrent.futures.as_completed(futures):
                rows.append(future.result())
            return pd.DataFrame(rows).to_csv('scores.csv')
        """,
    ),
}


@pytest.mark.parametrize("title", SILENT)
def test_order_that_makes_no_difference(title: str, tmp_path: Path) -> None:
    path, code = SILENT[title]
    assert found(tmp_path, code, path) == []


def test_common_keys_of_dictionaries_are_a_set(tmp_path: Path) -> None:
    code = """\
        import random
        from pathlib import Path
        texts = {path.stem: path for path in sorted(Path('texts').glob('*.txt'))}
        images = {path.stem: path for path in sorted(Path('images').glob('*.png'))}
        names = list(texts.keys() & images.keys())
        random.shuffle(names)
        others = list(texts.keys())
        random.shuffle(others)
        """
    assert found(tmp_path, code, "pairs.py") == [("ORDER002", 5)]


#: title -> (file, code, lines): ORDER001 at these lines, some with low confidence, nothing else.
REPORTED = {
    "two listings of one expression are one fault": (
        "metrics/training_distance.py",
        """\
        from pathlib import Path
        def features(folder, batch):
            folder = Path(folder)
            names = list(folder.glob('*.jpg')) + list(folder.glob('*.png'))
            return [names[i : i + batch] for i in range(0, len(names), batch)]
        """,
        [4],
    ),
    "returned as one of two, with their content": (
        "data.py",
        """\
        import glob
        import numpy as np
        from skimage import io
        def pairs(folder):
            images, masks = [], []
            for name in glob.glob(folder + '/*.png'):
                images.append(io.imread(name))
                masks.append(io.imread(name.replace('image', 'mask')))
            images = np.array(images)
            return images, masks
        """,
        [6],
    ),
    "returned as one of two, shuffled by the caller": (
        "train.py",
        """\
        import os, random
        def folders(root):
            features = [os.path.join(root, name) for name in os.listdir(root)]
            return features, len(features)
        names, number = folders('train')
        random.shuffle(names)
        """,
        [3],
    ),
    "a split of an attribute": (
        "loaders.py",
        """\
        import os
        class Rollouts:
            def __init__(self, root, train):
                self.files = [os.path.join(root, name) for name in os.listdir(root)]
                if train:
                    self.files = self.files[:-600]
                else:
                    self.files = self.files[-600:]
        """,
        [4],
    ),
    "kept by a base class, drawn from by a subclass; read by a base class": (
        "streams.py",
        """\
        import glob, random
        from pathlib import Path
        class Stream:
            def __init__(self, pattern):
                self.voices = glob.glob(pattern)
        class Training(Stream):
            def next(self):
                return random.choice(self.voices)
        class Pairs:
            def __getitem__(self, index):
                return self.pairs[index]
        class Scenes(Pairs):
            def __init__(self, root):
                self.pairs = []
                for scene in Path(root).glob('*'):
                    self.pairs += [[scene / 'left.png', scene / 'right.png']]
        """,
        [5, 15],
    ),
    "the first step of a walk, read at drawn positions": (
        "speakers.py",
        """\
        import os
        import numpy as np
        _, _, names = next(os.walk('voices'))
        chosen = np.random.choice(len(names), size=10, replace=False)
        for i in range(10):
            voice = np.load(names[chosen[i]])
        """,
        [3],
    ),
    "sorted in the other branch only": (
        "load_batches.py",
        """\
        import glob, random
        def examples(pattern, once):
            files = glob.glob(pattern)
            if once:
                files = sorted(files)
            else:
                random.shuffle(files)
            for name in files:
                print(name)
        """,
        [3],
    ),
    "read at drawn positions": (
        "train.py",
        """\
        import glob
        import numpy as np
        names = glob.glob('long/*.ARW')
        numbers = [int(name[:5]) for name in names]
        for epoch in range(4000):
            for place in np.random.permutation(len(numbers)):
                number = numbers[place]
        """,
        [3],
    ),
    "given to a reader that shuffles; saved": (
        "prepare.py",
        """\
        import glob, h5py
        import numpy as np
        import scipy.io
        from readers import FromFiles
        stream = FromFiles(glob.glob('train/*.jpg'), channels=3, shuffle=True)
        ages = [int(name[:2]) for name in glob.glob('faces/*.jpg')]
        scipy.io.savemat('ages.mat', {'age': np.array(ages)})
        with h5py.File('voices.h5', 'w') as out:
            out.create_dataset('names', data=[name for name in glob.glob('voices/*')])
        """,
        [5, 6, 9],
    ),
    "a dataset whose class is called after training and evaluation": (
        "dataset.py",
        """\
        from os import listdir
        from torch.utils.data import Dataset
        from reading import low_resolution
        class TrainEvalFolder(Dataset):
            def __init__(self, folder):
                self.names = listdir(folder)
            def __getitem__(self, index):
                return low_resolution(self.names[index])
        """,
        [6],
    ),
    "training and evaluation sets that are extended, of which one matters": (
        "prepare_split.py",
        """\
        from pathlib import Path
        def split(fold, folds, root=Path('train')):
            train_names, val_names = [], []
            for part in range(8):
                if part in folds[fold]:
                    val_names += list((root / str(part)).glob('*'))
                    val_names.extend(list((root / 'more').glob('*')))
                else:
                    train_names += list((root / str(part)).glob('*'))
            return train_names, val_names
        """,
        [9],
    ),
    "results of an evaluation that are paired with its targets by position": (
        "pairs.py",
        """\
        import glob, h5py
        import numpy as np
        from torch.utils.data import Dataset
        class ResultsEval(Dataset):
            def __init__(self, targets, folder):
                self.targets = h5py.File(targets)
                self.results = glob.glob(folder + '/*.npy')
            def __getitem__(self, index):
                return np.load(self.results[index]), self.targets['mask'][index, 0]
        """,
        [7],
    ),
    "part of an evaluation set, and its labels": (
        "evaluate_data.py",
        """\
        import os
        names = os.listdir('valid')
        part = names[:100]
        number = {name: i for i, name in enumerate(os.listdir('classes'))}
        """,
        [2, 4],
    ),
}


@pytest.mark.parametrize("title", REPORTED)
def test_order_that_matters(title: str, tmp_path: Path) -> None:
    path, code, lines = REPORTED[title]
    every = found(tmp_path, code, path, pedantic=True)
    assert every == [("ORDER001", line) for line in lines]


#: title -> (file, code, lines at default confidence): what alone says that the order matters.
ENOUGH = {
    "shuffled, then split": (
        "split_data.py",
        """\
        import os, random
        def split(root):
            names = [name for name in os.listdir(root)]
            random.Random(0).shuffle(names)
            return names[:900], names[900:]
        """,
        [3],
    ),
    "shuffled into a copy, then split; shuffled and handed on": (
        "split_data.py",
        """\
        import glob
        import numpy as np
        def split(root):
            np.random.seed(3)
            names = np.random.permutation(glob.glob(root + '/*'))
            return names[:900], names[900:]
        def files(root):
            names = glob.glob(root + '/*')
            np.random.shuffle(names)
            return names
        """,
        [5],
    ),
    "only cut; joined into a tensor": (
        "load_data.py",
        """\
        import glob
        import torch
        names = glob.glob('train/*.pt')[:300]
        rows = torch.cat([torch.load(name) for name in glob.glob('train/*.pt')])
        """,
        [],
    ),
    "drawn in a notebook that trains": (
        "train.ipynb",
        """\
        # %%
        import os, random
        show(random.choice(os.listdir('train')))
        loss.backward()
        """,
        [],
    ),
}


@pytest.mark.parametrize("title", ENOUGH)
def test_evidence_that_is_enough(title: str, tmp_path: Path) -> None:
    path, code, lines = ENOUGH[title]
    assert found(tmp_path, code, path) == [("ORDER001", line) for line in lines]


#: title -> (code, lines): a sink in a branch, or before the listing, is none of this listing's.
FLOWS = {
    "split before, or elsewhere than, it is kept": (
        """\
        import os
        from sklearn.model_selection import train_test_split
        class Clips:
            def __init__(self, root, given):
                self.clips = os.listdir(root)
                if given:
                    train = os.listdir(root + '/first')
                else:
                    train, _ = train_test_split(self.clips)
                self.clips = train
            def count(self):
                return len(self.clips)
        """,
        [5],
    ),
    "made a set of after the loop": (
        """\
        import os, random
        numbers = []
        for name in os.listdir('train'):
            if name.startswith('n'):
                numbers.append(int(name[1:4]))
        numbers = list(set(numbers))
        random.shuffle(numbers)
        train = numbers[:80]
        """,
        [],
    ),
}


@pytest.mark.parametrize("title", FLOWS)
def test_what_becomes_of_this_listing(title: str, tmp_path: Path) -> None:
    code, lines = FLOWS[title]
    every = found(tmp_path, code, "data.py", pedantic=True)
    assert every == [("ORDER001", line) for line in lines]


DATA = """\
import os
import numpy as np
class Single:
    def __init__(self, root):
        self.names = [os.path.join(root, name) for name in os.listdir(root)]
    def __getitem__(self, index):
        return open(self.names[index])
class Pairs:
    def __init__(self, root, split=None):
        if split is None:
            self.names = os.listdir(root)
        else:
            self.names = open(split).read().split()
    def __getitem__(self, index):
        return open(self.names[index])
class Exported:
    def __init__(self, root):
        self.rows = np.stack([np.load(name) for name in os.listdir(root)])
def chosen(kind, root):
    if kind == 'single':
        return Single(root)
    return None
__all__ = [Exported]
"""
TRAINS = (
    "from data import {0}\nif __name__ == '__main__':\n    for x in {0}('photos'):\n"
    "        loss(x).backward()\n"
)
SHOWS = "from data import {0}\nif __name__ == '__main__':\n    print(len({0}('photos')))\n"
#: title -> (program, its text, the lines of `data.py` that are reported).
PROGRAMS = {
    "training": ("train.py", TRAINS.format("Single"), [5]),
    "a training that only evaluates on it": (
        "train.py",
        "from data import Single\nif __name__ == '__main__':\n    val_set = Single('photos')\n"
        "    score(val_set)\n    loss(train()).backward()\n",
        [],
    ),
    "a training that makes it and never reads it": (
        "train.py",
        "from data import Single\nif __name__ == '__main__':\n    photos = Single('photos')\n"
        "    loss(train()).backward()\n",
        [],
    ),
    "a training that takes it when told so": (
        "train.py",
        "import argparse\nfrom data import chosen\n"
        "parser = argparse.ArgumentParser()\n"
        "parser.add_argument('--kind', default='single')\n"
        "for x in chosen(parser.parse_args().kind, 'photos'):\n    loss(x).backward()\n",
        [5],
    ),
    "a training that nobody tells so": (
        "train.py",
        "import yaml\nfrom data import chosen\n"
        "for x in chosen(yaml.safe_load(open('a'))['kind'], 'photos'):\n    loss(x).backward()\n",
        [],
    ),
    "a training that uses another of this name": (
        "train.py",
        "class Single:\n    pass\nif __name__ == '__main__':\n"
        "    for x in Single('photos'):\n        loss(x).backward()\n",
        [],
    ),
    "only a demonstration": ("demo_pictures.py", SHOWS.format("Single"), []),
    "a data set in which nobody names the split": ("train.py", TRAINS.format("Pairs"), [11]),
    "one that some file finds by its name": (
        "train.py",
        "import data\nif __name__ == '__main__':\n    kind = getattr(data, read('kind'))\n"
        "    loss(kind('photos')).backward()\n",
        [],
    ),
}


@pytest.mark.parametrize("title", PROGRAMS)
def test_data_sets_that_programs_use(title: str, tmp_path: Path) -> None:
    path, text, lines = PROGRAMS[title]
    (tmp_path / path).write_text(text)
    places = [line for code, line in found(tmp_path, DATA, "data.py") if code == "ORDER001"]
    assert places == lines


def test_a_data_set_that_a_configuration_names(tmp_path: Path) -> None:
    path, text, _ = PROGRAMS["one that some file finds by its name"]
    (tmp_path / path).write_text(text)
    (tmp_path / "config.yaml").write_text("kind: Exported\n")
    assert [line for _, line in found(tmp_path, DATA, "data.py")] == [18]


@pytest.mark.parametrize(("given", "reported"), [("", False), (", some=9", True)])
def test_orders_that_an_option_asks_for(given: str, reported: bool, tmp_path: Path) -> None:
    code = """\
        import os, random
        def names(root, some=None):
            found = os.listdir(root)
            if some and some < len(found):
                random.seed(0)
                random.shuffle(found)
                found = found[:some]
            return len(found)
        """
    (tmp_path / "train.py").write_text(
        f"from data import names\nif __name__ == '__main__':\n    model.fit(names('a'{given}))\n"
    )
    assert bool(found(tmp_path, code, "data.py")) is reported


@pytest.mark.parametrize(
    ("train", "reported"),
    [("Photos('a', 'test')", False), ("make(Photos)", True), ("Photos('a', 'train')", True)],
)
def test_parts_that_a_class_is_asked_for(train: str, reported: bool, tmp_path: Path) -> None:
    code = """\
        import os
        import numpy as np
        class Photos:
            def __init__(self, root, part):
                if part == 'train' and root:
                    self.rows = np.stack([np.load(name) for name in os.listdir(root)])
        """
    (tmp_path / "train.py").write_text(
        "from data import Photos\ndef make(kind):\n    return kind('a', given())\n"
        f"if __name__ == '__main__':\n    model.fit({train})\n"
    )
    assert bool(found(tmp_path, code, "data.py")) is reported


def test_a_training_that_adds_a_folder_to_its_path(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(
        "import sys\nsys.path.append('core')\nimport loading\n"
        "if __name__ == '__main__':\n    loss(loading.Single('photos')).backward()\n"
    )
    assert found(tmp_path, DATA, "core/loading.py") == [("ORDER001", 5)]


@pytest.mark.parametrize(("value", "reported"), [("false", False), ("true", True)])
def test_options_that_a_configuration_gives(value: str, reported: bool, tmp_path: Path) -> None:
    code = """\
        import os
        def names(root, split=False):
            if split:
                with open('train.txt', 'w') as out:
                    out.writelines(os.listdir(root))
        """
    (tmp_path / "train.py").write_text(
        "from data import names\nif __name__ == '__main__':\n    model.fit(names(**settings))\n"
    )
    (tmp_path / "settings.yaml").write_text(f"root: photos\nsplit: {value}\n")
    assert bool(found(tmp_path, code, "data.py")) is reported


@pytest.mark.parametrize(("used", "reported"), [("Pipeline", True), ("Other", False)])
def test_pipelines_that_nothing_uses(used: str, reported: bool, tmp_path: Path) -> None:
    code = """\
        import tensorflow as tf
        class Pipeline:
            def __init__(self, ds):
                self.ds = ds.prefetch(1).shuffle(10).map(abs, deterministic=False)
        class Other:
            pass
        """
    (tmp_path / "train.py").write_text(
        f"from data import {used}\nif __name__ == '__main__':\n    model.fit({used}(rows))\n"
    )
    both = [("ORDER005", 4), ("ORDER006", 4)]
    assert found(tmp_path, code, "data.py") == (both if reported else [])
    assert found(tmp_path, code, "data.py", pedantic=True) == both


@pytest.mark.parametrize(("given", "reported"), [("", False), (", shuffle=True", True)])
def test_shuffles_that_somebody_asks_for(given: str, reported: bool, tmp_path: Path) -> None:
    code = """\
        import tensorflow as tf
        def pairs(files, shuffle=False):
            ds = tf.data.Dataset.from_tensor_slices(files)
            if shuffle:
                ds = ds.shuffle(1000)
            return ds.batch(8)
        """
    (tmp_path / "train.py").write_text(
        f"from data import pairs\nif __name__ == '__main__':\n    model.fit(pairs(['a']{given}))\n"
    )
    assert bool(found(tmp_path, code, "data.py")) is reported


@pytest.mark.parametrize(
    ("called", "shown"), [("keras.datasets.photos.pairs", False), ("pairs", True)]
)
def test_a_function_that_another_package_has_as_well(
    called: str, shown: bool, tmp_path: Path
) -> None:
    code = f"""\
        import keras
        import tensorflow as tf
        def pairs(ds):
            return ds.map(abs, num_parallel_calls=4, deterministic=False)
        def both(ds):
            return {called}(ds)
        """
    (tmp_path / "train.py").write_text(
        "from data import both\nif __name__ == '__main__':\n    model.fit(both(rows))\n"
    )
    assert found(tmp_path, code, "data.py") == ([("ORDER005", 4)] if shown else [])
