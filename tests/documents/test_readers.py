"""What the readers of environment files make of each format."""

from pathlib import Path

import pytest

from fwaudit.auditor.discover import discover
from fwaudit.auditor.document import Document
from fwaudit.auditor.documents.declared import read_environment
from fwaudit.auditor.documents.dockerfile import read_dockerfile
from fwaudit.auditor.documents.installs import installs
from fwaudit.auditor.documents.pyproject import caret_range
from fwaudit.auditor.documents.shell import commands
from fwaudit.auditor.place import Place

HASH = "0123456789abcdef0123456789abcdef01234567"


def environment(folder: Path):
    """Read the environment of a folder as a scan does."""
    found = discover([folder], current=folder)
    documents = {
        state.path: Document(state)
        for state in found.files
        if not (state.is_python or state.is_notebook)
    }
    return read_environment(documents, found)


def said(folder: Path) -> dict[str, str]:
    """Package -> exact version, or the range, of what the whole project declares."""
    declared = environment(folder).versions.declared
    return {
        name: str(item.exact or item.specifier)
        for name, item in declared.items()
        if name != "python"
    }


FORMATS = [
    ("requirements.txt", "torch==2.1.0+cu118 \\\n  --hash=sha256:aa\nnumpy>=1.20 ; python_version>'3'",
     {"torch": "2.1.0+cu118", "numpy": ">=1.20"}),
    ("pyproject.toml", '[project]\nname="a"\nversion="1"\ndependencies=["torch~=2.1"]\n',
     {"torch": "~=2.1"}),
    ("pyproject.toml", '[tool.poetry.dependencies]\npython="^3.9"\ntorch="^2.1"\n'
     'jax={version="0.4.8"}\n', {"torch": "<3,>=2.1", "jax": "0.4.8"}),
    ("pyproject.toml", '[dependency-groups]\ntrain=["torch==2.1"]\n', {"torch": "2.1"}),
    ("setup.cfg", "[metadata]\nname=a\n[options]\ninstall_requires =\n    torch>=2\n    jax<1\n",
     {"torch": ">=2", "jax": "<1"}),
    ("setup.py", "from setuptools import setup\nN = ['torch>=2']\nN += ['jax']\n"
     "setup(name='a', install_requires=N + ['numpy<2'])\n",
     {"torch": ">=2", "jax": "", "numpy": "<2"}),
    ("Pipfile", '[packages]\ntorch = "*"\njax = "==0.4.8"\n', {"torch": "", "jax": "0.4.8"}),
    ("Pipfile.lock", '{"_meta":{},"default":{"torch":{"version":"==2.1.0","hashes":["x"]}}}',
     {"torch": "2.1.0"}),
    ("environment.yml", "name: a\ndependencies:\n - python=3.10\n - pytorch::pytorch=1.11.0\n"
     " - numpy=1.20\n - pip:\n   - jax==0.4.8\n",
     {"torch": "1.11.0", "numpy": "==1.20.*", "jax": "0.4.8"}),
    ("uv.lock", '[[package]]\nname="torch"\nversion="2.1.0"\nsource={registry="x"}\n'
     '[[package]]\nname="me"\nversion="1"\nsource={editable="."}\n', {"torch": "2.1.0"}),
    ("poetry.lock", '[[package]]\nname="torch"\nversion="2.1.0"\n', {"torch": "2.1.0"}),
    ("pdm.lock", '[[package]]\nname="torch"\nversion="2.1.0"\n', {"torch": "2.1.0"}),
    ("pylock.toml", 'lock-version="1.0"\n[[packages]]\nname="torch"\nversion="2.1.0"\n',
     {"torch": "2.1.0"}),
    ("conda-lock.yml", "package:\n- name: numpy\n  version: 1.26.4\n  hash: {sha256: aa}\n",
     {"numpy": "1.26.4"}),
    ("spec-file.txt", "# platform: linux-64\n@EXPLICIT\n"
     "https://conda.anaconda.org/main/linux-64/numpy-1.26.4-py310h5f9d8c6_0.conda#aa\n",
     {"numpy": "1.26.4"}),
    ("requirements.txt", "# This file may be used to create an environment using:\n"
     "# $ conda create --name <env> --file <this file>\n# platform: linux-64\n"
     "python=3.7.6=h0371630_2\npytorch=1.4.0=py3.7_cuda10.1\njax=0.4.8=pypi_0\n",
     {"torch": "1.4.0", "jax": "0.4.8"}),
    ("a-1.dist-info/METADATA", "Name: a\nRequires-Dist: torch>=2\nRequires-Dist: x; extra == 'y'\n\n",
     {"torch": ">=2", "x": ""}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "expected"), FORMATS, ids=[row[0] for row in FORMATS])
def test_every_format(tmp_path: Path, name: str, text: str, expected: dict[str, str]) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text(text)
    assert said(tmp_path) == expected


