"""Files of decisions: JSON Lines, CSV, the batch's own; all problems with their lines."""

from pathlib import Path

import pytest

from simpleturk.batch.review.decision import Decision
from simpleturk.batch.review.decisions_file import (
    DecisionsRead,
    append_decisions,
    decisions_path,
    read_decisions,
    read_own,
)

IDS = Path("hit_ids.txt")


def read(text: str, name: str = "d.jsonl", last_counts: bool = False) -> tuple[DecisionsRead, list[str]]:
    into = DecisionsRead()
    problems = read_decisions(text.encode().splitlines(keepends=True), name, into, last_counts)
    return into, [f"{problem.where}: {problem.what}" for problem in problems]


def test_all_problems_of_a_file_come_at_once_with_their_lines() -> None:
    text = (
        '{"assignment_id": "3A", "decision": "approve"}\n'
        '{"assignment_id": "3A", "decision": "reject", "feedback": "empty"}\n'
        "\n"
        '{"assignment_id": "3B", "decision": "rejct"}\n'
        "{\n"
        '{"decision": "approve"}\n'
        '{"assignment_id": "3C", "bonus": "lots", "bonus_reason": "x"}\n'
        '{"assignment_id": "3D", "decision": "approve", "feedbak": "x"}\n'
    )
    _, problems = read(text)
    assert problems == [
        "d.jsonl, line 2: contradicts d.jsonl, line 1 about 3A",
        "d.jsonl, line 4: decision is 'rejct', not approve, reject or pass",
        "d.jsonl, line 5: not JSON: a key in double quotes is expected",
        "d.jsonl, line 6: assignment_id is missing",
        "d.jsonl, line 7: bonus: 'lots' is not an amount in USD, such as 0.50",
        "d.jsonl, line 8: 'feedbak' is no key of a decision",
    ]


def test_the_marks_of_the_requester_site_are_decisions() -> None:
    text = "AssignmentId,Approve,Reject,Bonus Amount,Bonus Reason\n3A,x,,,\n3B,,Too short,,\n3C,,,0.50,Nice\n3D,,,,\n"
    into, problems = read(text, "r.csv")
    assert problems == []
    assert [(d.assignment_id, d.decision, d.feedback) for d in into.decisions.values()] == [
        ("3A", "approve", None),
        ("3B", "reject", "Too short"),
        ("3C", None, None),
    ]
    assert into.undecided == 1


def test_both_marks_in_a_row_are_a_problem() -> None:
    _, problems = read("AssignmentId,Approve,Reject\n3A,x,Too short\n3B,,x\n", "r.csv")
    assert problems == [
        "r.csv, line 2: has both x in Approve and a reason in Reject",
        "r.csv, line 3: a rejection needs feedback: the worker reads why",
    ]


def test_a_line_of_results_decides_only_with_a_decision_and_its_output_is_no_correction() -> None:
    line = '{"assignment_id": "3A", "hit_id": "3H", "output": {"a": 1}, "submit_time": "x", "feedback": "old"%s}\n'
    into, problems = read(line % "" + line.replace("3A", "3B") % ', "decision": "approved"')
    assert (problems, into.undecided) == ([], 1)
    [decision] = into.decisions.values()
    assert (decision.assignment_id, decision.decision, decision.output) == ("3B", "approve", None)


def test_the_last_decision_of_the_batchs_own_file_counts_and_a_torn_line_is_replaced() -> None:
    first = Decision(assignment_id="3A", decision="approve")
    second = Decision(assignment_id="3A", decision="reject", feedback="empty")
    append_decisions(IDS, [first], "b1")
    append_decisions(IDS, [second], "b1")
    append_decisions(IDS, [second], "b1")
    path = decisions_path(IDS)
    whole = path.read_bytes()
    assert len(whole.splitlines()) == 2
    path.write_bytes(whole + b'{"assignment_id": "3')
    assert read_own(IDS).decisions["3A"].decision == "reject"
    append_decisions(IDS, [first], "b1")
    assert path.read_bytes().startswith(whole)
    assert read_own(IDS).decisions["3A"].model_dump(exclude_defaults=True).keys() == {
        "assignment_id",
        "decision",
        "at",
        "batch_id",
    }


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('{"assignment_id": "3A", "decision": "approve", "decision": "reject"}', "has the key 'decision' twice"),
        (
            '{"assignment_id": "3A", "decision": "approve", "verdict": "reject", "feedback": "f"}',
            "decision and verdict say different things",
        ),
        ('{"word": "cat"}', "assignment_id is missing"),
        ('{"assignment_id": "3A", "note": 5}', "note is '5', not text"),
        ('{"assignment_id": "3A", "tags": {"a": 1}}', "tags is \"{'a': 1}\", not a list of texts"),
        ('{"assignment_id": "3A", "decision": NaN}', "NaN is not a JSON number"),
    ],
)
def test_a_line_that_may_mean_two_things_or_nothing_is_a_problem(line: str, problem: str) -> None:
    into, problems = read(line + "\n")
    assert (into.decisions, problems) == ({}, [f"d.jsonl, line 1: {problem}"])


def test_two_spellings_of_a_column_may_say_the_same() -> None:
    into, problems = read('{"assignment_id": " 3A ", "decision": "approve", "verdict": "approve", "reason": ""}\n')
    assert (problems, into.decisions["3A"].decision) == ([], "approve")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('[{"assignment_id": "3A"},\n{"assignment_id": "3B"}]\n', "is a JSON array, not one decision on each line"),
        ('\ufeff\n  [\n{"assignment_id": "3A"}\n]', "is a JSON array, not one decision on each line"),
        ('{\n"assignment_id": "3A"\n}\n', "has JSON objects on several lines, not one decision on each line"),
        (f"{'3' + 'A' * 29}\n{'3' + 'B' * 29}\n", "looks like a list of ids, which decides nothing"),
    ],
)
def test_another_kind_of_file_is_one_problem(text: str, problem: str) -> None:
    into, problems = read(text)
    assert (into.decisions, problems) == ({}, [f"d.jsonl: {problem}"])


def test_checkboxes_of_a_spreadsheet_are_marks() -> None:
    rows = "3A,TRUE,FALSE,,\n3B,FALSE,FALSE,,\n3C,false,true,Empty,\n3D,,FALSE,,\n,,,,sum 2\n"
    into, problems = read(f"AssignmentId,Approve,Reject,Feedback,Mine\n{rows}", "d.csv")
    assert problems == []
    verdicts = {name: (decision.decision, decision.feedback) for name, decision in into.decisions.items()}
    assert verdicts == {"3A": ("approve", None), "3C": ("reject", "Empty")}
    _, problems = read("AssignmentId,Approve,Reject\n3A,FALSE,TRUE\n", "d.csv")
    assert problems == ["d.csv, line 2: a rejection needs feedback: the worker reads why"]
