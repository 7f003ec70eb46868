"""Payments to workers who could not submit: each is a HIT with one place, which only that worker can see and do.

The HIT stands behind a qualification that only the worker holds, and its work is approved at once. Its annotation has a
word by which it is found again, so that a payment is offered once, whatever answers are lost.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from html import escape
from typing import TYPE_CHECKING, Any

from simpleturk.batch.inputs.id_lists import WORKERS, ListedId, read_id_list
from simpleturk.batch.outcomes import Outcome
from simpleturk.batch.review.bonus_file import AMOUNTS, REASONS
from simpleturk.batch.review.decision import amount_of
from simpleturk.batch.review.ledger import BEGUN, DONE, FAILED, Entries, Ledger
from simpleturk.batch.review.qualification_types import QualificationTypes
from simpleturk.client.parallel import map_ordered
from simpleturk.errors import AlreadyExists, MarketplaceError, NoSuchHIT, Problem, Problems
from simpleturk.mturk.limits import MAX_REWARD
from simpleturk.mturk.questions import html_question_xml

if TYPE_CHECKING:
    from simpleturk.client.client import MTurk

#: The longest reason: it is the description of the HIT.
MAX_REASON = 2000

TITLE = "A payment for you"

_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A payment for you</title></head><body>
<script src="https://assets.crowd.aws/crowd-html-elements.js"></script>
<form name="mturk_form" method="post" id="mturk_form" action="/mturk/externalSubmit">
<input type="hidden" name="assignmentId" id="assignmentId" value="">
<p>{reason}</p><p>There is nothing to do: submit this HIT, and you are paid.</p>
<input type="hidden" name="paid" value="yes"><button type="submit">Submit</button></form>
<script>
const parameters = new URLSearchParams(location.search);
document.getElementById("assignmentId").value = parameters.get("assignmentId") || "";
const site = parameters.get("turkSubmitTo");
if (site) document.getElementById("mturk_form").action = site.replace(/\\/$/, "") + "/mturk/externalSubmit";
</script></body></html>
"""


@dataclass(frozen=True)
class Compensation:
    """A payment in USD to a worker, for a reason that the worker reads."""

    worker_id: str
    amount: Decimal
    reason: str

    kind = "compensate"
    is_decision = False

    @property
    def word(self) -> str:
        """A word that names the payment: 16 characters."""
        parts = (self.worker_id, f"{self.amount:.2f}", self.reason)
        return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:16]

    @property
    def key(self) -> str:
        """The identity of the payment: the same worker, amount and reason are one payment."""
        return f"compensate:{self.worker_id}:{self.word}"

    @property
    def token(self) -> str:
        """The UniqueRequestToken of the HIT."""
        return hashlib.sha256(self.key.encode()).hexdigest()

    def as_record(self) -> dict[str, Any]:
        """The payment as a part of a ledger."""
        amount = f"{self.amount:.2f}"
        return {"effect": self.kind, "worker_id": self.worker_id, "amount": amount, "text": self.reason}


@dataclass(frozen=True)
class Offered:
    """A payment that a ledger says was offered. `state` is taken, open, or expired; "gone" if the HIT is deleted."""

    compensation: Compensation
    hit_id: str
    qualification: str
    state: str


def read_compensations(chunks: Iterable[bytes], name: str) -> list[Compensation]:
    """Read a table with the columns WorkerId, Amount and Reason. Raises Problems with all problems of the file."""
    compensations: dict[str, Compensation] = {}
    problems: list[Problem] = []
    for item in read_id_list(chunks, name, WORKERS, repeats=True).ids:
        where = f"{name}, line {item.line}"
        try:
            compensation = Compensation(item.id, amount_of(_first(item, AMOUNTS)), _first(item, REASONS))
        except ValueError as error:
            problems.append(Problem(where, str(error)))
            continue
        problems += [Problem(where, what) for what in mistakes(compensation)]
        if compensation.key in compensations:
            problems.append(Problem(where, f"pays {item.id} the same amount for the same reason again"))
        compensations[compensation.key] = compensation
    if problems:
        raise Problems(problems)
    return list(compensations.values())


def mistakes(compensation: Compensation) -> Iterator[str]:
    """What is wrong with a payment."""
    if not compensation.reason.strip():
        yield "has no reason; the worker reads it"
    if len(compensation.reason) > MAX_REASON:
        yield f"the reason has {len(compensation.reason):,} characters; the most are {MAX_REASON:,}"
    if compensation.amount > MAX_REWARD:
        yield f"${compensation.amount:,.2f} is more than a HIT can pay: at most ${MAX_REWARD:,.2f}"


