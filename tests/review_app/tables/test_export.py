import csv
import io
import json

import pytest

from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.review_app.tables.export import csv_lines, json_lines
from tests.conftest import do
from tests.review_app.served_review import the_review


def test_json_lines_are_those_of_results_with_the_decision(answers: list[str]) -> None:
    review = the_review()
    review.change([review.items.by_id[answers[0]]], "reject", {"feedback": "Empty"})
    first, second = [
        json.loads(line) for line in json_lines(review, [review.items.by_id[name] for name in answers[:2]])
    ]
    assert first["review"]["decision"] == "reject" and first["review"]["feedback"] == "Empty"
    assert first["output"] == {"answer": "a cat"} and first["input"] == {"word": "cat"}
    assert "review" not in second


@pytest.mark.parametrize("text", ["=cmd|' /C calc'!A0", "+1+1", "@SUM(1)", "\t=1", "-2+3"])
def test_cells_that_a_spreadsheet_would_run_are_text(words: list[str], local: Marketplace, text: str) -> None:
    name = do(local, words[0], "ann", ("answer", text))
    review = the_review()
    review.change([review.items.by_id[name]], "note", {"note": text})
    review.change([review.items.by_id[name]], "output", {"field.answer": text + "!"})
    content = "".join(csv_lines(review, list(review.items)))
    assert content.startswith("\ufeff")
    [row] = csv.DictReader(io.StringIO(content.removeprefix("\ufeff")))
    assert row["assignment_id"] == name
    for column in ("output.answer", "review.note", "review.output"):
        cells = [cell for title, cell in row.items() if title.startswith(column)]
        assert cells and all(cell.startswith("'") for cell in cells), column


def test_a_table_has_a_column_for_each_field(answers: list[str]) -> None:
    review = the_review()
    review.change([review.items.by_id[answers[0]]], "pass", {})
    rows = list(csv.DictReader(io.StringIO("".join(csv_lines(review, list(review.items))).removeprefix("\ufeff"))))
    assert [row["output.answer"] for row in rows] == ["a cat", "a big cat", "a dog", "a dog", "<b>emu</b>"]
    assert [row["review.decision"] for row in rows] == ["pass", "", "", "", ""]
    assert rows[0]["input.word"] == "cat"
