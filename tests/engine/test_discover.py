"""Which files are looked at."""

import os

import pytest

from fwaudit.auditor.discover import discover
from fwaudit.auditor.errors import UserError


def paths(folder, *names, **options):
    targets = [folder / name for name in names] or [folder]
    return [state.path for state in discover(targets, current=folder, **options).files]


def test_gitignore_nested_and_negated(project):
    folder = project(
        {
            ".git/HEAD": "",
            ".gitignore": "data/\n*.log\n!keep.log\n",
            "a.py": "",
            "x.log": "",
            "keep.log": "",
            "data/b.py": "",
            "sub/.gitignore": "/c.py\n",
            "sub/c.py": "",
            "sub/d.py": "",
        }
    )
    assert paths(folder) == [".gitignore", "a.py", "keep.log", "sub/.gitignore", "sub/d.py"]


def test_default_excludes_and_virtual_environments_of_any_name(project):
    folder = project(
        {
            "a.py": "",
            "node_modules/b.py": "",
            ".venv/c.py": "",
            "myenv/pyvenv.cfg": "",
            "myenv/lib/d.py": "",
            "pkg.egg-info/e.py": "",
        }
    )
    assert paths(folder) == ["a.py"]


def test_a_named_file_is_read_though_excluded_unless_forced(project):
    folder = project({"build/a.py": "", "b.py": ""})
    assert paths(folder, "build/a.py") == ["build/a.py"]
    assert paths(folder, "build/a.py", force_exclude=True) == []
    assert paths(folder, "b.py", force_exclude=True) == ["b.py"]


def test_exclude_patterns_match_folders_files_and_globs(project):
    folder = project({"a/b.py": "", "a/c.py": "", "d_test.py": "", "e.py": ""})
    assert paths(folder, exclude=["a"]) == ["d_test.py", "e.py"]
    assert paths(folder, exclude=["*_test.py", "a/b.py"]) == ["a/c.py", "e.py"]


def test_links_are_not_followed_out_of_the_root(project, tmp_path):
    outside = tmp_path / "outside.py"
    outside.write_text("")
    folder = project({"a.py": ""})
    (folder / "inside.py").symlink_to(folder / "a.py")
    (folder / "out.py").symlink_to(outside)
    (folder / "loop").symlink_to(folder)
    assert paths(folder) == ["a.py", "inside.py"]


def test_a_dangling_link_is_said(project):
    folder = project({"a.py": ""})
    (folder / "gone.py").symlink_to(folder / "nowhere.py")
    found = discover([folder], current=folder)
    assert found.unreadable == [("gone.py", "a link to nothing")]


def test_huge_python_files_are_counted_not_read(project):
    folder = project({"a.py": "", "big.py": b"#" * (5 << 20)})
    found = discover([folder], current=folder)
    assert [state.path for state in found.oversized] == ["big.py"]


def test_root_is_the_current_folder_when_it_holds_every_path(project):
    folder = project({"README.md": "", "pkg/a.py": ""})
    assert paths(folder, "pkg") == ["pkg/a.py"]
    found = discover([folder / "pkg"], current=folder.parent / "elsewhere")
    assert [state.path for state in found.files] == ["a.py"]


def test_a_project_among_others_is_the_root_though_scanned_from_their_folder(project):
    folder = project(
        {"one/setup.py": "", "one/net/a.py": "", "two/.git/HEAD": "", "two/x/b.py": ""}
    )
    assert paths(folder, "one") == ["net/a.py", "setup.py"]
    assert paths(folder, "one/net") == paths(folder, "one/net/a.py") == ["net/a.py"]
    assert paths(folder, "two/x") == ["x/b.py"]
    assert paths(folder, "one", "two") == ["one/net/a.py", "one/setup.py", "two/x/b.py"]
    (folder / "LICENSE").touch()
    assert paths(folder, "one/net") == ["one/net/a.py"]
    assert paths(folder, "two/x") == ["x/b.py"]


def test_exclude_patterns_may_be_spelled_from_the_current_folder(project):
    folder = project({"one/a.py": "", "one/old/b.py": ""})
    assert paths(folder, "one", exclude=["one/old/*"]) == ["a.py"]
    assert paths(folder, "one", exclude=["old"]) == ["a.py"]


def test_no_such_path(tmp_path):
    with pytest.raises(UserError, match="no such file"):
        discover([tmp_path / "nothing"], current=tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_without_permission_is_said(project):
    folder = project({"a.py": "", "shut/b.py": ""})
    (folder / "shut").chmod(0)
    try:
        found = discover([folder], current=folder)
        assert [path for path, _ in found.unreadable] == ["shut"]
    finally:
        (folder / "shut").chmod(0o700)
