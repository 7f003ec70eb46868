"""A table of bonuses: an amount and a reason for each assignment → bonuses by assignment.

AssignmentId,Bonus,Reason
3ABC,0.50,Very careful work
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from simpleturk.batch.inputs.csv_reader import folded
from simpleturk.batch.inputs.id_lists import ASSIGNMENTS, ListedId, read_id_list
from simpleturk.batch.review.decision import MAX_REASON, amount_of
from simpleturk.errors import Problem, Problems

#: The usual names of the columns, folded.
AMOUNTS = ("bonus", "bonusamount", "amount", "bonususd", "amountusd")
REASONS = ("bonusreason", "reason", "bonusmessage", "message")


@dataclass(frozen=True)
class Bonus:
    """A bonus in USD, with the reason that the worker reads; `worker_id` is "" if the file does not give it."""

    amount: Decimal
    reason: str
    worker_id: str = ""


def has_amounts(columns: Iterable[str]) -> bool:
    """Whether a table with these column names has one of amounts."""
    return bool(set(AMOUNTS) & set(map(folded, columns)))


def read_bonuses(chunks: Iterable[bytes], name: str, reason: str | None = None) -> dict[str, Bonus]:
    """Read bonuses; `reason` is for the rows without their own. Rows with an empty amount are left out.

    Raises Problems with all problems of the file, such as two rows about an assignment.
    """
    bonuses: dict[str, Bonus] = {}
    lines: dict[str, int] = {}
    problems: list[Problem] = []
    for item in every_row(chunks, name):
        where = f"{name}, line {item.line}"
        text = _first(item, AMOUNTS)
        if not text:
            continue
        try:
            amount = amount_of(text)
        except ValueError as error:
            problems.append(Problem(where, str(error)))
            continue
        words = _first(item, REASONS) or (reason or "")
        if not words.strip():
            problems.append(Problem(where, "has no reason", "add a column Reason, or give --reason; workers read it"))
        elif len(words) > MAX_REASON:
            problems.append(Problem(where, f"the reason has {len(words):,} characters; the most are {MAX_REASON:,}"))
        elif item.id in lines:
            problems.append(Problem(where, f"pays {item.id} again, as line {lines[item.id]} does"))
        else:
            lines[item.id] = item.line
            bonuses[item.id] = Bonus(amount, words, item.others.get("workerid", "").strip())
    if problems:
        raise Problems(problems)
    return bonuses


def every_row(chunks: Iterable[bytes], name: str) -> list[ListedId]:
    """The rows of a table with a column of assignment ids, also those that repeat an id."""
    return read_id_list(chunks, name, ASSIGNMENTS, repeats=True).ids


def _first(item: ListedId, names: Iterable[str]) -> str:
    """The first text among these columns."""
    return next((text.strip() for name in names if (text := item.others.get(name, "")).strip()), "")
