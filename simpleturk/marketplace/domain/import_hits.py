"""HITs that were finished elsewhere, with their work and what became of it.

Documents are the API's: a HIT's with its Assignments, and each of these with its Fields, [name, text] pairs. Times are
epoch seconds; a Question may be None, where nobody knows it. The HITs are off the market, as they were. What was
approved or rejected elsewhere is settled: no money moves for it. For work that still waits for review the reward is
held, and it has a new time to be reviewed in.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from simpleturk.marketplace.domain import ledger, worker_limits
from simpleturk.marketplace.domain.hit_types import check_limits, hit_type_of
from simpleturk.marketplace.people import workers
from simpleturk.marketplace.questions.question import check_question
from simpleturk.marketplace.store.schema import assignments, hit_types, hits
from simpleturk.marketplace.store.transaction import Transaction
from simpleturk.mturk.limits import WEEK
from simpleturk.mturk.questions import HTML_NAMESPACE

#: How long work waits at least before it is approved by itself, in seconds: nobody has looked at it here yet.
TIME_TO_REVIEW = WEEK

#: So many assignments are written at a time.
CHUNK = 1000

#: What HITs of one HIT type have in common.
_OF_THE_TYPE = (
    "HITTypeId Title Description Keywords Reward AssignmentDurationInSeconds AutoApprovalDelayInSeconds"
    " QualificationRequirements"
).split()

#: What a worker would see where nobody knows the question.
NO_QUESTION = f"""<HTMLQuestion xmlns="{HTML_NAMESPACE}"><HTMLContent><![CDATA[<!doctype html>
<title>No page</title><p>This HIT came here with its finished work, and without its page. Please return it.</p>
]]></HTMLContent><FrameHeight>0</FrameHeight></HTMLQuestion>"""


class Taken(Exception):
    """An id is that of something else here; the message says which."""


def import_hits(transaction: Transaction, documents: Iterable[dict[str, Any]]) -> Counter[str]:
    """Take in HITs with their finished work. What is here already, from the same import, stays as it is.

    Counts what is new: "HITs", and assignments by AssignmentStatus. Raises Taken, and RequestError for what the
    marketplace would refuse; then the transaction has to be given up.
    """
    coming = _Import(transaction)
    for document in documents:
        coming.take(document)
    coming.finish()
    return coming.done


class _Import:
    """An import on its way: rows are written many at a time."""

    def __init__(self, transaction: Transaction) -> None:
        self.done: Counter[str] = Counter()
        self._transaction = transaction
        self._types: dict[tuple[Any, ...], Row[Any]] = {}
        self._workers: set[str] = set()
        self._hits: list[dict[str, Any]] = []
        self._assignments: list[dict[str, Any]] = []
        self._took: dict[str, tuple[int, float]] = {}

    def take(self, document: dict[str, Any]) -> None:
        """Take in one HIT."""
        hit_type = self._type_of(document)
        known = _known_hit(self._transaction, document)
        if known is not None:
            self._keep(known, document)
            return
        self._hits.append(_hit_row(self._transaction, hit_type, document))
        self.done["HITs"] += 1
        for assignment in document["Assignments"]:
            self._add(hit_type, document["HITId"], assignment)
        if len(self._assignments) >= CHUNK:
            self._write()

    def finish(self) -> None:
        """Write what waits, and what the work says of its HIT types."""
        self._write()
        for hit_type_id, (number, seconds) in self._took.items():
            values = {"done": hit_types.c.done + number, "seconds": hit_types.c.seconds + seconds}
            which = hit_types.c.hit_type_id == hit_type_id
            self._transaction.execute(update(hit_types).where(which).values(values))

    def _type_of(self, document: dict[str, Any]) -> Row[Any]:
        key = tuple(str(document.get(name)) for name in _OF_THE_TYPE)
        if key not in self._types:
            # The annotation has grown by our mark: no client sees a limit in it.
            check_limits({name: value for name, value in document.items() if name != "RequesterAnnotation"})
            self._types[key] = hit_type_of(self._transaction, document, document.get("HITTypeId"))
        return self._types[key]

    def _keep(self, known: Row[Any], document: dict[str, Any]) -> None:
        """A HIT that is here already, of the same import: it may only get the page that it lacked."""
        query = select(assignments.c.assignment_id).where(assignments.c.hit_id == known.hit_id)
        here = set(self._transaction.scalars(query))
        if any(one["AssignmentId"] not in here for one in document["Assignments"]):
            raise Taken(f"the HIT {known.hit_id} is here already, with other work")
        if document["Question"] not in (None, known.question):
            check_question(document["Question"], self._transaction.strict)
            which = hits.c.hit_id == known.hit_id
            self._transaction.execute(update(hits).where(which).values(question=document["Question"]))

    def _add(self, hit_type: Row[Any], hit_id: str, assignment: dict[str, Any]) -> None:
        worker_id = assignment["WorkerId"]
        if worker_id not in self._workers:
            workers.enter(self._transaction, worker_id)
            self._workers.add(worker_id)
        self._assignments.append(_assignment_row(self._transaction, hit_type, hit_id, assignment))
        self.done[assignment["AssignmentStatus"]] += 1
        number, seconds = self._took.get(hit_type.hit_type_id, (0, 0.0))
        took = max(assignment["SubmitTime"] - assignment["AcceptTime"], 0)
        self._took[hit_type.hit_type_id] = (number + 1, seconds + took)

    def _write(self) -> None:
        try:
            if self._hits:
                rows = [{name: value for name, value in row.items() if name != "held"} for row in self._hits]
                self._transaction.execute(insert(hits), rows)
            if self._assignments:
                self._transaction.execute(insert(assignments), self._assignments)
        except IntegrityError as error:
            raise Taken(_whose(self._transaction, self._assignments)) from error
        for row in self._hits:
            ledger.hold(self._transaction, self._transaction.requester_id, row["hit_id"], row["held"])
        self._hits, self._assignments = [], []


def _known_hit(transaction: Transaction, document: dict[str, Any]) -> Row[Any] | None:
    found = transaction.execute(_HIT, {"which": document["HITId"]}).first()
    if found is None:
        return None
    if found.annotation != document["RequesterAnnotation"] or found.requester_id != transaction.requester_id:
        raise Taken(f"the HIT {document['HITId']} is here already, and not from this file")
    return found


def _whose(transaction: Transaction, rows: list[dict[str, Any]]) -> str:
    """Which assignment is here already."""
    for row in rows:
        which = assignments.c.assignment_id == row["assignment_id"]
        if transaction.execute(select(assignments.c.seq).where(which)).first() is not None:
            return f"the assignment {row['assignment_id']} is here already, of another HIT"
    return "something of this batch is here already"


def _hit_row(transaction: Transaction, hit_type: Row[Any], document: dict[str, Any]) -> dict[str, Any]:
    """A row of the table hits; with it `held`, the cents to be held for work that waits."""
    question = document["Question"] or NO_QUESTION
    if document["Question"]:
        check_question(question, transaction.strict)
    statuses = Counter(one["AssignmentStatus"] for one in document["Assignments"])
    most = max(document["MaxAssignments"], statuses.total())
    return {
        "hit_id": document["HITId"],
        "requester_id": transaction.requester_id,
        "hit_type_id": hit_type.hit_type_id,
        "question": question,
        "max_assignments": most,
        "created": document["CreationTime"],
        # Off the market: whoever wants more work asks for it.
        "expiration": min(document["Expiration"], transaction.now),
        "expired": True,
        "annotation": document["RequesterAnnotation"],
        **worker_limits.columns(document["RequesterAnnotation"], hit_type.hit_type_id),
        "available": most - statuses.total(),
        "completed": statuses["Approved"] + statuses["Rejected"],
        "held": statuses["Submitted"] * ledger.cents(hit_type.reward),
    }


def _assignment_row(
    transaction: Transaction, hit_type: Row[Any], hit_id: str, assignment: dict[str, Any]
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


def _auto_approval(transaction: Transaction, hit_type: Row[Any], assignment: dict[str, Any]) -> float:
    given = assignment.get("AutoApprovalTime") or assignment["SubmitTime"] + hit_type.auto_approval_delay
    if assignment["AssignmentStatus"] != "Submitted":
        return float(given)
    return float(max(given, transaction.now + max(hit_type.auto_approval_delay, TIME_TO_REVIEW)))


_HIT = select(hits).where(hits.c.hit_id == bindparam("which"))
