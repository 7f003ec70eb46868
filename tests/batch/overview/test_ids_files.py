"""Ids files below a folder."""

import os
from pathlib import Path

from simpleturk.batch.overview.ids_files import find_ids_files

HIT_ID = "3" + "A" * 29


def write(path: str, text: str = HIT_ID + "\n") -> Path:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text)
    return Path(path)


def test_ids_files_are_found_by_their_record_or_their_first_line(folder: Path) -> None:
    wanted = [
        write("a/hit_ids.txt"),
        write("a/later", "\ufeff" + HIT_ID),
        write("b/empty.txt", ""),  # an interrupted launch
    ]
    write("b/empty.batch.json", "{}")
    write("a/other.txt", "")
    write("a/hit_ids.batch.json", "{}")
    write("a/results.jsonl", '{"hit_id": "x"}')
    write("a/notes.md", "# Notes")
    write("a/hit_ids.extension.json", "{}")
    assert list(find_ids_files(Path("."))) == wanted


def test_hidden_folders_and_links_that_lead_out_are_left_out(folder: Path, tmp_path: Path) -> None:
    write(".git/hit_ids.txt")
    write(str(tmp_path / "elsewhere" / "hit_ids.txt"))
    os.symlink(tmp_path / "elsewhere" / "hit_ids.txt", "ids.txt")
    os.symlink(tmp_path / "elsewhere", "linked")
    assert list(find_ids_files(Path("."))) == []
