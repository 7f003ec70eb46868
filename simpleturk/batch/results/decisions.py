"""A person's decisions in a results CSV: the marks in its columns Approve and Reject."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from simpleturk.batch.inputs.csv_reader import DECISIONS, records
from simpleturk.errors import Problem, Problems


@dataclass(frozen=True)
class Decision:
    """The decision of a row about an assignment: `approve`, or reject with a `reason`, or neither ("")."""

    assignment_id: str
    status: str
    approve: bool
    reason: str


#: Characters that make a cell look empty.
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\xa0 "


def decisions(file: Iterable[bytes], name: str) -> list[Decision]:
    """Read a reviewer's decisions: x in Approve, or a reason in Reject. Raises Problems with all wrong rows."""
    problems: list[Problem] = []
    by_assignment: dict[str, tuple[int, Decision]] = {}
    for item in records(file, name, "AssignmentId", ("AssignmentStatus", *DECISIONS)):
        if isinstance(item, Problem):
            problems.append(item)
            continue
        line, row = item
        if not set(DECISIONS) & set(row):
            hint = "add the columns: x in Approve approves, a reason in Reject rejects"
            problems.append(Problem(f"{name}, line 1", "has no column Approve and no column Reject", hint))
            break
        decision, wrong = decision_of(row)
        earlier = by_assignment.setdefault(decision.assignment_id, (line, decision))
        if earlier[1] != decision:
            wrong = f"contradicts line {earlier[0]} about {decision.assignment_id}"
        if wrong:
            problems.append(Problem(f"{name}, line {line}", wrong))
    if problems:
        raise Problems(problems)
    return [decision for _, decision in by_assignment.values()]


def decision_of(row: Mapping[str, str]) -> tuple[Decision, str | None]:
    """The decision of a row, and what is wrong with it, None if nothing is."""
    mark = _mark(row.get("Approve", "").strip())
    decision = Decision(
        row["AssignmentId"].strip(),
        row.get("AssignmentStatus", "").strip(),
        bool(mark),
        _mark(row.get("Reject", "").strip().strip(_INVISIBLE)),
    )
    return decision, _wrong(decision, mark)


def _mark(text: str) -> str:
    """A mark as people write it: the checkbox of a spreadsheet is TRUE or FALSE in CSV."""
    return {"true": "x", "false": ""}.get(text.lower(), text)


def _wrong(decision: Decision, mark: str) -> str | None:
    """The problem of a row's decision, None without one."""
    if (mark or decision.reason) and (not decision.assignment_id or len(decision.assignment_id.split()) > 1):
        return "has a decision, but no assignment id"
    if mark and decision.reason:
        return "has both x in Approve and a reason in Reject"
    if mark and mark.lower() != "x":
        return f"Approve has {mark[:40]!r}: write x to approve, or leave it empty"
    return None
