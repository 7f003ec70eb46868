"""Files that ship with simpleturk, found from any working directory."""

from pathlib import Path

from simpleturk.resources import find, shipped


def test_a_shipped_file_is_found_by_its_name() -> None:
    assert shipped("hit_templates", "simple.html").is_file()
    assert find(Path("hit_templates/simple.html")) == shipped("hit_templates", "simple.html")


def test_the_users_own_file_wins(folder: Path) -> None:
    (folder / "hit_templates").mkdir()
    (folder / "hit_templates" / "simple.html").write_text("mine")
    assert find(Path("hit_templates/simple.html")).read_text() == "mine"


def test_paths_that_leave_the_folder_and_unknown_names_stay_as_they_are(folder: Path) -> None:
    for path in (Path("../hit_templates/simple.html"), Path("/hit_templates/simple.html"), Path("missing.html")):
        assert find(path) == path
