"""Where results go, and what writes new results there."""

import json
from pathlib import Path
from typing import Any

import pytest

from simpleturk.batch.results.csv import TableForm
from simpleturk.batch.results.sink import ResultsWriter, file_sink, stream_sink
from simpleturk.mturk.answers import answer_xml
from tests.batch.results.conftest import OneHIT, assignment, hit


def nothing_known(_: Any) -> dict[str, Any]:
    return {}


@pytest.mark.parametrize("name", ["r.jsonl", "r.csv"])
def test_a_second_fetch_into_the_same_file_adds_nothing(folder: Path, name: str) -> None:
    mturk: Any = OneHIT(assignment(answer_xml([("a", "1")])))
    contents = []
    for expected in (1, 0):
        with file_sink(folder / name, TableForm() if name.endswith(".csv") else None, False, []) as sink:
            writer = ResultsWriter(sink)
            writer.fetch(mturk, [hit()], ["Submitted"], nothing_known)
            assert (writer.added, sink.records) == (expected, 1)
        contents.append((folder / name).read_bytes())
    assert contents[0] == contents[1]


def test_a_hit_whose_assignments_are_all_known_is_not_asked_for() -> None:
    mturk: Any = OneHIT(assignment(answer_xml([("a", "1")])))
    with stream_sink(lambda text: None, None, True) as sink:
        writer = ResultsWriter(sink)
        for _ in range(3):
            writer.fetch(mturk, [hit()], ["Submitted"], nothing_known)
    assert (mturk.asked, writer.added) == (1, 1)


def test_answers_that_cannot_be_parsed_are_counted() -> None:
    with stream_sink(lambda text: None, None, False) as sink:
        writer = ResultsWriter(sink)
        writer.fetch(OneHIT(assignment("<broken")), [hit()], ["Submitted"], nothing_known)  # type: ignore[arg-type]
    assert (writer.added, writer.problems) == (1, 1)


def test_a_json_record_ends_with_what_is_known_of_its_input() -> None:
    written: list[str] = []
    mturk: Any = OneHIT(assignment(answer_xml([("a", "1")])))
    with stream_sink(written.append, None, False) as sink:
        ResultsWriter(sink).fetch(mturk, [hit()], ["Submitted"], lambda _: {"line": 3, "input": "cat"})
    assert list(json.loads(written[0]).items())[-2:] == [("line", 3), ("input", "cat")]


def test_a_csv_table_is_written_at_the_end_and_not_after_an_error() -> None:
    written: list[str] = []
    mturk: Any = OneHIT(assignment(answer_xml([("a", "1")])))
    with stream_sink(written.append, TableForm(), False) as sink:
        ResultsWriter(sink).fetch(mturk, [hit()], ["Submitted"], nothing_known)
        assert written == []
    assert len(written) == 2
    with pytest.raises(KeyError), stream_sink(written.append, TableForm(), False):
        raise KeyError
    assert len(written) == 2
