"""Local files that inputs name: which are found, and which are refused."""

import json
import os
from hashlib import sha256
from pathlib import Path

import pytest

from simpleturk.assets.local import AssetError, inlined, local_files, served
from simpleturk.errors import SimpleturkError
from simpleturk.marketplace.domain.marketplace import Marketplace
from tests.assets.conftest import PNG, TEMPLATE, questions
from tests.conftest import Run


def test_the_address_is_made_of_the_contents(folder: Path) -> None:
    Path("a.PNG").write_bytes(PNG)
    files = local_files(None, None, served)
    assert files("a.PNG") == files(Path("a.PNG")) == f"/assets/{sha256(PNG).hexdigest()}.png"
    Path("a.PNG").write_bytes(b"another")
    assert files("a.PNG") == f"/assets/{sha256(b'another').hexdigest()}.png"


def test_a_page_holds_small_files_only(folder: Path) -> None:
    Path("a.txt").write_text("é")
    assert local_files(None, None, inlined(2))("a.txt") == "data:text/plain;charset=utf-8;base64,w6k="
    with pytest.raises(AssetError, match="a.txt has 2 bytes; a page can hold files of up to 1 bytes"):
        local_files(None, None, inlined(1))("a.txt")


def test_a_file_that_has_changed_since_it_was_hashed_is_refused(folder: Path) -> None:
    Path("a.png").write_bytes(PNG)
    files = local_files(None, None, served)
    files("a.png")
    [asset] = files.found.values()
    assert asset.data() == PNG
    asset.check_unchanged()
    Path("a.png").write_bytes(PNG[::-1])
    with pytest.raises(SimpleturkError, match="a.png has just changed"):
        asset.data()
    with pytest.raises(SimpleturkError, match="a.png has just changed"):
        asset.check_unchanged()


@pytest.mark.parametrize(
    "name", ["missing.png", "../outside.png", "/etc/hostname", "images", "images/../../outside.png", "", "\x00", ".env"]
)
def test_a_missing_or_outside_file_is_reported_with_line_and_input(batch: Path, run: Run, name: str) -> None:
    (batch.parent / "outside.png").write_bytes(PNG)
    (batch / ".env").write_text("SECRET=1")
    Path("inputs.jsonl").write_text(json.dumps({"image": "images/a.png"}) + "\n" + json.dumps({"image": name}) + "\n")
    result = run("launch")
    assert result.exit_code == 1
    assert "error: template.html, line 1: there is no file" in result.stderr
    assert "(for inputs.jsonl, line 2)" in result.stderr
    assert not Path("hit_ids.txt").exists()


def test_a_symbolic_link_out_of_the_folder_is_followed_to_places_that_the_user_allows(batch: Path, run: Run) -> None:
    (batch.parent / "pictures").mkdir()
    (batch.parent / "pictures" / "b.png").write_bytes(PNG)
    os.symlink(batch.parent / "pictures", "linked")
    Path("inputs.jsonl").write_text('{"image": "linked/b.png"}\n')
    assert run("launch").exit_code == 1
    assert run("--allow-outside", str(batch.parent / "pictures"), "launch").exit_code == 0


def test_inputs_in_another_folder_cannot_name_files_of_the_working_directory(batch: Path, run: Run) -> None:
    (batch / "secret.txt").write_text("secret")
    (batch / "strangers").mkdir()
    (batch / "strangers" / "lines.jsonl").write_text('{"image": "secret.txt"}\n')
    (batch / "strangers" / "t.html").write_text(TEMPLATE)
    result = run("launch", "--inputs", "strangers/lines.jsonl", "--template", "strangers/t.html")
    assert result.exit_code == 1 and "there is no file 'secret.txt' in strangers" in result.stderr


@pytest.mark.parametrize("name", ["a.excalidrawlib", "a", "a.PNG", "a.tar.gz", "http://["])
def test_a_file_of_any_name_can_be_launched(batch: Path, run: Run, name: str) -> None:
    if "/" not in name:
        Path(name).write_bytes(PNG)
    Path("inputs.jsonl").write_text(json.dumps({"image": name}) + "\n")
    result = run("launch", "--no-check")
    assert result.exit_code == 0, result.stderr


def test_inputs_from_a_pipe_name_files_of_the_working_directory(batch: Path, run: Run) -> None:
    result = run("launch", "--inputs", "-", input='{"image": "images/a.png"}\n')
    assert result.exit_code == 0, result.stderr


def test_a_url_stays_as_it_is(batch: Path, run: Run, local: Marketplace) -> None:
    Path("inputs.jsonl").write_text('{"image": "https://example.org/a.png?x=1&y=2"}\n')
    assert run("launch").exit_code == 0
    assert 'src="https://example.org/a.png?x=1&amp;y=2"' in questions(local)[0]
