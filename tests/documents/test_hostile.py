"""Environment files that would harm a careless reader: a clear line each, nothing run or fetched."""

import os
import pickle
import re
import zipfile
from pathlib import Path

import pytest


class _RunsACommand:
    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self):
        return os.system, (f"touch {self.marker}",)


def _scanned(fwaudit, folder: Path, *options: str) -> tuple[int, list[str]]:
    """Scan by the command line; return the exit code and a line a finding."""
    done = fwaudit("scan", ".", "--format", "concise", "--no-cache", *options, cwd=folder)
    assert "Traceback" not in done.stderr
    return done.returncode, [
        line for line in done.stdout.splitlines() if re.match(r"\S+:\d+", line)
    ]


def _errors(lines: list[str]) -> list[str]:
    return [line for line in lines if " META003 " in line]


def test_requirements_that_include_themselves(project, fwaudit) -> None:
    folder = project(
        {"requirements.txt": "-r more.txt\ntorch\n", "more.txt": "-r requirements.txt\n"}
    )
    code, output = _scanned(fwaudit, folder)
    assert any("leads back to requirements.txt" in line for line in _errors(output))
    assert any("PIN001" in line for line in output)
    assert code == 1


@pytest.mark.parametrize(
    "target", ["/etc/passwd", "../../../../etc/passwd", "~/secret.txt", "https://example.org/r.txt"]
)
def test_an_include_from_outside_is_named_and_not_read(project, fwaudit, target: str) -> None:
    folder = project({"requirements.txt": f"numpy==1.26.4\n-r {target}\n"})
    code, output = _scanned(fwaudit, folder, "--select", "META,PIN001")
    (line,) = _errors(output)
    assert line.startswith("requirements.txt:2:")
    assert "was not read" in line
    assert "root:" not in "".join(output)
    assert code == 3


def test_a_lock_of_fifty_megabytes_is_named_and_not_read(project, fwaudit) -> None:
    entry = b'[[package]]\nname = "package"\nversion = "1.0"\n\n'
    folder = project({"uv.lock": entry * (50_000_000 // len(entry))})
    code, output = _scanned(fwaudit, folder, "--select", "META,PIN")
    (line,) = _errors(output)
    assert "50 MB" in line
    assert code == 3


def test_requirements_of_fifty_megabytes_are_named_and_not_read(project, fwaudit) -> None:
    folder = project({"requirements.txt": b"torch\n" * 8_000_000})
    code, output = _scanned(fwaudit, folder, "--select", "META,PIN001")
    (line,) = _errors(output)
    assert "48 MB" in line
    assert code == 3


def test_a_dockerfile_of_ten_thousand_lines(project, fwaudit) -> None:
    lines = ["FROM python:3.11\n"] + ["RUN pip install x==1.0 \\\n    && true\n"] * 5_000
    folder = project({"Dockerfile": "".join(lines)})
    _, output = _scanned(fwaudit, folder, "--select", "PIN005,PIN006")
    (line,) = output
    assert "PIN005" in line


def test_aliases_that_multiply(project, fwaudit) -> None:
    lines = ["name: x\n", "channels: [a]\n", "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"]
    for level in range(1, 10):
        lines.append(f"a{level}: &a{level} [" + ", ".join([f"*a{level - 1}"] * 10) + "]\n")
    lines.append("dependencies: *a9\n")
    folder = project({"environment.yml": "".join(lines)})
    code, output = _scanned(fwaudit, folder, "--select", "META,PIN")
    assert any("expand without end" in line for line in _errors(output))
    assert code == 3


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pyproject.toml", "a = " + "[" * 5_000 + "]" * 5_000),
        ("environment.yml", "name: x\ndependencies: " + "[" * 5_000 + "]" * 5_000),
        ("Pipfile.lock", "[" * 100_000),
        ("uv.lock", "[[package]\n"),
        ("conda-lock.yml", "\t- broken: ["),
    ],
)
def test_broken_and_deep_files_are_one_line_each(project, fwaudit, name: str, text: str) -> None:
    code, output = _scanned(fwaudit, project({name: text}), "--select", "META,PIN")
    (line,) = _errors(output)
    assert line.startswith(f"{name}:1:")
    assert "not read: " in line
    assert "\n" not in line
    assert code == 3


def test_a_zip_bomb_as_advisories(project, fwaudit, tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(4):
            archive.writestr(f"{number}.json", b"0" * 50_000_000)
    folder = project({"requirements.txt": "torch==2.1.0\n"})
    code, output = _scanned(fwaudit, folder, "--select", "VULN", "--advisories", str(path))
    (line,) = output
    assert "VULN002" in line
    assert "would unpack to 200 MB" in line
    assert code == 3


def test_a_pickle_that_would_run_a_command(project, fwaudit, tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    folder = project({"model.pkl": pickle.dumps(_RunsACommand(marker))})
    code, output = _scanned(fwaudit, folder, "--select", "SAFE003")
    (line,) = output
    assert "system" in line
    assert code == 1
    assert not marker.exists()


def test_setup_py_is_read_and_never_run(project, fwaudit, tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    folder = project(
        {
            "setup.py": f"open({str(marker)!r}, 'w')\nfrom setuptools import setup\n"
            "setup(name='x', packages=['x'], url='u', install_requires=['torch'])\n"
        }
    )
    _, output = _scanned(fwaudit, folder, "--select", "PIN001")
    assert output == []
    assert not marker.exists()


def test_a_link_to_another_place_is_not_followed(project, fwaudit, tmp_path: Path) -> None:
    (tmp_path / "elsewhere.txt").write_text("secret-package\n")
    folder = project({"train.py": "print(1)\n"})
    (folder / "requirements.txt").symlink_to(tmp_path / "elsewhere.txt")
    _, output = _scanned(fwaudit, folder)
    assert "secret-package" not in "".join(output)