def test_a_lock_is_stronger_than_a_range(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("torch>=1.8\n")
    (tmp_path / "uv.lock").write_text('[[package]]\nname="torch"\nversion="2.7.0"\n')
    assert said(tmp_path)["torch"] == "2.7.0"


def test_alternatives_that_disagree_give_the_widest_range(tmp_path: Path) -> None:
    (tmp_path / "requirements-a.txt").write_text("torch==1.7.1\n")
    (tmp_path / "requirements-b.txt").write_text("torch==2.1.0\n")
    versions = environment(tmp_path).versions
    assert versions.exact("torch") is None
    assert versions.may_be_below("torch", "2.0")
    assert not versions.may_be_below("torch", "1.7")


def test_a_folder_beside_says_nothing(tmp_path: Path) -> None:
    for folder, version in (("a", "1.6.0"), ("b", "2.7.0")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "requirements.txt").write_text(f"torch=={version}\n")
    versions = environment(tmp_path).versions
    assert str(versions.near("a/train.py").exact("torch")) == "1.6.0"
    assert str(versions.near("b/deep/train.py").exact("torch")) == "2.7.0"
    assert versions.near("train.py").get("torch") is None


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("^1.2.3", "<2,>=1.2.3"),
        ("^0.2.3", "<0.3,>=0.2.3"),
        ("^0.0.3", "<0.0.4,>=0.0.3"),
        ("~1.2", "<1.3,>=1.2"),
        ("~=1.2", "~=1.2"),
        ("1.2.*", "==1.2.*"),
        (">=1.2,<2", "<2,>=1.2"),
        ("*", ""),
        ("^1 || ^2", ""),
    ],
)
def test_poetry_ranges(written: str, expected: str) -> None:
    assert ",".join(sorted(str(caret_range(written)).split(","))) == expected


def dockerfile(tmp_path: Path, text: str):
    """Read a Dockerfile's text."""
    (tmp_path / "Dockerfile").write_text(text)
    (state,) = discover([tmp_path], current=tmp_path).files
    return read_dockerfile(Document(state))


def test_stages_arguments_and_copies(tmp_path: Path) -> None:
    read = dockerfile(
        tmp_path,
        "# syntax=docker/dockerfile:1\nARG BASE=ubuntu\nARG TAG=22.04\nARG IMAGE=${BASE}:${TAG}\n"
        "FROM --platform=linux/amd64 $IMAGE AS Build\nFROM build AS test\nFROM scratch\n"
        "FROM ${UNKNOWN}\nFROM ${OTHER:-debian:12}\n"
        "COPY --from=build /a /a\nCOPY --from=0 /a /a\nCOPY --from=busybox:1 /b /b\n",
    )
    assert [(image.name, image.place.line) for image in read.images] == [
        ("ubuntu:22.04", 5),
        (None, 8),
        ("debian:12", 9),
        ("busybox:1", 12),
    ]


def test_here_documents_are_part_of_their_run(tmp_path: Path) -> None:
    read = dockerfile(
        tmp_path, "FROM scratch\nRUN <<EOF\npip install torch\nFROM nothing\nEOF\nRUN true\n"
    )
    assert [(item.keyword, item.line) for item in read.instructions] == [
        ("FROM", 1),
        ("RUN", 2),
        ("RUN", 6),
    ]
    assert read.images == []


def loose(text: str) -> list[str]:
    """The packages that shell text installs without a version."""
    found = installs(text, lambda line: Place("x.sh", line))
    return [item.name for install in found for item in install.unpinned]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("pip install torch numpy==1.26.4", ["torch"]),
        ("python3 -m pip install -U 'torch>=2' --index-url https://x/y", ["torch"]),
        ("A=1 sudo pip3 install torch && echo done", ["torch"]),
        ("uv pip install torch; pip install -r requirements.txt -c c.txt", ["torch"]),
        ("pip install torch>=2.0", ["torch"]),
        ("pip install -e . --no-deps && pip install .[dev] ./local /abs", []),
        ("pip install --upgrade pip setuptools wheel", []),
        ("pip install torch==${VERSION} $EXTRA", []),
        ("pip install -c constraints.txt torch", []),
        ("conda install -y -c conda-forge scipy numpy=1.26.4", ["scipy"]),
        ("bash -c 'pip install torch'", ["torch"]),
        ("# pip install torch", []),
        ("echo 'pip install torch'", []),
        ("cat <<EOF > x\npip install torch\nEOF\n", []),
    ],
)
def test_installs(text: str, expected: list[str]) -> None:
    assert loose(text) == expected


def test_lines_of_commands() -> None:
    text = "set -e\nif true; then\n  a \\\n    b\nfi\nc 'd\ne' && f\n"
    found = [(command.words, command.line) for command in commands(text)]
    assert found == [(("set", "-e"), 1), (("true",), 2), (("a", "b"), 3), (("c", "d\ne"), 6),
                     (("f",), 7)]  # fmt: skip
