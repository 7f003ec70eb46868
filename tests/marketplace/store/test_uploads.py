"""The folder of uploaded files."""

import hashlib
import io
import stat
from pathlib import Path

import pytest

from simpleturk.marketplace.store.uploads import UploadFolder


def test_a_saved_file_is_found_by_its_assignment_and_content(tmp_path: Path) -> None:
    folder = UploadFolder(tmp_path / "m.db.uploads")
    sha256, size = folder.save("3ABC", io.BytesIO(b"meow"))
    assert (sha256, size) == (hashlib.sha256(b"meow").hexdigest(), 4)
    path = folder.find("3ABC", sha256)
    assert path and path.read_bytes() == b"meow"
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert folder.find("3ABD", sha256) is None


@pytest.mark.parametrize("assignment_id", ["..", "a/b", "", "3ABC/..", "\x00"])
def test_no_name_leads_out_of_the_folder(tmp_path: Path, assignment_id: str) -> None:
    folder = UploadFolder(tmp_path / "uploads")
    (tmp_path / ("a" * 64)).write_text("secret")
    assert folder.find(assignment_id, "a" * 64) is None
    assert folder.of(assignment_id) == []
    folder.delete(assignment_id)
    assert (tmp_path / ("a" * 64)).exists()
    with pytest.raises(ValueError, match="not the id of an assignment"):
        folder.save(assignment_id, io.BytesIO(b""))


def test_only_the_files_that_an_answer_names_are_kept(tmp_path: Path) -> None:
    folder = UploadFolder(tmp_path / "uploads")
    first, _ = folder.save("3ABC", io.BytesIO(b"1"))
    second, _ = folder.save("3ABC", io.BytesIO(b"2"))
    folder.keep_only("3ABC", {second})
    assert [path.name for path in folder.of("3ABC")] == [second]
    assert folder.find("3ABC", first) is None
    folder.keep_only("3ABC", set())
    assert folder.of("3ABC") == []