def _first(item: ListedId, names: Iterable[str]) -> str:
    return next((text.strip() for name in names if (text := item.others.get(name, "")).strip()), "")


def offer_all(
    mturk: "MTurk", compensations: Sequence[Compensation], ledger: Ledger, seconds: int
) -> Iterator[tuple[Compensation, Outcome]]:
    """Offer payments for this time; yield what came of each. One that was offered before is not offered again."""
    types = QualificationTypes(mturk)

    def attempt(compensation: Compensation) -> tuple[Compensation, Outcome]:
        if ledger.phase(compensation.key) == DONE:
            return compensation, Outcome(compensation.worker_id, already=True)
        try:
            details = _offer(mturk, compensation, ledger, types, seconds)
        except MarketplaceError as error:
            if not error.code:
                raise
            if not error.is_passing:
                ledger.end(compensation, FAILED, problem=error.message)
            return compensation, Outcome(compensation.worker_id, error.message)
        ledger.end(compensation, DONE, **details)
        return compensation, Outcome(compensation.worker_id)

    return map_ordered(attempt, compensations, mturk.concurrency)


def _offer(
    mturk: "MTurk", compensation: Compensation, ledger: Ledger, types: QualificationTypes, seconds: int
) -> dict[str, str]:
    """Create the HIT of a payment, or find it; return the ids of the HIT and of its qualification type."""
    word = compensation.word
    qualification = types.find_or_create(f"simpleturk: payment {word}", "A payment for one worker.")
    if ledger.phase(compensation.key) == BEGUN:
        found = (hit.hit_id for page in mturk.hit_pages() for hit in page if hit.redo == word)
        hit_id = next(found, None)
        if hit_id:
            return {"hit_id": hit_id, "qualification": qualification}
    else:
        ledger.begin(compensation)
    mturk.grant(compensation.worker_id, qualification, 1)
    only = {"Comparator": "Exists", "ActionsGuarded": "DiscoverPreviewAndAccept"}
    hit_type = {
        "Title": TITLE,
        "Description": compensation.reason,
        "Reward": f"{compensation.amount:.2f}",
        "AssignmentDurationInSeconds": 3600,
        "AutoApprovalDelayInSeconds": 0,
        "QualificationRequirements": [{"QualificationTypeId": qualification} | only],
    }
    parameters = {
        "MaxAssignments": 1,
        "LifetimeInSeconds": seconds,
        "RequesterAnnotation": f"simpleturk:{compensation.token[:32]}:0:{word}",
    }
    question = html_question_xml(_PAGE.format(reason=escape(compensation.reason)), 0)
    try:
        hit_id = mturk.create_hit(mturk.create_hit_type(hit_type), question, compensation.token, parameters)
    except AlreadyExists as error:
        if not error.hit_id:
            raise
        hit_id = error.hit_id
    return {"hit_id": hit_id, "qualification": qualification}


def offered(mturk: "MTurk", entries: Entries) -> list[Offered]:
    """The payments that a ledger says were offered, with their present state."""
    records = [
        record
        for key, record in entries.records.items()
        if record["effect"] == "compensate" and entries.phases[key] == DONE
    ]

    def ask(record: dict[str, Any]) -> Offered:
        compensation = Compensation(str(record["worker_id"]), Decimal(record["amount"]), str(record["text"]))
        hit_id = str(record["hit_id"])
        try:
            hit = mturk.hit(hit_id)
            state = "gone" if hit.status == "Disposed" else "expired"
            if hit.completed or hit.unreviewed:
                state = "taken"
            elif hit.status == "Assignable" or hit.pending:
                state = "open"
        except NoSuchHIT:
            state = "gone"
        return Offered(compensation, hit_id, str(record["qualification"]), state)

    return list(map_ordered(ask, records, mturk.concurrency))


def clean_up(mturk: "MTurk", offers: Iterable[Offered]) -> int:
    """Delete the qualification types of payments that are taken or gone; return the number of those deleted now."""
    existing = {type_id for type_id, _ in mturk.qualification_types()}
    old = [offer.qualification for offer in offers if offer.state in ("taken", "gone")]
    finished = [qualification for qualification in old if qualification in existing]
    for qualification in finished:
        mturk.delete_qualification_type(qualification)
    return len(finished)
