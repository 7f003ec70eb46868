"""Effects of decisions: each is one call of the marketplace, with an identity, so that it happens once."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from simpleturk.errors import MarketplaceError, NoSuchAssignment

if TYPE_CHECKING:
    from simpleturk.client.client import MTurk

#: The kinds of effects in the order in which they happen: what helps workers first, what cannot be undone last.
KINDS = ("override", "approve", "bonus", "grant", "revoke", "reject", "block", "notify")

#: The status of an assignment after a verdict.
VERDICTS = {"approve": "Approved", "override": "Approved", "reject": "Rejected"}

#: Kinds that harm a worker: they are carried out after a question only.
HARMFUL = ("reject", "block")

#: What the requester can do about an effect afterwards. The 30 days are the marketplace's: see `OVERRIDE_WINDOW`.
AFTERWARDS = {
    "pay": "Payments cannot be taken back.",
    "reject": "A rejection can be turned into an approval until 30 days after the submission.",
    "block": "A block can be ended with simpleturk unblock.",
}


@dataclass(frozen=True)
class Effect:
    """One effect. `text` is what the worker reads, or the reason; `amount` is USD; `due` is when work approves itself.

    `qualification` is the id of a qualification type. `is_decision` marks the bonus of a decision, of which an
    assignment has one. `asks_first`: the present state is not known yet.
    """

    kind: str
    assignment_id: str = ""
    worker_id: str = ""
    text: str = ""
    amount: Decimal | None = None
    qualification: str = ""
    value: int = 1
    due: datetime | None = None
    workers: tuple[str, ...] = ()
    subject: str = ""
    is_decision: bool = False
    asks_first: bool = False

    @property
    def key(self) -> str:
        """The identity of the effect: two effects with the same key are one. Bonuses differ by amount and reason."""
        if self.kind in VERDICTS:
            return f"{self.kind}:{self.assignment_id}"
        if self.kind == "bonus":
            return f"bonus:{self.assignment_id}:{self.amount}:{_digest(self.text)}"
        if self.kind == "notify":
            return f"notify:{_digest(*sorted(self.workers), self.subject, self.text)}"
        value = f":{self.value}" if self.kind == "grant" else ""
        return f"{self.kind}:{self.worker_id}:{self.qualification}{value}"

    @property
    def item(self) -> str:
        """The assignment or the worker whom the effect is about."""
        return self.worker_id if self.kind in ("grant", "revoke", "block") else self.assignment_id

    def as_record(self) -> dict[str, Any]:
        """The effect as a part of a plan or of a ledger, without what it leaves open."""
        record: dict[str, Any] = {"effect": self.kind}
        if self.assignment_id:
            record["assignment_id"] = self.assignment_id
        if self.worker_id:
            record["worker_id"] = self.worker_id
        if self.amount is not None:
            record["amount"] = f"{self.amount:.2f}"
        if self.qualification:
            record["qualification"] = self.qualification
        if self.kind == "grant":
            record["value"] = self.value
        if self.workers:
            record |= {"workers": list(self.workers), "subject": self.subject}
        if self.text:
            record["text"] = self.text
        return record


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:32]


def do(mturk: "MTurk", effect: Effect) -> str:
    """Make the call of an effect. Returns what failed in part, "" for nothing. Raises MarketplaceError."""
    return _DO[effect.kind](mturk, effect) or ""


def _do_bonus(mturk: "MTurk", effect: Effect) -> None:
    worker_id = effect.worker_id or mturk.assignment(effect.assignment_id).worker_id
    amount = effect.amount or Decimal(0)
    token = hashlib.sha256(f"{effect.assignment_id}:{amount}:{effect.text}".encode("utf-8", "replace")).hexdigest()
    mturk.bonus(effect.assignment_id, worker_id, amount, effect.text, token)


def _do_notify(mturk: "MTurk", effect: Effect) -> str:
    failures = mturk.notify(effect.workers, effect.subject, effect.text)
    return "\n".join(f"{worker_id}: {' '.join(reason.split())}" for worker_id, reason in failures.items())


_DO: dict[str, Callable[["MTurk", Effect], str | None]] = {
    "approve": lambda mturk, effect: mturk.approve(effect.assignment_id, effect.text or None, False),
    "override": lambda mturk, effect: mturk.approve(effect.assignment_id, effect.text or None, True),
    "reject": lambda mturk, effect: mturk.reject(effect.assignment_id, effect.text),
    "bonus": _do_bonus,
    "grant": lambda mturk, effect: mturk.grant(effect.worker_id, effect.qualification, effect.value),
    "revoke": lambda mturk, effect: mturk.revoke(effect.worker_id, effect.qualification),
    "block": lambda mturk, effect: mturk.block(effect.worker_id, effect.text),
    "notify": _do_notify,
}


class CannotTell(Exception):
    """The marketplace has no call that tells whether an effect has happened."""


def has_happened(mturk: "MTurk", effect: Effect) -> bool:
    """Ask the marketplace whether an effect has happened. Raises CannotTell for messages, and MarketplaceError."""
    if effect.kind in VERDICTS:
        return status_of(mturk, effect.assignment_id) == VERDICTS[effect.kind]
    if effect.kind == "bonus":
        return any(paid == (effect.amount, effect.text) for paid in mturk.bonuses(effect.assignment_id))
    if effect.kind == "grant":
        return (effect.worker_id, effect.value) in mturk.holders(effect.qualification)
    if effect.kind == "revoke":
        return effect.worker_id not in (worker_id for worker_id, _ in mturk.holders(effect.qualification))
    if effect.kind == "block":
        return effect.worker_id in (worker_id for worker_id, _ in mturk.blocks())
    raise CannotTell


def status_of(mturk: "MTurk", assignment_id: str) -> str:
    """The status of an assignment; "" if the account has none with this id. Raises MarketplaceError without answer."""
    try:
        return mturk.assignment(assignment_id).status
    except NoSuchAssignment:
        return ""
    except MarketplaceError as error:
        if error.is_passing or not error.code:
            raise
        return ""
