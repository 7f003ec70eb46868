"""Decisions → approvals and rejections, the outcomes yielded one by one."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from simpleturk.client.parallel import map_ordered
from simpleturk.errors import MarketplaceError, WrongState

if TYPE_CHECKING:
    from simpleturk.client.client import MTurk


@dataclass(frozen=True)
class Outcome:
    """The outcome for one item: `problem` is None if it succeeded; `already` if nothing had to be done."""

    item: str
    problem: str | None = None
    already: bool = False


def approve(
    mturk: "MTurk", assignment_ids: Iterable[str], feedback: str | None, override_rejection: bool
) -> Iterator[Outcome]:
    """Approve assignments. An assignment that is already approved is no problem."""

    def act(assignment_id: str) -> None:
        mturk.approve(assignment_id, feedback, override_rejection)

    return _decide(mturk, assignment_ids, act, "Approved")


def reject(mturk: "MTurk", reasons: Mapping[str, str]) -> Iterator[Outcome]:
    """Reject assignments, each with a reason for its worker. An assignment that is already rejected is no problem."""

    def act(assignment_id: str) -> None:
        mturk.reject(assignment_id, reasons[assignment_id])

    return _decide(mturk, reasons, act, "Rejected")


def pay_bonus(mturk: "MTurk", workers: Mapping[str, str], amount: Decimal, reason: str) -> Iterator[Outcome]:
    """Pay the workers of assignments a bonus, unless the assignment has had this amount for this reason.

    `workers` has the worker of each assignment, "" if unknown.
    """

    def act(assignment_id: str) -> bool:
        if (amount, reason) in mturk.bonuses(assignment_id):
            return True
        worker_id = workers[assignment_id] or mturk.assignment(assignment_id).worker_id
        token = hashlib.sha256(f"{assignment_id}:{amount}:{reason}".encode("utf-8", "replace")).hexdigest()
        mturk.bonus(assignment_id, worker_id, amount, reason, token)
        return False

    return each(mturk, workers, act)


def each(mturk: "MTurk", items: Iterable[str], act: Callable[[str], bool | None]) -> Iterator[Outcome]:
    """Call `act` for every item; an error of the marketplace is the problem of its item.

    `act` returns True if nothing had to be done. Errors that any item would have (no credentials, no connection) are
    raised.
    """

    def attempt(item: str) -> Outcome:
        try:
            return Outcome(item, already=bool(act(item)))
        except MarketplaceError as error:
            if not error.code:
                raise
            return Outcome(item, error.message)

    return map_ordered(attempt, items, mturk.concurrency)


def _decide(mturk: "MTurk", items: Iterable[str], act: Callable[[str], None], target_status: str) -> Iterator[Outcome]:
    def decide(assignment_id: str) -> bool:
        try:
            act(assignment_id)
        except WrongState as error:
            # A retry is refused even if the first call succeeded: compare the status before reporting a failure.
            status = _status(mturk, assignment_id)
            if status != target_status:
                sentence = f"is {status.lower()}" if status else error.message
                raise WrongState(sentence, code=error.code) from error
            return True
        return False

    return each(mturk, items, decide)


def _status(mturk: "MTurk", assignment_id: str) -> str:
    try:
        return mturk.assignment(assignment_id).status
    except MarketplaceError:
        return ""
