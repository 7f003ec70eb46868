"""Files that survive a crash."""

import errno
import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simpleturk import files
from simpleturk.errors import SimpleturkError
from simpleturk.files import appending, json_line, replacing, reporting_full_disk, stamp, write_whole


def test_a_file_that_cannot_be_written_whole_stays_as_it_was(folder: Path) -> None:
    path = Path("f.txt")
    write_whole(path, "old")
    with pytest.raises(UnicodeEncodeError):
        write_whole(path, "new \ud800")
    assert path.read_text() == "old"
    assert [entry.name for entry in folder.iterdir()] == ["f.txt"]


def test_a_replaced_file_keeps_its_permissions_and_a_link_stays_a_link(folder: Path) -> None:
    Path("f.txt").write_text("old")
    Path("f.txt").chmod(0o640)
    os.symlink("f.txt", "link.txt")
    before = stamp(Path("f.txt"))
    with replacing(Path("link.txt")) as file:
        file.write(b"new")
    assert Path("link.txt").is_symlink()
    assert (Path("f.txt").read_text(), stat.S_IMODE(Path("f.txt").stat().st_mode)) == ("new", 0o640)
    assert stamp(Path("f.txt")) != before


def test_a_file_can_be_appended_to_again_after_the_block(folder: Path) -> None:
    with appending(Path("f")) as file:
        file.append(b"x")
    with appending(Path("f")) as file:
        assert file.read() == b"x"


@pytest.mark.parametrize("beside", [False, True])
def test_a_second_writer_is_refused_and_a_reader_is_not(
    folder: Path, beside: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "LOCKS_PREVENT_READING", beside)
    with appending(Path("f")) as file:
        file.append(b"x\n")
        file.sync()
        assert Path("f").read_bytes() == b"x\n"
        with pytest.raises(SimpleturkError, match="another simpleturk is writing to it"), appending(Path("f")):
            pass
    with appending(Path("f")) as file:
        file.append(b"y\n")
    assert Path("f").read_bytes() == b"x\ny\n"
    assert Path(".f.lock").exists() == beside


@pytest.mark.parametrize("beside", [False, True])
def test_a_locked_file_is_replaced_in_one_step_and_closed_before_where_windows_needs_it(
    folder: Path, beside: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "LOCKS_PREVENT_READING", beside)
    replace = Path.replace

    def replace_as_on_windows(self: Path, target: Path) -> Path:
        if beside and any(
            os.path.realpath(f"/proc/self/fd/{name}") == str(target) for name in os.listdir("/proc/self/fd")
        ):
            raise PermissionError(13, "in use", str(target))
        with pytest.raises(SimpleturkError, match="another simpleturk is writing to it"), appending(Path("f")):
            pass
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", replace_as_on_windows)
    Path("f").write_bytes(b"old\n")
    with appending(Path("f")) as file:
        file.replace([b"new\n", b"lines\n"])
    assert Path("f").read_bytes() == b"new\nlines\n"
    with appending(Path("f")) as file:
        file.append(b"x\n")


def test_lines_are_synced_in_groups_and_at_the_end(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "WRITE_INTERVAL", 60)
    sizes, fsync = [], os.fsync

    def counting(descriptor: int) -> None:
        sizes.append(os.fstat(descriptor).st_size)
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", counting)
    with appending(Path("f"), unsynced=4) as file:
        for _ in range(10):
            file.append(b"id\n")
            assert Path("f").stat().st_size >= sum(sizes[-1:])
    assert sizes == [12, 24, 30]


def test_a_line_that_comes_after_a_pause_is_written_at_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "WRITE_INTERVAL", -1)
    with appending(Path("f")) as file:
        file.append(b"id\n")
        assert Path("f").read_bytes() == b"id\n"


@given(st.dictionaries(st.text(), st.text()))
def test_a_json_line_is_one_line_that_utf_8_can_hold(value: dict[str, str]) -> None:
    line = json_line(value)
    assert line.count("\n") == 1
    line.encode()


def test_what_is_no_regular_file_is_refused(folder: Path) -> None:
    with pytest.raises(SimpleturkError, match="is not a file that can be appended to"), appending(Path("/dev/full")):
        pass


def test_the_hint_for_a_missing_folder_is_not_about_space(folder: Path) -> None:
    with pytest.raises(SimpleturkError) as caught:
        write_whole(Path("gone/f.txt"), "text")
    assert caught.value.hint == "create the folder, or name another file"


@pytest.mark.parametrize(
    ("number", "hint"),
    [
        (errno.ENOSPC, "make room, then run the same command again: it continues"),
        (errno.EDQUOT, "make room, then run the same command again: it continues"),
        (errno.EROFS, "name a file in a folder in which you can write"),
        (errno.EACCES, "name a file in a folder in which you can write"),
        (errno.EIO, "when the disk works again, run the same command again: it continues"),
    ],
)
def test_only_a_full_disk_needs_room(number: int, hint: str) -> None:
    with pytest.raises(SimpleturkError) as caught, reporting_full_disk(Path("f")):
        raise OSError(number, os.strerror(number))
    assert caught.value.hint == hint


def test_a_file_to_append_to_in_a_missing_folder_has_a_hint(folder: Path) -> None:
    with pytest.raises(SimpleturkError) as caught, appending(Path("gone/f.jsonl")):
        pass
    assert caught.value.hint == "create the folder, or name another file"
