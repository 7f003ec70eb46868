"""Large files: thirty thousand rows, lines of a megabyte."""

import csv
import json
from pathlib import Path

from simpleturk.marketplace.domain.marketplace import Marketplace
from tests.conftest import Files, Run, do, records

ROWS = 30_000
TEMPLATE = '<form><p>${text}</p><script>var all = "${text}";</script><input name="answer">{# }</form>'


def test_thirty_thousand_rows_are_checked_and_all_problems_reported(batch_files: Files, run: Run) -> None:
    batch_files([], template=TEMPLATE)
    with Path("rows.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "n"])
        writer.writerows([f"row {number}, é\n</script>", number] for number in range(ROWS))
    result = run("launch", "--inputs", "rows.csv", "--dry-run")
    assert result.exit_code == 0, result.stderr
    assert "30,000 HITs can be created" in result.stderr
    with Path("rows.csv").open("a", encoding="utf-8") as file:
        file.write("only one field\n" * 30 + "a\x0b,1\n")
    result = run("launch", "--inputs", "rows.csv")
    lines = result.stderr.splitlines()
    assert (result.exit_code, lines[0]) == (1, "error: rows.csv, line 60002: has 1 field; the header has 2")
    assert lines[-1] == "error: and 20 more: has 1 field; the header has 2"
    assert not Path("hit_ids.txt").exists()


def test_a_line_of_a_megabyte_is_rendered_and_returned_in_results(
    batch_files: Files, run: Run, local: Marketplace
) -> None:
    text = "<&'\"]]>é🙂 " * 20_000
    batch_files([{"word": "a", "unused": "x" * 2**20, "text": text}], template="<form>{{ text|length }}<input name=a>")
    assert run("launch").exit_code == 0
    do(local, Path("hit_ids.txt").read_text().strip(), "ann", ("a", text))
    [record] = records(run("results").stdout)
    assert record["output"] == {"a": text}
    assert record["input"]["text"] == text
    run("results", "--output", "r.csv")
    csv.field_size_limit(2**30)
    with Path("r.csv").open(newline="", encoding="utf-8") as file:
        [row] = csv.DictReader(file)
    assert (row["Answer.a"], row["Input.text"]) == (text, text)
    result = run("import", "r.csv", "--ids", "again.txt", "--database", "other.db")
    assert result.exit_code == 0, result.stderr
    [back] = records(run("results", "--ids", "again.txt", "--database", "other.db").stdout)
    assert back["output"] == {"a": text}


def test_a_question_that_is_too_large_is_reported(batch_files: Files, run: Run) -> None:
    batch_files([{"word": "a" * 2**20}])
    result = run("launch")
    assert (result.exit_code, "this marketplace takes 1,048,576" in result.stderr) == (1, True)


def test_thirty_thousand_results_are_imported(folder: Path, run: Run) -> None:
    with Path("old.jsonl").open("w") as file:
        for number in range(ROWS):
            ids = {"assignment_id": f"3A{number}", "hit_id": f"3H{number // 3}", "worker_id": f"A{number % 3}"}
            known = {"output": {"n": str(number)}, "status": "Approved", "submit_time": "2020-01-01T00:00:00Z"}
            file.write(json.dumps(ids | known) + "\n")
    result = run("import", "old.jsonl", "--database", "m.db")
    assert "Imported 10,000 HITs with 30,000 assignments: 30,000 approved" in result.stderr
