"""HITs that were done on another marketplace."""

from typing import Any

import pytest

from simpleturk.marketplace.domain import lifecycle
from simpleturk.marketplace.domain.import_hits import NO_QUESTION, Taken, import_hits
from simpleturk.marketplace.domain.ledger import account_of
from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.questions.question import check_question
from simpleturk.marketplace.store.base import LOCAL_REQUESTER
from tests.conftest import Clock
from tests.marketplace.api.test_boto3_programs import HTML

ASSIGNMENT_ID = "3" + "A" * 29


def document(clock: Clock, status: str = "Submitted", **changes: Any) -> dict[str, Any]:
    assignment = {
        "AssignmentId": ASSIGNMENT_ID,
        "WorkerId": "A1",
        "AssignmentStatus": status,
        "AcceptTime": clock.now - 160,
        "SubmitTime": clock.now - 100,
        "Fields": [["answer", "yes"]],
    }
    hit = {
        "HITId": "3" + "H" * 29,
        "Title": "t",
        "Description": "d",
        "Reward": "0.10",
        "AssignmentDurationInSeconds": 600,
        "Question": None,
        "MaxAssignments": 1,
        "CreationTime": clock.now - 1000,
        "Expiration": clock.now + 1000,
        "RequesterAnnotation": "simpleturk:b1:1",
        "Assignments": [assignment],
    }
    return hit | changes


def test_an_imported_hit_is_expired_and_waits_for_review(marketplace: Marketplace, clock: Clock, mturk: Any) -> None:
    with marketplace.write() as transaction:
        assert import_hits(transaction, [document(clock)]) == {"HITs": 1, "Submitted": 1}
        hit = lifecycle.get_hit(transaction, "3" + "H" * 29)
        assert (hit.expired, lifecycle.unreviewed(hit), account_of(transaction, LOCAL_REQUESTER).held) == (True, 1, 10)
    assignment = mturk.get_assignment(AssignmentId=ASSIGNMENT_ID)["Assignment"]
    assert (assignment["AutoApprovalTime"] - assignment["SubmitTime"]).days >= 7


def test_an_assignment_that_was_approved_elsewhere_moves_no_money(marketplace: Marketplace, clock: Clock) -> None:
    with marketplace.write() as transaction:
        import_hits(transaction, [document(clock, "Approved")])
        account = account_of(transaction, LOCAL_REQUESTER)
        assert (account.available, account.held) == (0, 0)


def test_the_same_file_again_adds_only_a_missing_question(marketplace: Marketplace, clock: Clock, mturk: Any) -> None:
    with marketplace.write() as transaction:
        import_hits(transaction, [document(clock)])
    assert mturk.get_hit(HITId="3" + "H" * 29)["HIT"]["Question"] == NO_QUESTION
    with marketplace.write() as transaction:
        assert import_hits(transaction, [document(clock, Question=HTML)]) == {}
    assert mturk.get_hit(HITId="3" + "H" * 29)["HIT"]["Question"] == HTML


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"RequesterAnnotation": "simpleturk:b2:1"}, "already exists, and is not from this file"),
        ({"Assignments": [{"AssignmentId": "3" + "B" * 29}]}, "already exists, with other assignments"),
        ({"HITId": "3" + "I" * 29}, "already exists, for another HIT"),
    ],
)
def test_an_id_that_is_used_for_something_else_is_an_error(
    marketplace: Marketplace, clock: Clock, changes: dict[str, Any], message: str
) -> None:
    with marketplace.write() as transaction:
        import_hits(transaction, [document(clock)])
    with pytest.raises(Taken, match=message), marketplace.write() as transaction:
        import_hits(transaction, [document(clock, **changes)])


def test_the_page_of_a_hit_without_question_is_a_valid_question() -> None:
    check_question(NO_QUESTION, strict=False)
