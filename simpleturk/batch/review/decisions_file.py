"""Files of decisions: JSON Lines, or CSV of a spreadsheet or the requester site → decisions; and the batch's own file.

The batch's own file, hit_ids.decisions.jsonl beside the ids, only grows: the last decision of an assignment counts.
"""

import codecs
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from simpleturk.batch.inputs.csv_reader import DECISIONS, begins_table, folded, records
from simpleturk.batch.results.decisions import decision_of
from simpleturk.batch.review.decision import SUBSTANCE, Decision, problems_of
from simpleturk.batch.times import iso
from simpleturk.errors import Problem, Problems, suggestion
from simpleturk.files import Appended, appending, json_line
from simpleturk.mturk.strict_json import json_problem, parse_json
from simpleturk.text_files import NotText, decoded, utf8_lines

#: The usual names of columns and keys, folded, and the fields that they mean.
_NAMES = {folded(name): name for name in Decision.model_fields} | {
    "verdict": "decision",
    "requesterfeedback": "feedback",
    "comment": "feedback",
    "bonusamount": "bonus",
    "amount": "bonus",
    "bonususd": "bonus",
    "reason": "bonus_reason",
    "bonusmessage": "bonus_reason",
    "notes": "note",
    "tag": "tags",
    "blockreason": "block",
}

#: What people write for a decision.
_VERDICTS = {
    **dict.fromkeys(("approve", "approved", "accept", "accepted", "+"), "approve"),
    **dict.fromkeys(("reject", "rejected", "-"), "reject"),
    **dict.fromkeys(("pass", "passed"), "pass"),
}

#: Keys by which a line is recognized as a line of results, whose `output` is the worker's answer.
_OF_RESULTS = frozenset({"submit_time", "SubmitTime"})


@dataclass
class DecisionsRead:
    """Decisions by assignment, the line of each for messages, and the number of lines that decide nothing."""

    decisions: dict[str, Decision] = field(default_factory=dict)
    where: dict[str, str] = field(default_factory=dict)
    undecided: int = 0


def decisions_path(ids: Path) -> Path:
    """The file of the decisions about a batch."""
    return ids.with_name(f"{ids.stem}.decisions.jsonl")


@lru_cache(maxsize=1024)
def field_of(key: str) -> str | None:
    """The field of a decision that a key or column means, None if it means none."""
    return _NAMES.get(folded(key))


def read_decisions(chunks: Iterable[bytes], name: str, into: DecisionsRead, last_counts: bool = False) -> list[Problem]:
    """Read a file of decisions; return all of its problems.

    Two different decisions about an assignment are a problem, unless `last_counts`; then a torn last line is ignored.
    """
    problems: list[Problem] = []
    unknown: set[str] = set()
    try:
        for line, record in _records(utf8_lines(chunks), name, last_counts):
            if isinstance(record, Problem):
                problems.append(record)
                continue
            where = f"{name}, line {line}"
            for key in [key for key in record if key not in unknown and field_of(key) is None]:
                unknown.add(key)
                hint = suggestion(key, SUBSTANCE)
                if hint and len(key) > 3:
                    problems.append(Problem(where, f"{key!r} is no key of a decision", hint))
            problems += [Problem(where, what) for what in _add(record, where, into, last_counts)]
    except NotText as error:
        problems.append(error.problem(name))
    return problems


def _add(record: dict[str, Any], where: str, into: DecisionsRead, last_counts: bool) -> list[str]:
    """Add the decision of a record; return what is wrong with it.

    A record with a column of assignment ids may leave its cell empty, as a line of sums does; then it decides nothing.
    """
    values: dict[str, Any] = {}
    keys: dict[str, str] = {}
    for key, value in record.items():
        name = field_of(key)
        if name and value not in (None, ""):
            if name in values and values[name] != value and not last_counts:
                return [f"{keys[name]} and {key} say different things"]
            values[name], keys[name] = value, key
    if not last_counts and not any(field_of(key) == "assignment_id" for key in record):
        return ["assignment_id is missing"]
    if not _OF_RESULTS.isdisjoint(record):
        # A line of results: its feedback is an earlier one, unless the line decides.
        values = {key: value for key, value in values.items() if key != "output"}
        if not values.keys() & (SUBSTANCE - {"feedback"}):
            into.undecided += 1
            return []
    if not values.keys() & SUBSTANCE:
        if last_counts:
            # The decision was withdrawn.
            into.decisions.pop(str(values.get("assignment_id")), None)
        else:
            into.undecided += 1
        return []
    verdict = values.get("decision")
    if isinstance(verdict, str):
        values["decision"] = _VERDICTS.get(verdict.strip().lower(), verdict)
    try:
        decision = Decision.model_validate(values)
    except ValidationError as error:
        return problems_of(error)
    name = decision.assignment_id
    earlier = into.decisions.get(name)
    if earlier is not None and not last_counts and earlier != decision:
        return [f"contradicts {into.where[name]} about {name}"]
    into.decisions[name] = decision
    into.where[name] = where
    return []


