"""Includes are loaded from the folders of a template, in their order."""

import os
from pathlib import Path

import pytest
from jinja2 import Environment, TemplateNotFound

from simpleturk.batch.templates.includes import MOST_INCLUDED, TaskFolderLoader, working_folder
from simpleturk.errors import SimpleturkError
from tests.conftest import Run


def load(name: str, *folders: str) -> str:
    return TaskFolderLoader([Path(folder) for folder in folders]).get_source(Environment(), name)[0]


def test_the_first_folder_that_has_the_file_is_used(folder: Path) -> None:
    for name in ("a", "b"):
        Path(name).mkdir()
        Path(name, "part.html").write_text(name)
    Path("b/other.html").write_text("other")
    assert load("part.html", "a", "b") == "a"
    assert load("other.html", "a", "b") == "other"


@pytest.mark.parametrize("name", ["../part.html", "a/../../part.html", "missing.html", "/etc/passwd"])
def test_names_do_not_leave_the_folders(folder: Path, name: str) -> None:
    Path("a").mkdir()
    Path("part.html").write_text("x")
    with pytest.raises(TemplateNotFound):
        load(name, "a")


def test_a_link_out_of_the_folder_is_refused_even_if_another_folder_has_the_file(folder: Path) -> None:
    for name in ("a", "b"):
        Path(name).mkdir()
    Path("b/part.html").write_text("x")
    os.symlink("../b/part.html", "a/part.html")
    with pytest.raises(SimpleturkError, match="leads out of its folder"):
        load("part.html", "a", "b")


def test_a_very_large_file_is_refused_before_it_is_read(folder: Path) -> None:
    Path("a").mkdir()
    with Path("a/large.html").open("wb") as file:
        file.truncate(MOST_INCLUDED + 1)
    with pytest.raises(SimpleturkError, match="cannot include files of more than"):
        load("large.html", "a")


def test_a_strangers_template_cannot_include_files_of_the_users_home(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    assert working_folder() == [Path.cwd()]
    monkeypatch.chdir(home)
    assert working_folder() == []
    (home / "diary.txt").write_text("private")
    (home / "stranger").mkdir()
    (home / "stranger" / "t.html").write_text("{% include 'diary.txt' %}")
    (home / "stranger" / "i.jsonl").write_text("{}\n")
    result = run("render-template", "--template", "stranger/t.html", "--inputs", "stranger/i.jsonl")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "the include diary.txt does not exist" in result.stderr
