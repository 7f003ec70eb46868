"""Flat tables."""

import csv
import io
from contextlib import closing
from typing import Any

from simpleturk.batch.results.csv import FlatTable, TableForm
from simpleturk.batch.results.flat import flat_row

RECORD = {"assignment_id": "3A", "hit_id": "3H", "worker_id": "ann", "status": "Submitted", "seconds_worked": 2.5}


def table(*records: dict[str, Any]) -> list[dict[str, str]]:
    with closing(FlatTable(form=TableForm(exact=True, flat=True))) as sheet:
        for record in records:
            assert sheet.add([flat_row(record)])
        return list(csv.DictReader(io.StringIO("".join(sheet.text()))))


def test_each_field_of_input_and_answer_has_a_column() -> None:
    row = flat_row(
        RECORD
        | {"line": 3, "input": {"word": "cat", "at": {"x": 1}}, "output": {"ok": True, "tags": ["a", "b"], "n": None}}
    )
    assert row["input.word"] == "cat"
    assert row["input.at.x"] == "1"
    assert (row["output.ok"], row["output.tags"], row["output.n"]) == ("true", "a|b", "")
    assert (row["line"], row["seconds_worked"], row["approval_time"]) == ("3", "2.5", "")
    assert "problem" not in row


def test_values_that_are_no_objects_have_one_column() -> None:
    row = flat_row(RECORD | {"input": "cat", "output": [1, 2]})
    assert (row["input.input"], row["output.output"]) == ("cat", "[1, 2]")
    raw = flat_row(RECORD | {"output": None, "answer": "<x>", "problem": "the answer is not XML"})
    assert (raw["output.answer"], raw["problem"]) == ("<x>", "the answer is not XML")


def test_further_fields_of_a_page_do_not_hide_those_of_its_output() -> None:
    row = flat_row(RECORD | {"output": {"note": "a"}, "fields": {"note": "b"}})
    assert (row["output.note"], row["output.fields.note"]) == ("a", "b")


def test_decisions_have_columns_with_the_corrected_answer_in_parts() -> None:
    review = {"decision": "pass", "tags": ["x", "y"], "note": "n", "output": {"a": {"b": 2}}}
    row = flat_row(RECORD | {"output": {"a": {"b": 1}}, "review": review})
    assert (row["output.a.b"], row["review.output.a.b"]) == ("1", "2")
    assert (row["review.decision"], row["review.tags"], row["review.note"]) == ("pass", "x|y", "n")
    assert row["review.corrected"] == "a.b"
    assert flat_row(RECORD | {"review": {"bonus": 0.5}})["review.bonus"] == "0.50"
    assert flat_row(RECORD | {"review": {"output": "text"}})["review.output"] == "text"


def test_columns_of_later_rows_are_in_the_header_and_the_problem_is_kept() -> None:
    first, second = table(
        RECORD | {"output": {"a": 1}},
        RECORD | {"assignment_id": "3B", "output": {"b": 2}, "files": ["p/1.jpg"], "problem": "bad"},
    )
    assert (first["output.a"], first["output.b"], first["files"], first["problem"]) == ("1", "", "", "")
    assert (second["output.b"], second["files"], second["problem"]) == ("2", "p/1.jpg", "bad")


def test_one_strange_answer_does_not_make_thousands_of_columns() -> None:
    strange = {f"x{number}": "1" for number in range(1500)}
    rows = table(
        *(RECORD | {"assignment_id": f"3{number}", "output": {"a": "1"}} for number in range(20)),
        RECORD | {"assignment_id": "3X", "output": strange, "fields": strange},
    )
    assert len(rows[0]) < 50
    assert '"x7": "1"' in rows[-1]["OtherAnswers"]
