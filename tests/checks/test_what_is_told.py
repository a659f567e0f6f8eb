"""What documents say of weights and faces turns a warning into information."""

from pathlib import Path

import pytest

from fwaudit.auditor.config import Config
from fwaudit.auditor.finding import Severity
from fwaudit.auditor.scan import ScanOptions, scan
from fwaudit.checks.capabilities.faces import FaceRecognition
from fwaudit.checks.cards.missing import MissingCard
from fwaudit.checks.datasets.withdrawn import WithdrawnDataset
from fwaudit.checks.pins.requirements import MissingLock

POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n"


@pytest.mark.parametrize(
    ("files", "severity"),
    [
        ({"README.md": "# Faces\nRun it.\n"}, Severity.WARNING),
        ({"README.md": "# Faces\nA net trained on the MS1M data set: 99.8 %.\n"}, Severity.INFO),
        ({"README.md": "# Faces\nPut weights into `b/`.\n"}, Severity.INFO),
        (
            {"README.md": "# Faces\n", "finder/README.md": "# Finder\nFinds faces.\n"},
            Severity.INFO,
        ),
        (
            {"README.md": "# Faces\n", "finder/models/README.md": "# Nets\nOf the finder.\n"},
            Severity.INFO,
        ),
        (
            {"README.md": "# Faces\n", "other/README.md": "# Other\nSomething else.\n"},
            Severity.WARNING,
        ),
    ],
    ids=[
        "silent",
        "trained on",
        "folder named",
        "README of the package",
        "README of the folder",
        "README elsewhere",
    ],
)
def test_weights_without_a_card(files: dict[str, str], severity: Severity, tmp_path: Path) -> None:
    for path, text in {**files, "finder/models/a/b/net.pth": POINTER}.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, "utf-8")
    found = scan(
        ScanOptions((tmp_path,), (MissingCard,), Config(), current=tmp_path, jobs=1)
    ).findings
    assert [finding.severity for finding in found] == [severity]


@pytest.mark.parametrize(
    ("readme", "severity"),
    [
        ("# Login\nA library to log in.\n", Severity.WARNING),
        ("# Login\nMind the GDPR when you keep biometric data.\n", Severity.INFO),
    ],
)
def test_faces_and_a_word_on_the_law(readme: str, severity: Severity, tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text(readme, "utf-8")
    (tmp_path / "login.py").write_text(
        "from deepface import DeepFace\nDeepFace.verify('a.jpg', 'b.jpg')\n", "utf-8"
    )
    found = scan(
        ScanOptions((tmp_path,), (FaceRecognition,), Config(), current=tmp_path, jobs=1)
    ).findings
    assert [finding.severity for finding in found] == [severity]


def test_every_file_that_uses_a_data_set_is_shown(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("train_path = '/data/faces_emore'\n" * 60, "utf-8")
    (tmp_path / "z.py").write_text("train_path = '/data/ms1m-retinaface-t1'\n", "utf-8")
    (finding,) = scan(
        ScanOptions((tmp_path,), (WithdrawnDataset,), Config(), current=tmp_path, jobs=1)
    ).findings
    assert "z.py" in {item.place.path for item in finding.evidence}


def test_a_missing_lock_names_packages_and_no_module_of_an_older_python(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(
        "import torch\n\ntry:\n    from StringIO import StringIO\n    import cPickle as pickle\n"
        "except ImportError:\n    from io import StringIO\n    import pickle\n\n"
        "if __name__ == '__main__':\n    print(torch.rand(1))\n",
        "utf-8",
    )
    (found,) = scan(
        ScanOptions((tmp_path,), (MissingLock,), Config(), current=tmp_path, jobs=1)
    ).findings
    assert found.message.endswith("it imports torch")
