"""What an endpoint shows of HITs and assignments, out of the service's own documents."""

import re
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

#: What marks a HIT as the one of an input, at the end of its annotation: the batch's id, and the input's line.
MARK = re.compile(r"simpleturk:([0-9a-f]{32}):([0-9]{1,12})\Z")


@dataclass(frozen=True, slots=True)
class HIT:
    """A HIT as the marketplace shows it. `expiration` and `created` are aware UTC, `reward` is USD.

    `assignment_duration` and `auto_approval_delay` are in seconds, the latter from submission. `batch_id` and `line`
    are those of the batch that a HIT of ours stands for, out of its annotation; "" and 0 without.
    """

    hit_id: str
    hit_type_id: str
    status: str
    title: str
    reward: Decimal
    created: datetime
    expiration: datetime
    max_assignments: int
    available: int
    pending: int
    completed: int
    auto_approval_delay: int
    annotation: str
    batch_id: str = ""
    line: int = 0
    description: str = ""
    keywords: str = ""
    assignment_duration: int = 0

    @property
    def unreviewed(self) -> int:
        """How many submitted assignments wait for review: MTurk counts only what was reviewed as completed."""
        return max(0, self.max_assignments - self.available - self.pending - self.completed)


@dataclass(frozen=True, slots=True)
class Assignment:
    """Submitted work. Times are aware UTC; `answer` is a QuestionFormAnswers document."""

    assignment_id: str
    hit_id: str
    worker_id: str
    status: str
    answer: str
    accepted: datetime | None
    submitted: datetime | None
    auto_approval: datetime | None
    approved: datetime | None
    rejected: datetime | None
    feedback: str | None


def hit_of(document: dict[str, Any]) -> HIT:
    """The HIT in a document. Raises what a document that is none raises.

    What all HITs of a batch have in common is kept once: there may be a hundred thousand.
    """
    annotation = document.get("RequesterAnnotation", "")
    mark = MARK.search(annotation)
    return HIT(
        hit_id=document["HITId"],
        hit_type_id=sys.intern(document.get("HITTypeId", "")),
        status=sys.intern(document.get("HITStatus", "")),
        title=sys.intern(document.get("Title", "")),
        reward=_usd(document.get("Reward", "0")),
        created=_utc(document.get("CreationTime")),
        expiration=_utc(document.get("Expiration")),
        max_assignments=document.get("MaxAssignments", 1),
        available=document.get("NumberOfAssignmentsAvailable", 0),
        pending=document.get("NumberOfAssignmentsPending", 0),
        completed=document.get("NumberOfAssignmentsCompleted", 0),
        auto_approval_delay=document.get("AutoApprovalDelayInSeconds", 0),
        annotation=annotation,
        batch_id=sys.intern(mark[1]) if mark else "",
        line=int(mark[2]) if mark else 0,
        description=sys.intern(document.get("Description", "")),
        keywords=sys.intern(document.get("Keywords", "")),
        assignment_duration=document.get("AssignmentDurationInSeconds", 0),
    )


def assignment_of(document: dict[str, Any]) -> Assignment:
    """The assignment in a document. Raises what a document that is none raises."""
    times = {
        name: document.get(f"{name}Time") for name in ("Accept", "Submit", "AutoApproval", "Approval", "Rejection")
    }
    return Assignment(
        assignment_id=document["AssignmentId"],
        hit_id=document.get("HITId", ""),
        worker_id=document.get("WorkerId", ""),
        status=document.get("AssignmentStatus", ""),
        answer=document.get("Answer") or "",
        accepted=times["Accept"] and _utc(times["Accept"]),
        submitted=times["Submit"] and _utc(times["Submit"]),
        auto_approval=times["AutoApproval"] and _utc(times["AutoApproval"]),
        approved=times["Approval"] and _utc(times["Approval"]),
        rejected=times["Rejection"] and _utc(times["Rejection"]),
        feedback=document.get("RequesterFeedback"),
    )


_usd = lru_cache(maxsize=256)(Decimal)


def _utc(moment: datetime | None) -> datetime:
    return moment.astimezone(UTC) if moment else datetime.fromtimestamp(0, UTC)
