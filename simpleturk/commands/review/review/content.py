"""What a reviewer sees of an assignment: sections of names and values, the same for every way to show them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from simpleturk.batch.results.fields import MISSING, corrected_fields, flat_fields
from simpleturk.batch.review.decision import Decision
from simpleturk.batch.review.queue.agreement import differing_fields
from simpleturk.batch.review.queue.items import Item
from simpleturk.batch.review.queue.worker_record import WorkerRecord
from simpleturk.batch.times import WITHIN_A_DAY, WITHIN_AN_HOUR, parse_time
from simpleturk.commands.common.times import local_time, time_left
from simpleturk.commands.review.review.session import Session
from simpleturk.console import plural

#: Other workers' answers that are shown.
MOST_OTHERS = 10


@dataclass(frozen=True)
class Row:
    """A name and its value; `is_marked` if others answered differently."""

    name: str
    value: str
    is_marked: bool = False


@dataclass(frozen=True)
class Section:
    """Rows under a title."""

    title: str
    rows: Sequence[Row]


def headline(session: Session) -> str:
    """The place in the queue, and how much is left."""
    left = len(session.undecided)
    verdict = session.decision.decision if session.decision else None
    decided = f" ({verdict})" if verdict else ""
    parts = [f"Assignment {session.place + 1:,} of {len(session.queue):,}{decided}", f"{left:,} undecided"]
    minutes = session.minutes_left
    if minutes is not None and left:
        parts.append(f"about {max(1, round(minutes)):,} min left")
    return ", ".join(parts)


def sections(session: Session) -> list[Section]:
    """Everything about the item at the place."""
    item = session.item
    others = session.items.others(item)
    differing = differing_fields(item, others)
    corrections = _corrections(item, session.decision)
    answer = [
        Row(name, corrections.pop(name, shown(value)), name in differing)
        for name, value in flat_fields(item.output).items()
    ]
    answer += [Row(name, change) for name, change in corrections.items()]
    if "problem" in item.record:
        answer = [Row("problem", item.record["problem"]), Row("answer", item.record.get("answer", ""))]
    found = [
        Section("Input", [Row(name, shown(value)) for name, value in _input_fields(item)]),
        Section("Answer", answer or [Row("", "The answer is empty.")]),
        Section("Other fields", [Row(name, shown(value)) for name, value in item.record.get("fields", {}).items()]),
        Section(_title_of_others(session.answer_agreement(item)), _others(others, differing)),
        decision_section(session),
        Section("Assignment", _about(session, item)),
    ]
    return [section for section in found if section.rows]


def warnings(session: Session, now: datetime | None = None) -> list[str]:
    """How much of the undecided work is approved automatically soon, in sentences."""
    now = now or datetime.now(UTC)
    times = [item.due - now for item in session.undecided if item.due]
    hour, day = (sum(left <= limit for left in times) for limit in (WITHIN_AN_HOUR, WITHIN_A_DAY))
    sentences = []
    if hour:
        sentences.append(f"{plural(hour, 'undecided assignment')} will be approved automatically within an hour.")
    if day > hour:
        sentences.append(f"{plural(day, 'undecided assignment')} will be approved automatically within a day.")
    return sentences


def shown(value: Any) -> str:
    """A value as people read it: text as it is, everything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def worker_line(record: WorkerRecord) -> str:
    """A worker's work in the batch, in a sentence without a verb."""
    parts = [f"{record.done:,} done", f"{record.approved:,} approved", f"{record.rejected:,} rejected"]
    if record.passed:
        parts.insert(2, f"{record.passed:,} of them passed")
    if record.median_seconds is not None:
        parts.append(f"median {record.median_seconds:,.0f} s")
    if record.agreement is not None:
        parts.append(f"agrees with others in {record.agreement:.0%} of the fields")
    if record.hourly:
        parts.append(f"${record.hourly} an hour")
    return ", ".join(parts)


def _about(session: Session, item: Item) -> list[Row]:
    line = f", line {item.record['line']:,}" if "line" in item.record else ""
    rows = [
        Row("assignment", item.assignment_id),
        Row("HIT", f"{item.hit.hit_id}{line}"),
        Row("worker", f"{item.worker_id}: {worker_line(session.worker(item.worker_id))}"),
        Row("seconds", f"{item.seconds:,.0f}" if item.seconds is not None else "unknown"),
    ]
    if item.due:
        rows.append(Row("status", f"submitted; approved automatically {time_left(item.due)}"))
    else:
        rows.append(Row("status", item.status.lower()))
    if item.record.get("feedback"):
        rows.append(Row("feedback", item.record["feedback"]))
    return rows


def _input_fields(item: Item) -> list[tuple[str, Any]]:
    if "input" not in item.record:
        return []
    value = item.input
    return list(flat_fields(value).items()) if isinstance(value, dict) else [("input", value)]


def _others(others: Sequence[Item], differing: set[str]) -> list[Row]:
    rows = []
    for other in others[:MOST_OTHERS]:
        fields = flat_fields(other.output)
        first = {name: value for name, value in fields.items() if name in differing}
        rest = {name: value for name, value in fields.items() if name not in differing}
        text = "; ".join(f"{name}: {shown(value)}" for name, value in (first or rest).items())
        rows.append(Row(other.worker_id, text if first else f"the same: {text}", bool(first)))
    if len(others) > MOST_OTHERS:
        rows.append(Row("", f"and {len(others) - MOST_OTHERS:,} more"))
    return rows


def decision_section(session: Session) -> Section:
    """What is decided about the item at the place; without rows if nothing is."""
    decision = session.decision
    return Section("Decision", _decided(session.item, decision) if decision else [])


def _title_of_others(agreement: float | None) -> str:
    share = "" if agreement is None else f" (agreement with others: {agreement:.0%})"
    return f"Other answers to this input{share}"


def _corrections(item: Item, decision: Decision | None) -> dict[str, str]:
    """The corrected fields of an answer by name, each with its old and its new value."""
    if decision is None or decision.output is None:
        return {}
    return {
        name: " → ".join("no such field" if value is MISSING else shown(value) for value in pair) + " (corrected)"
        for name, pair in corrected_fields(item.output, decision.output).items()
    }


def _decided(item: Item, decision: Decision) -> list[Row]:
    record = decision.as_record()
    names = (
        "decision",
        "feedback",
        "bonus",
        "bonus_reason",
        "note",
        "tags",
        "grant",
        "revoke",
        "block",
        "by",
    )
    rows = [Row(name.replace("_", " "), shown(record[name])) for name in names if name in record]
    rows = [Row(row.name, f"${decision.bonus}") if row.name == "bonus" else row for row in rows]
    rows += [Row(f"corrected {name}", change) for name, change in _corrections(item, decision).items()]
    return [*rows, *([Row("decided", _time(decision.at))] if decision.at else [])]


def _time(text: str) -> str:
    try:
        return local_time(parse_time(text))
    except ValueError:
        return text
