"""A second scan of what did not change."""

import json
import os
import time

import pytest

from fwaudit.auditor.cache import Cache
from fwaudit.auditor.config import Config
from fwaudit.auditor.scan import ScanOptions, scan
from fwaudit.checks import RULES

from ..conftest import SEEDLESS


def run(folder, cache_folder, **options):
    config = Config(select=("SEED007", "META003"))
    cache = Cache(cache_folder, folder)
    given = ScanOptions((folder,), RULES, config, current=folder, jobs=1, cache=cache, **options)
    return scan(given), cache


def age(folder):
    """Make every file look settled: a result over fresh files is not kept."""
    old = time.time() - 60
    for path in folder.rglob("*"):
        os.utime(path, (old, old))


def test_a_second_scan_gives_the_same_and_reads_nothing(project, tmp_path, monkeypatch):
    folder = project({"a.py": SEEDLESS, "b.py": "def f(:\n"})
    age(folder)
    first, _ = run(folder, tmp_path / "c")
    monkeypatch.setattr("fwaudit.auditor.pool.Examiner", None)
    second, _ = run(folder, tmp_path / "c")
    assert [f.fingerprint for f in second.findings] == [f.fingerprint for f in first.findings]
    assert second.findings == first.findings
    assert (second.python, second.problems) == (first.python, first.problems)


def test_a_changed_file_is_read_again_and_the_others_are_not(project, tmp_path):
    folder = project({"a.py": SEEDLESS, "b.py": SEEDLESS})
    age(folder)
    run(folder, tmp_path / "c")
    (folder / "b.py").write_text("x = 1\n")
    cache = Cache(tmp_path / "c", folder)
    seen = []
    original = cache.put
    cache.put = lambda state, examined: (seen.append(state.path), original(state, examined))
    config = Config(select=("SEED007", "META003"))
    result = scan(ScanOptions((folder,), RULES, config, current=folder, jobs=1, cache=cache))
    assert [f.place.path for f in result.findings] == ["a.py"]
    assert seen == ["b.py"]


def test_touching_a_file_does_not_read_its_rules_again(project, tmp_path):
    folder = project({"a.py": SEEDLESS})
    age(folder)
    run(folder, tmp_path / "c")
    os.utime(folder / "a.py", (1, 1))
    cache = Cache(tmp_path / "c", folder)
    cache.put = None
    config = Config(select=("SEED007", "META003"))
    result = scan(ScanOptions((folder,), RULES, config, current=folder, jobs=1, cache=cache))
    assert len(result.findings) == 1


@pytest.mark.parametrize("junk", [b"", b"{", b'["$9"]', b'{"a.py": [1]}', b"[" * 99999])
def test_a_broken_cache_is_no_cache(project, tmp_path, junk):
    folder = project({"a.py": SEEDLESS})
    age(folder)
    run(folder, tmp_path / "c")
    for path in (tmp_path / "c").rglob("*.json"):
        path.write_bytes(junk)
    result, _ = run(folder, tmp_path / "c")
    assert len(result.findings) == 1


def test_a_cache_that_cannot_be_written_is_said_once(project, tmp_path):
    folder = project({"a.py": SEEDLESS})
    age(folder)
    (tmp_path / "c").write_text("a file where the folder should be")
    result, cache = run(folder, tmp_path / "c")
    assert len(result.findings) == 1
    assert cache.trouble


def test_the_cache_holds_data_only(project, tmp_path):
    folder = project({"a.py": SEEDLESS})
    age(folder)
    run(folder, tmp_path / "c")
    files = [path for path in (tmp_path / "c").rglob("*") if path.is_file()]
    assert files
    for path in files:
        json.loads(path.read_text())


def test_other_options_are_another_result(project, tmp_path):
    folder = project({"a.py": SEEDLESS})
    age(folder)
    first, _ = run(folder, tmp_path / "c")
    second, _ = run(folder, tmp_path / "c", baseline=frozenset({first.findings[0].fingerprint}))
    assert not second.findings
