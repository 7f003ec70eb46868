"""Result records."""

from simpleturk.batch.results.fetch import result_record
from simpleturk.mturk.answers import answer_xml
from tests.batch.results.conftest import MOMENT, assignment


def test_a_record_begins_with_the_five_keys_of_simple_amt() -> None:
    record = result_record(assignment(answer_xml([("output", "[1]")])), line=3, input={"w": 1})
    assert list(record.items()) == [
        ("assignment_id", "A1"),
        ("hit_id", "H1"),
        ("worker_id", "ann"),
        ("output", [1]),
        ("submit_time", "2026-11-21T09:30:12.500Z"),
        ("status", "Submitted"),
        ("accept_time", "2026-11-21T09:30:00Z"),
        ("seconds_worked", 12.5),
        ("auto_approval_time", "2026-11-22T09:30:00Z"),
        ("line", 3),
        ("input", {"w": 1}),
    ]


def test_an_answer_that_cannot_be_parsed_is_kept_with_its_problem() -> None:
    record = result_record(assignment("<broken"))
    assert record["output"] is None
    assert record["answer"] == "<broken"
    assert record["problem"].startswith("the answer is not XML")


def test_decisions_are_part_of_a_record() -> None:
    record = result_record(assignment("", status="Rejected", rejected=MOMENT, feedback="no"))
    assert (record["rejection_time"], record["feedback"]) == ("2026-11-21T09:30:00Z", "no")
    assert record["output"] == {}
