"""An assignment and a HIT as the client gives them, for tests of results."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.mturk.models import HIT, Assignment
from tests.conftest import do

MOMENT = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


def assignment(answer: str, **changes: Any) -> Assignment:
    values: dict[str, Any] = {
        "assignment_id": "A1",
        "hit_id": "H1",
        "worker_id": "ann",
        "status": "Submitted",
        "answer": answer,
        "accepted": MOMENT,
        "submitted": MOMENT + timedelta(seconds=12.5),
        "auto_approval": MOMENT + timedelta(days=1),
        "approved": None,
        "rejected": None,
        "feedback": None,
    }
    return Assignment(**(values | changes))


def hit(**changes: Any) -> HIT:
    """A HIT whose one assignment is submitted."""
    values: dict[str, Any] = {
        "hit_id": "H1",
        "hit_type_id": "T1",
        "status": "Reviewable",
        "title": "Describe an image",
        "reward": Decimal("0.10"),
        "created": MOMENT,
        "expiration": MOMENT + timedelta(days=7),
        "max_assignments": 1,
        "available": 0,
        "pending": 0,
        "completed": 0,
        "auto_approval_delay": 3600,
        "annotation": "",
    }
    return HIT(**(values | changes))


class OneHIT:
    """A client of a marketplace that has these assignments of the HIT H1. `asked` counts the calls for them."""

    concurrency = 1

    def __init__(self, *assignments: Assignment) -> None:
        self.all = assignments
        self.asked = 0

    def assignments(self, hit_id: str, statuses: list[str], most: int) -> list[Assignment]:
        """The assignments in these states."""
        self.asked += 1
        return [assignment for assignment in self.all if assignment.status in statuses]


@pytest.fixture
def done(words: list[str], local: Marketplace) -> list[str]:
    """Assignments of the three HITs, submitted by ann."""
    return [do(local, word, "ann", ("answer", f"no {number}")) for number, word in enumerate(words)]
