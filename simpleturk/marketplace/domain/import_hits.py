"""Import of HITs that were done on another marketplace, with their assignments and reviews.

Documents are the API's: a HIT's with its Assignments, and each of these with its Fields, [name, text] pairs. Times are
epoch seconds; Question is None if it is unknown. Imported HITs are expired. Assignments that were approved or rejected
elsewhere move no money. For assignments that wait for review the reward is held, and auto-approval starts anew.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from simpleturk.marketplace.domain import ledger, worker_limits
from simpleturk.marketplace.domain.hit_types import check_limits, find_or_create_hit_type
from simpleturk.marketplace.people import workers
from simpleturk.marketplace.questions.question import check_question
from simpleturk.marketplace.store.questions import question_of_hit, to_columns
from simpleturk.marketplace.store.rows import HITTypeRow, columns
from simpleturk.marketplace.store.schema import assignments, hit_types, hits
from simpleturk.marketplace.store.transaction import Transaction
from simpleturk.mturk.limits import WEEK
from simpleturk.mturk.questions import HTML_NAMESPACE

#: The minimum time before an imported assignment is auto-approved, in seconds: it has not been reviewed here yet.
TIME_TO_REVIEW = WEEK

#: The number of assignments that one statement writes.
CHUNK = 1000

#: The members that HITs of one HIT type have in common.
_HIT_TYPE_MEMBERS = (
    "HITTypeId Title Description Keywords Reward AssignmentDurationInSeconds AutoApprovalDelayInSeconds"
    " QualificationRequirements"
).split()

#: The page of a HIT whose question is unknown.
NO_QUESTION = f"""<HTMLQuestion xmlns="{HTML_NAMESPACE}"><HTMLContent><![CDATA[<!doctype html>
<title>No page</title><p>This HIT was imported with its answers, but without its page. Please return it.</p>
]]></HTMLContent><FrameHeight>0</FrameHeight></HTMLQuestion>"""


class _KnownHIT(NamedTuple):
    """A HIT that already exists."""

    hit_id: str
    hit_type_id: str
    requester_id: str
    annotation: str | None


class Taken(Exception):
    """An id is already used for something else; the message says which."""


def import_hits(transaction: Transaction, documents: Iterable[dict[str, Any]]) -> Counter[str]:
    """Import HITs with their assignments. HITs from an earlier import of the same file stay as they are.

    Returns the numbers of new "HITs", and of new assignments by AssignmentStatus. Raises Taken, and RequestError for a
    HIT that the marketplace refuses; then the caller must roll the transaction back.
    """
    running = _Import(transaction)
    for document in documents:
        running.add(document)
    running.finish()
    return running.imported


class _Import:
    """A running import, which writes rows in chunks."""

    def __init__(self, transaction: Transaction) -> None:
        self.imported: Counter[str] = Counter()
        self._transaction = transaction
        self._hit_types: dict[tuple[Any, ...], HITTypeRow] = {}
        self._workers: set[str] = set()
        self._hits: list[dict[str, Any]] = []
        self._assignments: list[dict[str, Any]] = []
        self._worked: dict[str, tuple[int, float]] = {}

    def add(self, document: dict[str, Any]) -> None:
        """Import one HIT."""
        hit_type = self._hit_type(document)
        known = _known_hit(self._transaction, document)
        if known is not None:
            self._add_question(known, document)
            return
        self._hits.append(_hit_row(self._transaction, hit_type, document))
        self.imported["HITs"] += 1
        for assignment in document["Assignments"]:
            self._add_assignment(hit_type, document["HITId"], assignment)
        if len(self._assignments) >= CHUNK:
            self._write()

    def finish(self) -> None:
        """Write the remaining rows, and the time worked for each HIT type."""
        self._write()
        for hit_type_id, (number, seconds) in self._worked.items():
            values = {"done": hit_types.c.done + number, "seconds": hit_types.c.seconds + seconds}
            which = hit_types.c.hit_type_id == hit_type_id
            self._transaction.execute(update(hit_types).where(which).values(values))

    def _hit_type(self, document: dict[str, Any]) -> HITTypeRow:
        key = tuple(str(document.get(name)) for name in _HIT_TYPE_MEMBERS)
        if key not in self._hit_types:
            # The annotation may exceed its limit by the mark of the import, which no client sees.
            check_limits({name: value for name, value in document.items() if name != "RequesterAnnotation"})
            self._hit_types[key] = find_or_create_hit_type(self._transaction, document, document.get("HITTypeId"))
        return self._hit_types[key]

    def _add_question(self, known: _KnownHIT, document: dict[str, Any]) -> None:
        """Give a HIT of an earlier import the question that it lacked. Raises Taken if its assignments differ."""
        query = select(assignments.c.assignment_id).where(assignments.c.hit_id == known.hit_id)
        known_ids = set(self._transaction.scalars(query))
        if any(assignment["AssignmentId"] not in known_ids for assignment in document["Assignments"]):
            raise Taken(f"the HIT {known.hit_id} already exists, with other assignments")
        question = document["Question"]
        if question not in (None, question_of_hit(self._transaction, known.hit_id)):
            check_question(question, self._transaction.strict)
            values = to_columns(self._transaction, known.hit_type_id, question)
            self._transaction.execute(update(hits).where(hits.c.hit_id == known.hit_id).values(values))

    def _add_assignment(self, hit_type: HITTypeRow, hit_id: str, assignment: dict[str, Any]) -> None:
        worker_id = assignment["WorkerId"]
        if worker_id not in self._workers:
            workers.register(self._transaction, worker_id)
            self._workers.add(worker_id)
        self._assignments.append(_assignment_row(self._transaction, hit_type, hit_id, assignment))
        self.imported[assignment["AssignmentStatus"]] += 1
        number, seconds = self._worked.get(hit_type.hit_type_id, (0, 0.0))
        worked = max(assignment["SubmitTime"] - assignment["AcceptTime"], 0)
        self._worked[hit_type.hit_type_id] = (number + 1, seconds + worked)

    def _write(self) -> None:
        try:
            if self._hits:
                rows = [{name: value for name, value in row.items() if name != "held"} for row in self._hits]
                self._transaction.execute(insert(hits), rows)
            if self._assignments:
                self._transaction.execute(insert(assignments), self._assignments)
        except IntegrityError as error:
            raise Taken(_conflict(self._transaction, self._assignments)) from error
        for row in self._hits:
            ledger.hold(self._transaction, self._transaction.requester_id, row["hit_id"], row["held"])
        self._hits, self._assignments = [], []


def _known_hit(transaction: Transaction, document: dict[str, Any]) -> _KnownHIT | None:
    """The HIT of an earlier import of the same file. Raises Taken for any other HIT with this id."""
    hit = transaction.first(_KnownHIT, _HIT, {"which": document["HITId"]})
    if hit is None:
        return None
    if hit.annotation != document["RequesterAnnotation"] or hit.requester_id != transaction.requester_id:
        raise Taken(f"the HIT {document['HITId']} already exists, and is not from this file")
    return hit


def _conflict(transaction: Transaction, rows: list[dict[str, Any]]) -> str:
    """The message for assignments of which at least one already exists."""
    for row in rows:
        which = assignments.c.assignment_id == row["assignment_id"]
        if transaction.execute(select(assignments.c.seq).where(which)).first() is not None:
            return f"the assignment {row['assignment_id']} already exists, for another HIT"
    return "a HIT or an assignment of this batch already exists"


def _hit_row(transaction: Transaction, hit_type: HITTypeRow, document: dict[str, Any]) -> dict[str, Any]:
    """A row of the table hits, with `held`: the cents to hold for assignments that wait for review."""
    question = document["Question"] or NO_QUESTION
    if document["Question"]:
        check_question(question, transaction.strict)
    statuses = Counter(assignment["AssignmentStatus"] for assignment in document["Assignments"])
    most = max(document["MaxAssignments"], statuses.total())
    return {
        "hit_id": document["HITId"],
        "requester_id": transaction.requester_id,
        "hit_type_id": hit_type.hit_type_id,
        **to_columns(transaction, hit_type.hit_type_id, question),
        "max_assignments": most,
        "created": document["CreationTime"],
        # Expired: a requester who wants more assignments extends the HIT.
        "expiration": min(document["Expiration"], transaction.now),
        "expired": True,
        "annotation": document["RequesterAnnotation"],
        **worker_limits.columns(document["RequesterAnnotation"], hit_type.hit_type_id),
        "available": most - statuses.total(),
        "completed": statuses["Approved"] + statuses["Rejected"],
        "held": statuses["Submitted"] * ledger.cents(hit_type.reward),
    }


def _assignment_row(
    transaction: Transaction, hit_type: HITTypeRow, hit_id: str, assignment: dict[str, Any]
) -> dict[str, Any]:
    """A row of the table assignments."""
    return {
        "assignment_id": assignment["AssignmentId"],
        "hit_id": hit_id,
        "worker_id": assignment["WorkerId"],
        "status": assignment["AssignmentStatus"],
        "accepted": assignment["AcceptTime"],
        "deadline": assignment["AcceptTime"] + hit_type.assignment_duration,
        "submitted": assignment["SubmitTime"],
        "auto_approval": _auto_approval(transaction, hit_type, assignment),
        "approved": assignment.get("ApprovalTime"),
        "rejected": assignment.get("RejectionTime"),
        "feedback": assignment.get("RequesterFeedback"),
        "fields": assignment["Fields"],
    }


def _auto_approval(transaction: Transaction, hit_type: HITTypeRow, assignment: dict[str, Any]) -> float:
    due = assignment.get("AutoApprovalTime") or assignment["SubmitTime"] + hit_type.auto_approval_delay
    if assignment["AssignmentStatus"] != "Submitted":
        return float(due)
    return float(max(due, transaction.now + max(hit_type.auto_approval_delay, TIME_TO_REVIEW)))


_HIT = select(*columns(_KnownHIT, hits)).where(hits.c.hit_id == bindparam("which"))
