"""What the salted hash of a text is said to decide."""

from pathlib import Path

import pytest

from fwaudit.auditor.config import Config
from fwaudit.auditor.scan import ScanOptions, scan
from fwaudit.checks.ordering.hashes import SaltedHash


@pytest.mark.parametrize(
    ("use", "said"),
    [
        ("seed = hash(str(path)) % 2**16\nrng = Generator(seed)\n", "makes a seed"),
        ("part = hash(str(path)) % 10\nrows[part] = 1\n", "chooses a bucket"),
    ],
)
def test_what_a_hash_decides(tmp_path: Path, use: str, said: str) -> None:
    (tmp_path / "train.py").write_text(
        f"def run(path, rows):\n    {use.replace(chr(10), chr(10) + '    ')}\n"
    )
    (found,) = scan(
        ScanOptions((tmp_path,), (SaltedHash,), Config(), current=tmp_path, jobs=1)
    ).findings
    assert said in found.message
