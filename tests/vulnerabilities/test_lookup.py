"""Known vulnerabilities by the real pip-audit and offline: the same set, and skipped is not clean."""

import json
import socket
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from fwaudit.auditor.audit import AuditRequest
from fwaudit.auditor.config import Config
from fwaudit.auditor.errors import UserError
from fwaudit.auditor.scan import ScanOptions, ScanResult, scan
from fwaudit.checks import RULES as ALL
from fwaudit.checks.vulnerabilities import RULES
from fwaudit.checks.vulnerabilities.advisories import Unusable, match_offline
from fwaudit.checks.vulnerabilities.pins import Release

from .osv_service import osv_service
from .records import RECORDS, TRUTH


def run(folder: Path, audit: AuditRequest | None) -> ScanResult:
    return scan(ScanOptions((folder,), RULES, Config(), current=folder, jobs=1, audit=audit))


def found(result: ScanResult) -> dict[str, str]:
    """Package and release -> message of VULN001."""
    return {
        " ".join(item.message.split()[:2]): item.message
        for item in result.findings
        if item.code == "VULN001"
    }


def not_audited(result: ScanResult) -> list[str]:
    return [item.message for item in result.findings if item.code == "VULN002"]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Every release of the truth, in as many requirements files as names repeat."""
    files: dict[int, list[str]] = {}
    count: dict[str, int] = {}
    for name, version in TRUTH:
        count[name] = count.get(name, 0) + 1
        files.setdefault(count[name], []).append(f"{name}=={version}\n")
    folder = tmp_path / "project"
    for number, lines in files.items():
        (folder / f"run{number}").mkdir(parents=True)
        (folder / f"run{number}" / "requirements.txt").write_text("".join(lines))
    return folder


@pytest.fixture
def advisories(tmp_path: Path) -> Path:
    folder = tmp_path / "osv"
    folder.mkdir()
    for item in RECORDS:
        (folder / f"{item['id']}.json").write_text(json.dumps(item))
    return folder


EXPECTED = {f"{name} {version}" for (name, version), ids in TRUTH.items() if ids}


def test_offline_matches_the_table(advisories: Path) -> None:
    releases = [Release(name, version) for name, version in TRUTH]
    answers = match_offline(advisories, releases)
    names = {
        (release.name, release.version): {
            name for item in known for name in item.names if name.startswith("PYSEC")
        }
        for release, known in answers.known.items()
    }
    assert names == TRUTH


def test_the_same_set_through_the_service_and_offline(project: Path, advisories: Path) -> None:
    pytest.importorskip("pip_audit")
    with osv_service() as (url, asked):
        online = run(project, AuditRequest(osv_url=url))
    offline = run(project, AuditRequest(advisories=advisories))
    assert set(asked) == set(TRUTH)
    assert set(found(online)) == set(found(offline)) == EXPECTED
    assert not_audited(online) == not_audited(offline) == []
    assert "PYSEC-0-1 (CVE-0-1)" in found(offline)["alpha 1.3"]


def test_a_zip_is_read_like_a_folder(project: Path, advisories: Path, tmp_path: Path) -> None:
    path = tmp_path / "all.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for item in advisories.iterdir():
            archive.write(item, item.name)
    assert set(found(run(project, AuditRequest(advisories=path)))) == EXPECTED


def test_nothing_is_looked_up_unless_asked(project: Path) -> None:
    assert run(project, None).findings == []


def test_what_the_service_skips_is_not_audited(tmp_path: Path, monkeypatch) -> None:
    """The index says nothing, pip-audit says "No known vulnerabilities found" and exits 0."""
    pytest.importorskip("pip_audit")
    (tmp_path / "requirements.txt").write_text("no-such-package-of-fwaudit==1.0\n")
    fake = tmp_path / "answer.json"
    fake.write_text(
        json.dumps(
            {
                "dependencies": [
                    {
                        "name": "no-such-package-of-fwaudit",
                        "skip_reason": "Dependency not found on PyPI and could not be audited",
                    }
                ],
                "fixes": [],
            }
        )
    )
    import subprocess

    def completed(command, **rest):
        return subprocess.CompletedProcess(command, 0, fake.read_text(), "No known vulnerabilities")

    monkeypatch.setattr("fwaudit.checks.vulnerabilities.pip_audit.subprocess.run", completed)
    result = run(tmp_path, AuditRequest())
    assert found(result) == {}
    assert "the package index did not answer" in not_audited(result)[0]
    assert result.is_incomplete


def test_the_index_as_it_is_reachable_never_makes_it_clean(tmp_path: Path) -> None:
    """Whatever answers here (the index, a mirror, nobody), this package has no answer."""
    pytest.importorskip("pip_audit")
    (tmp_path / "requirements.txt").write_text("no-such-package-of-fwaudit==1.0\n")
    result = run(tmp_path, AuditRequest())
    (message,) = not_audited(result)
    assert message.startswith("1 package of requirements.txt was not audited")
    assert result.is_incomplete


@pytest.mark.parametrize("config", [Config(select=("PIN",)), Config(ignore=("VULN002",))])
def test_an_audit_does_not_depend_on_what_is_selected(
    tmp_path: Path, advisories: Path, config: Config
) -> None:
    (tmp_path / "requirements.txt").write_text("alpha\n")
    audit = AuditRequest(advisories=advisories)
    given = ScanOptions((tmp_path,), ALL, config, current=tmp_path, jobs=1, audit=audit)
    result = scan(given)
    assert len(not_audited(result)) == 1
    known = frozenset(item.fingerprint for item in result.findings)
    again = scan(replace(given, baseline=known))
    assert not again.findings
    assert again.is_incomplete


def test_a_single_file_is_no_project(tmp_path: Path, advisories: Path) -> None:
    path = tmp_path / "train.py"
    path.write_text("import alpha\n")
    audit = AuditRequest(advisories=advisories)
    with pytest.raises(UserError):
        scan(ScanOptions((path,), RULES, Config(), current=tmp_path, jobs=1, audit=audit))


def test_a_project_without_environment_is_not_audited(tmp_path: Path, advisories: Path) -> None:
    (tmp_path / "train.py").write_text("import alpha\n")
    result = run(tmp_path, AuditRequest(advisories=advisories))
    assert "no environment file" in not_audited(result)[0]
    assert result.is_incomplete


def test_an_unreachable_service_is_one_line(tmp_path: Path) -> None:
    pytest.importorskip("pip_audit")
    (tmp_path / "requirements.txt").write_text("alpha==1.3\nbeta-lib==2.3\n")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    result = run(tmp_path, AuditRequest(osv_url=f"http://127.0.0.1:{port}/v1/query"))
    (message,) = not_audited(result)
    assert "could not be asked" in message
    assert "\n" not in message
    assert "2 packages" in message
    assert result.is_incomplete


def test_ranges_addresses_and_other_channels_are_not_audited(
    tmp_path: Path, advisories: Path
) -> None:
    (tmp_path / "requirements.txt").write_text(
        "alpha>=1.0\nclip @ git+https://example.org/clip\nbeta-lib==2.3\n./local\n"
    )
    (tmp_path / "environment.yml").write_text(
        "name: x\nchannels: [defaults]\ndependencies:\n  - delta=2.0.0\n  - zeta=1.0.0\n"
    )
    result = run(tmp_path, AuditRequest(advisories=advisories))
    assert set(found(result)) == {"beta-lib 2.3", "delta 2.0.0"}
    texts = " ".join(not_audited(result))
    assert "alpha>=1.0" in texts
    assert "clip @ git" in texts
    assert "zeta 1.0.0" in texts
    assert "beta-lib" not in texts


def test_a_lock_answers_for_the_ranges_beside_it(tmp_path: Path, advisories: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        '[project]\nname = "x"\nversion = "1"\ndependencies = ["alpha>=1"]\n'
    )
    (tmp_path / "uv.lock").write_text('[[package]]\nname = "alpha"\nversion = "1.3"\n')
    result = run(tmp_path, AuditRequest(advisories=advisories))
    assert set(found(result)) == {"alpha 1.3"}
    assert not_audited(result) == []


def test_advisories_without_a_record_are_said(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(Unusable, match="no OSV record"):
        match_offline(tmp_path / "empty", [Release("alpha", "1.3")])


def test_a_zip_bomb_is_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(4):
            archive.writestr(f"{number}.json", b"0" * 50_000_000)
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "requirements.txt").write_text("alpha==1.3\n")
    result = run(tmp_path / "project", AuditRequest(advisories=path))
    (message,) = not_audited(result)
    assert "would unpack to 200 MB" in message
    assert result.is_incomplete
