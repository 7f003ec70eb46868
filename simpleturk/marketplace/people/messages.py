"""Messages of requesters to workers, which they read in their inbox.

Every message is made here, whatever its reason: a call of NotifyWorkers, a rejection, a bonus, a qualification. So the
rules hold for all of them:

- A requester writes only to workers who have submitted work to the requester, or requested one of its qualifications.
- A requester writes a limited number of messages a day to one worker.
- A message that the worker has just got from the requester is not repeated.
- Texts have a limited length. The inbox shows them as text, without links.
"""

from typing import Any, Literal

from sqlalchemy import and_, bindparam, case, exists, func, insert, or_, select

from simpleturk.marketplace.store.schema import (
    assignments,
    hits,
    messages,
    qualification_requests,
    qualification_types,
    workers,
)
from simpleturk.marketplace.store.transaction import Transaction

#: The most characters of a message; longer texts are cut.
MAX_SUBJECT = 300
MAX_TEXT = 4096

#: The most messages of one requester to one worker within a day: those that follow work that the worker did (a
#: rejection, a bonus), and all others.
MAX_ABOUT_WORK = 500
MAX_OTHERS = 30

#: Seconds for which an identical message is not repeated.
NOT_REPEATED = 3600

_DAY = 86_400

#: A message that lies further in the future was sent while the clock was wrong. In seconds.
_SKEW = 60

Outcome = Literal["sent", "repeated", "stranger", "too many"]


def send_message(
    transaction: Transaction,
    requester_id: str,
    worker_id: str,
    subject: str,
    text: str,
    about_work: bool = False,
) -> Outcome:
    """Put a requester's message into a worker's inbox, if the rules allow it; return what became of it.

    "repeated": the worker has just got the same message. "stranger": the requester may not write to the worker. "too
    many": not today. `about_work`: the message follows work that the worker did.
    """
    subject, text = _cut(subject, MAX_SUBJECT), _cut(text, MAX_TEXT)
    parameters = {"worker": worker_id, "requester": requester_id}
    if not transaction.scalar(_HAS_MET, parameters):
        return "stranger"
    times = {"day": transaction.now - _DAY, "hour": transaction.now - NOT_REPEATED, "until": transaction.now + _SKEW}
    recent = transaction.execute(_RECENT, {**parameters, **times, "subject": subject, "text": text}).one()
    if recent.same:
        return "repeated"
    if recent.number >= (MAX_ABOUT_WORK if about_work else MAX_OTHERS):
        return "too many"
    values = {"worker_id": worker_id, "requester_id": requester_id, "subject": subject, "text": text}
    transaction.execute(insert(messages).values(time=transaction.now, **values))
    return "sent"


def why_unreachable(transaction: Transaction, requester_id: str, worker_id: str) -> str | None:
    """Return why a requester cannot write to a worker without a reason of the marketplace; None if they can.

    As on Amazon's service, the requester must have approved or rejected work of the worker.
    """
    if not transaction.scalar(select(exists().where(workers.c.worker_id == worker_id))):
        return f"The worker {worker_id} does not exist."
    if not transaction.scalar(_HAS_REVIEWED, {"worker": worker_id, "requester": requester_id}):
        return f"You have not approved or rejected any work of {worker_id}."
    return None


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


# Built once: they run for every message.

_WORKER: Any = bindparam("worker")
_REQUESTER: Any = bindparam("requester")


def _has_assignment(statuses: tuple[str, ...]) -> Any:
    return (
        exists()
        .where(assignments.c.worker_id == _WORKER, assignments.c.status.in_(statuses))
        .where(assignments.c.hit_id == hits.c.hit_id, hits.c.requester_id == _REQUESTER)
    )


_HAS_REVIEWED = select(_has_assignment(("Approved", "Rejected")))
_HAS_REQUESTED = exists().where(
    qualification_requests.c.worker_id == _WORKER,
    qualification_types.c.qualification_type_id == qualification_requests.c.qualification_type_id,
    qualification_types.c.requester_id == _REQUESTER,
)
_HAS_MET = select(or_(_has_assignment(("Submitted", "Approved", "Rejected")), _HAS_REQUESTED))

#: The worker's newest messages. More than these are of more than a day, or the worker's inbox is full anyway.
_NEWEST = select(messages).where(messages.c.worker_id == _WORKER).order_by(messages.c.seq.desc()).limit(1000).subquery()
_IS_SAME = and_(
    _NEWEST.c.subject == bindparam("subject"), _NEWEST.c.text == bindparam("text"), _NEWEST.c.time > bindparam("hour")
)
_RECENT = select(
    func.count().label("number"), func.coalesce(func.sum(case((_IS_SAME, 1), else_=0)), 0).label("same")
).where(_NEWEST.c.requester_id == _REQUESTER, _NEWEST.c.time > bindparam("day"), _NEWEST.c.time <= bindparam("until"))
