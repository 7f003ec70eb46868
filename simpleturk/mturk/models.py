"""HITs and assignments, read from the documents in which the API returns them."""

import re
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from simpleturk.mturk.qualifications import needs_masters

#: The mark at the end of a HIT's annotation: the id of its batch and the line of its input; and for a HIT that `redo`
#: created, a word by which that HIT can be found.
MARK = re.compile(r"simpleturk:([0-9a-f]{32}):([0-9]{1,12})(?::([0-9a-f]{16}))?\Z")

#: The largest number and the largest amount in USD that are believed, and the first and last year.
MOST = 10**9
MOST_USD = 10**15
YEARS = (1900, 2500)


class InvalidValue(ValueError):
    """A value that an endpoint sent and that cannot be right; the text says which."""


@dataclass(frozen=True, slots=True)
class HIT:
    """A HIT as the API returns it.

    `expiration` and `created` are aware UTC, `reward` is USD. `assignment_duration` and `auto_approval_delay` are in
    seconds, the latter from submission. `available` and `pending` count assignments: free to accept, in progress.
    `needs_masters`: only Masters may work, for whom Amazon's fee is higher.
    `batch_id` and `line` come from the mark in the annotation; "" and 0 for HITs that simpleturk did not launch. `redo`
    is the last word of the mark, "" for the HITs of a launch.
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
    needs_masters: bool = False
    redo: str = ""

    @property
    def unreviewed(self) -> int:
        """The number of submitted assignments that wait for review. MTurk's `completed` counts reviewed ones only."""
        return max(0, self.max_assignments - self.available - self.pending - self.completed)

    @classmethod
    def from_api(cls, document: dict[str, Any]) -> "HIT":
        """Read a HIT document of the API. Raises InvalidValue, KeyError, TypeError or AttributeError for anything else.

        Strings that the HITs of a batch share are interned: a batch may have a hundred thousand HITs.
        """
        annotation = document.get("RequesterAnnotation", "")
        mark = MARK.search(annotation)
        return cls(
            hit_id=identifier(document["HITId"]),
            hit_type_id=sys.intern(document.get("HITTypeId", "")),
            status=sys.intern(document.get("HITStatus", "")),
            title=sys.intern(document.get("Title", "")),
            reward=usd(document.get("Reward", "0")),
            created=_utc(document.get("CreationTime")) or _UNKNOWN,
            expiration=_utc(document.get("Expiration")) or _UNKNOWN,
            max_assignments=_number(document.get("MaxAssignments", 1)),
            available=_number(document.get("NumberOfAssignmentsAvailable", 0)),
            pending=_number(document.get("NumberOfAssignmentsPending", 0)),
            completed=_number(document.get("NumberOfAssignmentsCompleted", 0)),
            auto_approval_delay=_number(document.get("AutoApprovalDelayInSeconds", 0)),
            annotation=annotation,
            batch_id=sys.intern(mark[1]) if mark else "",
            line=int(mark[2]) if mark else 0,
            description=sys.intern(document.get("Description", "")),
            keywords=sys.intern(document.get("Keywords", "")),
            assignment_duration=_number(document.get("AssignmentDurationInSeconds", 0)),
            needs_masters=needs_masters(document.get("QualificationRequirements") or ()),
            redo=(mark[3] or "") if mark else "",
        )


@dataclass(frozen=True, slots=True)
class HITSource:
    """What another HIT like this one is made from: its question, its annotation, and CreateHITType's parameters.

    The API tells nothing of a HIT's review policies.
    """

    question: str
    annotation: str
    hit_type: dict[str, Any]

    @classmethod
    def from_api(cls, document: dict[str, Any]) -> "HITSource":
        """Read a HIT document of the API that has the question. Raises InvalidValue, KeyError, or TypeError."""
        names = ("Title", "Description", "Keywords", "Reward", "AssignmentDurationInSeconds")
        hit_type = {name: document[name] for name in names if document.get(name)}
        requirements = [
            # A request may not have both: RequiredToPreview is the older form of ActionsGuarded.
            {name: value for name, value in item.items() if name != "RequiredToPreview" or "ActionsGuarded" not in item}
            for item in document.get("QualificationRequirements", [])
        ]
        hit_type["AutoApprovalDelayInSeconds"] = _number(document["AutoApprovalDelayInSeconds"])
        hit_type["QualificationRequirements"] = requirements
        return cls(_text(document["Question"]), _text(document.get("RequesterAnnotation", "")), hit_type)


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
        """Read an Assignment document of the API. Raises InvalidValue, KeyError or TypeError for anything else."""

        def time(event: str) -> datetime | None:
            return _utc(document.get(f"{event}Time"))

        return cls(
            assignment_id=identifier(document["AssignmentId"]),
            hit_id=_text(document.get("HITId", "")),
            worker_id=_text(document.get("WorkerId", "")),
            status=_text(document.get("AssignmentStatus", "")),
            answer=_text(document.get("Answer") or ""),
            accepted=time("Accept"),
            submitted=time("Submit"),
            auto_approval=time("AutoApproval"),
            approved=time("Approval"),
            rejected=time("Rejection"),
            feedback=_text(document["RequesterFeedback"]) if document.get("RequesterFeedback") is not None else None,
        )


@lru_cache(maxsize=256)
def usd(text: object) -> Decimal:
    """An amount of the API in USD. Raises InvalidValue for text that is none, or that no account can hold."""
    try:
        amount = Decimal(str(text))
    except ArithmeticError as error:
        raise InvalidValue(f"the amount {str(text)[:40]!r}") from error
    if not amount.is_finite() or abs(amount) > MOST_USD:
        raise InvalidValue(f"the amount {str(text)[:40]!r}")
    return amount


def identifier(value: object) -> str:
    """An id of the API, which is written into files of one id per line. Raises InvalidValue for other text."""
    if not isinstance(value, str) or not re.fullmatch(r"[!-~]{1,255}", value):
        raise InvalidValue(f"the id {str(value)[:40]!r}")
    return value


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > MOST:
        raise InvalidValue(f"the number {str(value)[:40]!r}")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise InvalidValue(f"{str(value)[:40]!r} in place of text")
    return value


def _utc(moment: datetime | None) -> datetime | None:
    """A time in UTC. Raises InvalidValue for years in which sums with other times would leave datetime's range."""
    if moment is None:
        return None
    if not YEARS[0] <= moment.year <= YEARS[1]:
        raise InvalidValue(f"a time in the year {moment.year}")
    return moment.astimezone(UTC)


#: What an expiration or creation is if a document lacks it.
_UNKNOWN = datetime.fromtimestamp(0, UTC)
