"""Items that commands act on: files of ids, and the report of failures."""

import json
from pathlib import Path

import pytest

from simpleturk.batch.results.pseudonyms import Pseudonyms
from simpleturk.commands.common.named_items import named_workers
from simpleturk.errors import SimpleturkError
from simpleturk.marketplace.domain.marketplace import Marketplace
from tests.commands.review.test_verdicts import statuses
from tests.conftest import Run, do


def test_all_bad_lines_of_a_file_are_named_and_nothing_is_approved(run: Run, submitted: list[str]) -> None:
    Path("chosen").write_text(f'{submitted[0]}\ntwo words\n{{"worker": 1}}\n')
    result = run("approve", "--assignments", "chosen")
    assert result.exit_code == 1
    assert "chosen, line 2: 'two words' is not an assignment id" in result.stderr
    assert "chosen, line 3: has no assignment id" in result.stderr
    assert set(statuses(run).values()) == {"Submitted"}


def test_results_of_simple_amt_name_assignments(run: Run, words: list[str], local: Marketplace) -> None:
    done = do(local, words[0], "ann")
    old = {"assignment_id": done, "hit_id": words[0], "worker_id": "ann", "output": [], "submit_time": "2019-09-23"}
    Path("old.jsonl").write_text(json.dumps(old) + "\n")
    assert run("approve", "--assignments", "old.jsonl").stderr == "Approved 1 assignment.\n"


def test_an_incomplete_line_of_results_is_refused_with_its_repair(
    run: Run, words: list[str], local: Marketplace
) -> None:
    for word in words:
        do(local, word, "ann")
    run("results", "--output", "r.jsonl")
    whole = Path("r.jsonl").read_text()
    Path("r.jsonl").write_text(whole[:-30])
    result = run("approve", "--assignments", "r.jsonl")
    assert result.exit_code == 1
    assert "error: r.jsonl, line 3: has no assignment id" in result.stderr
    assert (
        "hint: the line is incomplete: remove it, or repair the file with simpleturk results --output" in result.stderr
    )
    run("results", "--output", "r.jsonl")
    assert Path("r.jsonl").read_text() == whole
    assert run("approve", "--assignments", "r.jsonl").stderr == "Approved 3 assignments.\n"


def test_a_file_with_many_wrong_lines_prints_ten_problems_and_counts_the_others(run: Run, words: list[str]) -> None:
    Path("ids.txt").write_text("3A\n" + "<p>not an id</p>\n" * 25)
    result = run("approve", "--assignments", "ids.txt")
    lines = result.stderr.splitlines()
    assert (result.exit_code, len(lines)) == (1, 12)
    assert lines[0] == "error: ids.txt, line 2: '<p>not an id</p>' is not an assignment id"
    assert lines[1] == "hint: name a file with one id per line, or CSV or JSON Lines with assignment_id"
    assert lines[-1] == "error: and 15 more: '<p>not an id</p>' is not an assignment id"


def test_a_file_without_any_id_is_reported_once(run: Run, words: list[str]) -> None:
    Path("page.html").write_text("<p>not an id</p>\n" * 25)
    result = run("approve", "--assignments", "page.html")
    assert (result.exit_code, result.stderr) == (
        1,
        "error: page.html: looks like a template, not a list of ids\nhint: name the template with --template\n",
    )


def test_assignments_in_a_column_of_any_table_are_named(run: Run, submitted: list[str]) -> None:
    Path("chosen.csv").write_text(f"note;assignment_id\nx;{submitted[0]}\ny;{submitted[2]}\n")
    assert run("approve", "--assignments", "chosen.csv").stderr == "Approved 2 assignments.\n"
    assert statuses(run)[submitted[1]] == "Submitted"


def test_powershell_writes_lists_as_utf_16(run: Run, submitted: list[str]) -> None:
    Path("chosen.txt").write_bytes("\r\n".join(submitted[:2]).encode("utf-16"))
    assert run("approve", "--assignments", "chosen.txt").stderr == "Approved 2 assignments.\n"
    data = "".join(f'{{"assignment_id": "{name}"}}\r\n' for name in submitted[2:]).encode("utf-16")
    assert run("approve", "--assignments", "-", input=data).stderr == "Approved 1 assignment.\n"


def test_pseudonyms_are_translated_back(folder: Path) -> None:
    key = Path("names.key")
    with Pseudonyms(key) as pseudonyms:
        ann = pseudonyms.of("ann")
    Path("w.txt").write_text(f"{ann}\nbob\nann\n")
    assert named_workers([ann], Path("w.txt"), key) == ["ann", "bob"]
    assert named_workers([ann], None, None) == [ann]
    assert named_workers(None, None, key) is None
    with pytest.raises(SimpleturkError, match="names.key does not have anon-aaaaaaaaaaaaaaaa"):
        named_workers(["anon-aaaaaaaaaaaaaaaa"], None, key)
    with pytest.raises(SimpleturkError, match="no such file"):
        named_workers([ann], None, Path("nowhere.key"))
    assert not Path("nowhere.key").exists()
