"""Pipelines of tf.data of which the project itself says that nothing comes of their order."""

import textwrap
from pathlib import Path

import pytest

from fwaudit.auditor.config import Config
from fwaudit.auditor.finding import Finding
from fwaudit.auditor.scan import ScanOptions, scan
from fwaudit.checks import RULES


def found(folder: Path, files: dict[str, str]) -> list[Finding]:
    """Return every ORDER finding at default confidence."""
    for path, code in files.items():
        (folder / path).write_text(textwrap.dedent(code), "utf-8")
    rules = tuple(rule for rule in RULES if rule.code.startswith("ORDER"))
    return list(scan(ScanOptions((folder,), rules, Config(), current=folder, jobs=1)).findings)


AUGMENT = """\
    import tensorflow as tf
    def prepare(image, is_training):
        if is_training:
            image = tf.image.random_flip_left_right(image)
        return image
    def load(ds, is_training):
        def step(image):
            return prepare(image, is_training)
        return ds.map(step, num_parallel_calls=8)
    """
SILENT = {
    "drawn in training only, for which no call asks": {
        "read.py": AUGMENT,
        "main.py": """\
            import json
            from read import load
            if __name__ == '__main__':
                load(json.load(open('x')), is_training=False)
            """,
    },
    "a seed could be given": {
        "train.py": """\
            import tensorflow as tf
            def read(ds, shuffle_seed=None):
                if shuffle_seed:
                    return ds.shuffle(99, seed=shuffle_seed).prefetch(1)
                else:
                    return ds.shuffle(99).prefetch(1)
            read(tf.data.Dataset.range(3))
            """,
    },
    "a method that nothing calls": {
        "train.py": """\
            import tensorflow as tf
            class Net:
                def learn(self, ds):
                    return ds.shuffle(99).prefetch(1)
            if __name__ == '__main__':
                Net()
            """,
    },
}


@pytest.mark.parametrize("title", SILENT)
def test_silent(title, tmp_path):
    assert not found(tmp_path, SILENT[title])


def test_drawn_where_a_call_asks_for_training(tmp_path):
    main = "from read import load\nimport sys\nload(sys.argv, is_training=True)\n"
    [finding] = found(tmp_path, {"read.py": AUGMENT, "main.py": main})
    assert finding.code == "ORDER005"


def test_stages_of_one_statement_are_one_finding(tmp_path):
    code = """\
        import tensorflow as tf
        ds = tf.data.Dataset.range(9).map(abs, num_parallel_calls=4, deterministic=False).batch(
            2, num_parallel_calls=4, deterministic=False
        )
        """
    assert len(found(tmp_path, {"train.py": code})) == 1


def test_the_program_that_calls_the_function_is_named(tmp_path):
    files = {
        "pipeline.py": """\
            import tensorflow as tf
            def photos(x):
                return tf.data.Dataset.from_tensor_slices(x).shuffle(99)
            def texts(x):
                return tf.data.Dataset.from_tensor_slices(x)
            """,
        "a_texts.py": "from pipeline import texts\nif __name__ == '__main__':\n    train(texts(3))\n",
        "photos.py": "import pipeline\nif __name__ == '__main__':\n    train(pipeline.photos(3))\n",
    }
    [finding] = found(tmp_path, files)
    assert finding.entry_point == "photos.py"
