"""Batches that other programs launched: their own files are taken in the place of an ids file."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simpleturk.marketplace.domain.marketplace import Marketplace
from tests.conftest import Run, do, records


def plain(words: list[str]) -> str:
    """simple-amt's ids file."""
    Path("ids").write_text("\r\n".join(words) + "\r\n")
    return "ids"


def site_batch(words: list[str]) -> str:
    """The requester site's batch file, a row for each assignment."""
    with Path("Batch_1.csv").open("w", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerow(["HITId", "Title", "AssignmentId", "Input.word", "Answer.x", "Approve", "Reject"])
        for word, text in zip(words, ("cat", "dog\ntwo", "emu"), strict=True):
            writer.writerows([[word, "t", f"A{number}", text, "", "", ""] for number in range(2)])
    return "Batch_1.csv"


def unsaved_amti(words: list[str]) -> str:
    """amti's folder after create-batch."""
    Path("batch-1/definition").mkdir(parents=True)
    Path("batch-1/_INCOMPLETE").write_text(json.dumps({"hittype_id": "T", "hit_ids": words}))
    Path("batch-1/data.jsonl").write_text('{"word": "cat"}\n\n{"word": "dog\\ntwo"}\n{"word": "emu"}\n')
    return "batch-1"


def saved_amti(words: list[str]) -> str:
    """amti's folder after save-batch."""
    for word in words:
        folder = Path(f"batch-2/results/hit-{word}")
        folder.mkdir(parents=True)
        (folder / "hit.jsonl").write_text(json.dumps({"HIT": {"HITId": word}}))
    return "batch-2/"


def hits_jsonl(words: list[str]) -> str:
    """A folder with hits.jsonl, as the service writes HITs."""
    Path("batch-3").mkdir()
    lines = [json.dumps({"HIT": {"HITId": words[0]}}), *(json.dumps({"HITId": word}) for word in words[1:]), ""]
    Path("batch-3/hits.jsonl").write_text("\n".join(lines))
    return "batch-3"


def own_hits(words: list[str]) -> str:
    """What `simpleturk hits` prints."""
    Path("hits.txt").write_text("".join(json.dumps({"hit_id": word}) + "\n" for word in words))
    return "hits.txt"


KINDS = [plain, site_batch, unsaved_amti, saved_amti, hits_jsonl, own_hits]


@pytest.mark.parametrize("write", KINDS)
def test_progress_results_approve_and_delete_work_on_them(
    words: list[str], local: Marketplace, run: Run, write: Callable[[list[str]], str]
) -> None:
    ids = write(words)
    for word in words:
        do(local, word, "ann", ("a", word))
    assert json.loads(run("progress", "--ids", ids, "--json").stdout)["submitted"] == 3
    found = records(run("results", "--ids", ids).stdout)
    assert {record["hit_id"]: record["output"]["a"] for record in found} == {word: word for word in words}
    joined = [record.get("input", {}).get("word") for record in found]
    assert joined == (["cat", "dog\ntwo", "emu"] if write in (site_batch, unsaved_amti) else [None] * 3)
    assert "Approved 3 assignments." in run("approve", "--ids", ids).stderr
    assert run("delete", "--ids", ids, "--force", "--yes").exit_code == 0
    assert json.loads(run("progress", "--ids", ids, "--json").stdout)["gone"] == 3


@pytest.mark.parametrize("write", KINDS)
def test_hits_that_the_marketplace_does_not_know_are_named(
    words: list[str], run: Run, write: Callable[[list[str]], str]
) -> None:
    strange = sorted(f"3STRANGE{number}" for number in range(3))
    result = run("results", "--ids", write(strange))
    assert (result.exit_code, result.stdout) == (1, "")
    assert "are not found on the local marketplace: 3STRANGE0, 3STRANGE1, 3STRANGE2\n" in result.stderr


@pytest.mark.parametrize("write", KINDS)
def test_a_launch_does_not_overwrite_a_foreign_batch(
    words: list[str], run: Run, write: Callable[[list[str]], str]
) -> None:
    ids = write(words)
    result = run("launch", "--ids", ids)
    assert result.exit_code == 1
    assert "already exists" in result.stderr


def made(path: str, text: str | None = None) -> None:
    """Make a file, and the folders around it; or a folder, without a text."""
    (Path(path) if text is None else Path(path).parent).mkdir(parents=True, exist_ok=True)
    if text is not None:
        Path(path).write_text(text)


BAD: dict[str, tuple[Callable[[], Any], str]] = {
    "b.csv": (lambda: made("b.csv", "HITId,x\n3A,1\nlower,2\n3B,\n,1\n"), "line 3: HITId is 'lower'"),
    "c.csv": (lambda: made("c.csv", "id,x\n3A,1\n"), "line 1: has no column HITId"),
    "empty": (lambda: made("empty"), "empty: is a folder without HIT ids"),
    "torn": (lambda: made("torn/_INCOMPLETE", '{"hit_ids": ["3A'), "is not amti's list of HITs"),
    "odd": (lambda: made("odd/_INCOMPLETE", '{"hit_ids": [3]}'), "hit_ids is not a list of HIT ids"),
    "x.jsonl": (lambda: made("x.jsonl", '{"hit_id": "3A"}\n{"hit_id": 3.5}\nx\n'), "line 3: 'x' is not a HIT id"),
    "named": (lambda: made("named/results/hit-a b"), "the name of 'results/hit-a b' has no HIT id"),
    "gone.csv": (lambda: None, "gone.csv: no such ids file"),
}


@pytest.mark.parametrize("ids", BAD)
def test_a_file_that_is_not_a_batch_is_refused(folder: Path, run: Run, ids: str) -> None:
    write, problem = BAD[ids]
    write()
    result = run("progress", "--ids", ids, "--database", "m.db")
    assert (result.exit_code, problem in result.stderr) == (1, True), result.stderr


@pytest.mark.parametrize("name", ["ids.csv", "ids.txt", "ids"])
@pytest.mark.parametrize("first", ["", "# HITId, one per line\n", "\n# the HITIds; sorted\n", "\ufeff"])
def test_a_plain_ids_file_stays_one_whatever_it_is_called_and_begins_with(
    words: list[str], run: Run, name: str, first: str
) -> None:
    Path(name).write_text(first + "\n".join(words) + "\n", encoding="utf-8")
    assert json.loads(run("progress", "--ids", name, "--json").stdout)["assignable"] == 3