def _records(lines: Iterator[bytes], name: str, is_own: bool) -> Iterator[tuple[int, dict[str, Any] | Problem]]:
    """The records of a file with their lines, or its problems."""
    first = b""
    before: list[bytes] = []
    for first in lines:
        before.append(first)
        if first.removeprefix(codecs.BOM_UTF8).strip():
            break
    whole = _chained(before, lines)
    if begins_table("" if name == "stdin" else name, first):
        yield from _rows(whole, name)
        return
    if not is_own and (problem := _other_json(first, name)):
        yield 0, problem
        return
    for number, line in enumerate(whole, start=1):
        text = decoded(line, number).strip()
        if not text:
            continue
        try:
            record = parse_json(text, unique_keys=not is_own)
            if not isinstance(record, dict):
                raise ValueError("not a JSON object")
            yield number, record
        except ValueError as error:
            if is_own and not line.endswith(b"\n"):
                return
            message = f"not JSON: {json_problem(error)}" if isinstance(error, json.JSONDecodeError) else str(error)
            hint = 'write one decision a line, such as {"assignment_id": "3ABC", "decision": "approve"}'
            yield number, Problem(f"{name}, line {number}", message, hint)


def _other_json(first: bytes, name: str) -> Problem | None:
    """The problem of a file that has JSON, but not one object a line: an array, or objects on several lines."""
    text = first.decode("utf-8-sig", "replace").strip()
    if text.startswith("["):
        hint = f"write each decision on one line: jq -c '.[]' {name} > decisions.jsonl"
        return Problem(name, "is a JSON array, not one decision on each line", hint)
    if text == "{":
        hint = f"write each decision on one line: jq -c . {name} > decisions.jsonl"
        return Problem(name, "has JSON objects on several lines, not one decision on each line", hint)
    if re.fullmatch("[A-Z0-9]{20,64}", text):
        hint = "approve or reject them with simpleturk approve --assignments, or write what is decided about each"
        return Problem(name, "looks like a list of ids, which decides nothing", hint)
    return None


def _rows(lines: Iterator[bytes], name: str) -> Iterator[tuple[int, dict[str, Any] | Problem]]:
    for item in records(lines, name, "AssignmentId", DECISIONS):
        if isinstance(item, Problem):
            yield 0, item
            continue
        line, row = item
        marked, wrong = decision_of(row)
        if wrong:
            yield line, Problem(f"{name}, line {line}", wrong)
            continue
        record: dict[str, Any] = dict(row)
        if "SubmitTime" in row and "RequesterFeedback" in row:
            del record["RequesterFeedback"]
        if marked.approve or marked.reason:
            record["decision"] = "approve" if marked.approve else "reject"
        if marked.reason and marked.reason.lower() != "x":
            record["feedback"] = marked.reason
        yield line, record | {"AssignmentId": marked.assignment_id}


def _chained(first: list[bytes], rest: Iterator[bytes]) -> Iterator[bytes]:
    yield from first
    yield from rest


def read_own(ids: Path) -> DecisionsRead:
    """The batch's own decisions. Raises Problems with all problems of the file; FileNotFoundError without a file."""
    path, read = decisions_path(ids), DecisionsRead()
    with path.open("rb") as file:
        problems = read_decisions(file, str(path), read, last_counts=True)
    if problems:
        raise Problems(problems)
    return read


def append_decisions(
    ids: Path,
    decisions: Iterable[Decision],
    batch_id: str | None,
    combined: Callable[[Decision, Decision], Decision] = lambda earlier, new: new,
) -> None:
    """Add decisions to the batch's own file, and sync it. A torn last line is removed.

    Decisions that the file ends with already, as after an interrupted command, are not added again. `combined` makes
    the new decision about an assignment from an earlier one and the given one.
    """
    with _own_file(ids) as (file, content):
        moment = iso(datetime.now(UTC))
        known = DecisionsRead()
        read_decisions(content.splitlines(keepends=True), str(file.path), known, last_counts=True)
        for decision in decisions:
            earlier = known.decisions.get(decision.assignment_id)
            if earlier is not None:
                decision = combined(earlier, decision)
            if earlier is None or earlier.substance() != decision.substance():
                record = {"at": moment, "batch_id": batch_id} | decision.as_record()
                file.append(json_line({key: value for key, value in record.items() if value is not None}).encode())


def append_records(ids: Path, records: Iterable[Mapping[str, Any]]) -> None:
    """Add lines to the batch's own file, and sync it. A torn last line is removed.

    A line that says nothing about its assignment withdraws the decision about it.
    """
    with _own_file(ids) as (file, _):
        for record in records:
            file.append(json_line(dict(record)).encode())


@contextmanager
def _own_file(ids: Path) -> Iterator[tuple[Appended, bytes]]:
    """The batch's own file to append to, and its whole lines; both are locked until the end of the block."""
    with appending(decisions_path(ids), unsynced=1 << 30, waits=True) as file:
        content = file.read()
        size = content.rfind(b"\n") + 1
        file.truncate(size)
        yield file, content[:size]
