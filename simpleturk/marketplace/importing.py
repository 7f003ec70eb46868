"""HITs that were finished elsewhere, with their work and what became of it.

Documents are the API's: a HIT's with its Assignments, and each of these with its Fields, [name, text] pairs. Times are
epoch seconds; a Question may be None, where nobody knows it. The HITs are off the market, as they were. What was
approved or rejected elsewhere is settled: no money moves for it. For work that still waits for review the reward is
held, and it has a new time to be reviewed in.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row, insert, select, update

from simpleturk.marketplace import caps, money, workers
from simpleturk.marketplace.marketplace import Transaction
from simpleturk.marketplace.operations.hits import check_limits, hit_type_of
from simpleturk.marketplace.questions import SCHEMAS, check_question
from simpleturk.marketplace.schema import assignments, hit_types, hits

#: How long work waits that would otherwise have been approved by itself before it came here, in seconds.
TIME_TO_REVIEW = 30 * 24 * 3600


#: What a worker would see where nobody knows the question.
NO_QUESTION = f"""<HTMLQuestion xmlns="{SCHEMAS}2011-11-11/HTMLQuestion.xsd"><HTMLContent><![CDATA[<!doctype html>
<title>No page</title><p>This HIT came here with its finished work, and without its page. Please return it.</p>
]]></HTMLContent><FrameHeight>0</FrameHeight></HTMLQuestion>"""


class Taken(Exception):
    """An id is that of something else here; the message says which."""


def import_hits(transaction: Transaction, documents: Iterable[dict[str, Any]]) -> Counter[str]:
    """Take in HITs with their finished work. What is here already, from the same import, stays as it is.

    Counts what is new: "HITs", and assignments by AssignmentStatus. Raises Taken, and RequestError for what the
    marketplace would refuse; then the transaction has to be given up.
    """
    done: Counter[str] = Counter()
    for document in documents:
        # The annotation has grown by our mark: no client sees a limit in it.
        check_limits({name: value for name, value in document.items() if name != "RequesterAnnotation"})
        hit_type = hit_type_of(transaction, document, document.get("HITTypeId"))
        known = _known_hit(transaction, document)
        work = [one for one in document["Assignments"] if not _is_known(transaction, one, document["HITId"])]
        if known is None:
            _create(transaction, hit_type, document)
            done["HITs"] += 1
        elif work:
            raise Taken(f"the HIT {document['HITId']} is here already, with other work")
        elif document["Question"] not in (None, known.question):
            check_question(document["Question"], transaction.strict)
            transaction.connection.execute(
                update(hits).where(hits.c.hit_id == known.hit_id).values(question=document["Question"])
            )
        for assignment in work:
            _add(transaction, hit_type, document, assignment)
            done[assignment["AssignmentStatus"]] += 1
    return done


def _known_hit(transaction: Transaction, document: dict[str, Any]) -> Row[Any] | None:
    found = transaction.connection.execute(select(hits).where(hits.c.hit_id == document["HITId"])).first()
    if found is None:
        return None
    if found.annotation != document["RequesterAnnotation"] or found.requester_id != transaction.requester_id:
        raise Taken(f"the HIT {document['HITId']} is here already, and not from this file")
    return found


def _is_known(transaction: Transaction, assignment: dict[str, Any], hit_id: str) -> bool:
    query = select(assignments.c.hit_id, assignments.c.worker_id).where(
        assignments.c.assignment_id == assignment["AssignmentId"]
    )
    found = transaction.connection.execute(query).first()
    if found is not None and tuple(found) != (hit_id, assignment["WorkerId"]):
        raise Taken(f"the assignment {assignment['AssignmentId']} is here already, of another HIT or worker")
    return found is not None


def _create(transaction: Transaction, hit_type: Row[Any], document: dict[str, Any]) -> None:
    question = document["Question"] or NO_QUESTION
    check_question(question, transaction.strict)
    statuses = Counter(one["AssignmentStatus"] for one in document["Assignments"])
    most = max(document["MaxAssignments"], statuses.total())
    transaction.connection.execute(
        insert(hits).values(
            hit_id=document["HITId"],
            requester_id=transaction.requester_id,
            hit_type_id=hit_type.hit_type_id,
            question=question,
            max_assignments=most,
            created=document["CreationTime"],
            # Off the market: whoever wants more work asks for it.
            expiration=min(document["Expiration"], transaction.now),
            expired=True,
            annotation=document["RequesterAnnotation"],
            **caps.columns(document["RequesterAnnotation"], hit_type.hit_type_id),
            available=most - statuses.total(),
            completed=statuses["Approved"] + statuses["Rejected"],
        )
    )
    held = statuses["Submitted"] * money.cents(hit_type.reward)
    money.hold(transaction.connection, transaction.now, transaction.requester_id, document["HITId"], held)


def _add(transaction: Transaction, hit_type: Row[Any], document: dict[str, Any], assignment: dict[str, Any]) -> None:
    workers.enter(transaction, assignment["WorkerId"])
    accepted, submitted = assignment["AcceptTime"], assignment["SubmitTime"]
    transaction.connection.execute(
        insert(assignments).values(
            assignment_id=assignment["AssignmentId"],
            hit_id=document["HITId"],
            worker_id=assignment["WorkerId"],
            status=assignment["AssignmentStatus"],
            accepted=accepted,
            deadline=accepted + hit_type.assignment_duration,
            submitted=submitted,
            auto_approval=_auto_approval(transaction, hit_type, assignment),
            approved=assignment.get("ApprovalTime"),
            rejected=assignment.get("RejectionTime"),
            feedback=assignment.get("RequesterFeedback"),
            fields=assignment["Fields"],
        )
    )
    took = {"done": hit_types.c.done + 1, "seconds": hit_types.c.seconds + max(submitted - accepted, 0)}
    transaction.connection.execute(
        update(hit_types).where(hit_types.c.hit_type_id == hit_type.hit_type_id).values(took)
    )


def _auto_approval(transaction: Transaction, hit_type: Row[Any], assignment: dict[str, Any]) -> float:
    given = assignment.get("AutoApprovalTime") or assignment["SubmitTime"] + hit_type.auto_approval_delay
    if assignment["AssignmentStatus"] != "Submitted":
        return float(given)
    return float(max(given, transaction.now + (hit_type.auto_approval_delay or TIME_TO_REVIEW)))
