"""HITs and assignments, read from the documents in which the API returns them."""

import re
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

#: The mark at the end of a HIT's annotation: the id of its batch and the line of its input.
MARK = re.compile(r"simpleturk:([0-9a-f]{32}):([0-9]{1,12})\Z")


@dataclass(frozen=True, slots=True)
class HIT:
    """A HIT as the API returns it.

    `expiration` and `created` are aware UTC, `reward` is USD. `assignment_duration` and `auto_approval_delay` are in
    seconds, the latter from submission. `available` and `pending` count assignments: free to accept, in progress.
    `batch_id` and `line` come from the mark in the annotation; "" and 0 for HITs that simpleturk did not launch.
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
        """The number of submitted assignments that wait for review. MTurk's `completed` counts reviewed ones only."""
        return max(0, self.max_assignments - self.available - self.pending - self.completed)

    @classmethod
    def from_api(cls, document: dict[str, Any]) -> "HIT":
        """Read a HIT document of the API. Raises KeyError, TypeError or AttributeError for anything else.

        Strings that the HITs of a batch share are interned: a batch may have a hundred thousand HITs.
        """
        annotation = document.get("RequesterAnnotation", "")
        mark = MARK.search(annotation)
        return cls(
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


@dataclass(frozen=True, slots=True)
class Assignment:
    """A worker's submitted assignment. Times are aware UTC; `answer` is a QuestionFormAnswers document."""

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

    @classmethod
    def from_api(cls, document: dict[str, Any]) -> "Assignment":
        """Read an Assignment document of the API. Raises KeyError, TypeError or AttributeError for anything else."""

        def time(event: str) -> datetime | None:
            moment = document.get(f"{event}Time")
            return _utc(moment) if moment else None

        return cls(
            assignment_id=document["AssignmentId"],
            hit_id=document.get("HITId", ""),
            worker_id=document.get("WorkerId", ""),
            status=document.get("AssignmentStatus", ""),
            answer=document.get("Answer") or "",
            accepted=time("Accept"),
            submitted=time("Submit"),
            auto_approval=time("AutoApproval"),
            approved=time("Approval"),
            rejected=time("Rejection"),
            feedback=document.get("RequesterFeedback"),
        )


_usd = lru_cache(maxsize=256)(Decimal)


def _utc(moment: datetime | None) -> datetime:
    return moment.astimezone(UTC) if moment else datetime.fromtimestamp(0, UTC)
