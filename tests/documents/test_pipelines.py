"""Scripts and images inside pipelines, compose files and dev containers."""

from pathlib import Path

import pytest

from fwaudit.auditor.config import Config
from fwaudit.auditor.scan import ScanOptions, scan
from fwaudit.checks.pins import RULES

DIGEST = "sha256:" + "0123456789abcdef" * 4


def lines(folder: Path, files: dict[str, str], code: str) -> list[tuple[str, int]]:
    """Write the files and return (path, line) of what a rule reports."""
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    result = scan(ScanOptions((folder,), RULES, Config(select=(code,)), current=folder, jobs=1))
    return [(item.place.path, item.place.line) for item in result.findings]


GITHUB = """on: push
jobs:
  reproduce:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - name: Train
        run: |
          set -e
          pip install torch
          python train.py
"""
GITLAB = """reproduce:
  image: python:3.11
  before_script:
    - pip install numpy==1.26.4
    - pip install torch
  script:
    - python train.py
"""
AZURE = """trigger: [main]
jobs:
- job: reproduce
  steps:
  - bash: pip install torch
    displayName: Train
"""


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        (".github/workflows/train.yml", GITHUB, 10),
        (".gitlab-ci.yml", GITLAB, 5),
        ("azure-pipelines.yml", AZURE, 5),
        (".binder/postBuild", "#!/bin/bash\nset -e\npip install torch\n", 3),
        ("run.sh", "for i in 1 2; do pip install torch; done\n", 1),
    ],
)
def test_an_install_is_found_at_its_line(tmp_path: Path, path: str, text: str, line: int) -> None:
    assert lines(tmp_path, {path: text}, "PIN006") == [(path, line)]


def test_a_library_may_install_what_it_likes_in_its_pipelines(tmp_path: Path) -> None:
    project = '[project]\nname = "a"\nversion = "1"\n[build-system]\nrequires = ["hatchling"]\n'
    files = {"pyproject.toml": project, ".github/workflows/train.yml": GITHUB}
    assert lines(tmp_path, files, "PIN006") == []


@pytest.mark.parametrize("name", ["tests.yml", "lint.yml", "docs.yml", "release.yml"])
def test_pipelines_that_check_are_no_experiments(tmp_path: Path, name: str) -> None:
    assert lines(tmp_path, {f".github/workflows/{name}": GITHUB}, "PIN006") == []


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("compose.yml", "services:\n  a:\n    image: redis:7\n", [("compose.yml", 3)]),
        ("compose.yml", f"services:\n  a:\n    image: redis@{DIGEST}\n", []),
        ("compose.yml", "services:\n  a:\n    build: .\n    image: me:1\n", []),
        ("compose.yml", "services:\n  a:\n    image: ${IMAGE}\n", []),
        (
            ".devcontainer/devcontainer.json",
            '{\n  // the image\n  "image": "python:3.11",\n}\n',
            [(".devcontainer/devcontainer.json", 3)],
        ),
        ("Dockerfile.j2", "FROM {{ base }}\n", []),
        ("tests/Dockerfile", "FROM ubuntu\n", []),
    ],
)
def test_images(tmp_path: Path, path: str, text: str, expected: list[tuple[str, int]]) -> None:
    assert lines(tmp_path, {path: text}, "PIN005") == expected
