"""The operations of an endpoint: paging, repetitions, responses that are not MTurk's."""

from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.stub import Stubber

from simpleturk.client.client import MTurk
from simpleturk.errors import MarketplaceError
from tests.client.conftest import LOCAL, SANDBOX

DOCUMENT = {"HITId": "3A", "MaxAssignments": 1}


def test_paging_ends_when_a_page_is_not_full_whatever_its_token_says(stub: tuple[MTurk, Stubber]) -> None:
    mturk, stubber = stub
    full = {"NumResults": 100, "HITs": [DOCUMENT] * 100, "NextToken": "a"}
    stubber.add_response("list_hits", full, {"MaxResults": 100})
    stubber.add_response(
        "list_hits", full | {"NextToken": "b", "HITs": [DOCUMENT] * 3}, {"MaxResults": 100, "NextToken": "a"}
    )
    assert [len(page) for page in mturk.hit_pages()] == [100, 3]
    stubber.assert_no_pending_responses()


def test_paging_continues_after_a_page_that_large_questions_cut_short(stub: tuple[MTurk, Stubber]) -> None:
    mturk, stubber = stub
    large = DOCUMENT | {"Question": "x" * 1024 * 1024}
    stubber.add_response("list_hits", {"HITs": [large] * 8, "NextToken": "a"}, {"MaxResults": 100})
    stubber.add_response("list_hits", {"HITs": []}, {"MaxResults": 100, "NextToken": "a"})
    assert [len(page) for page in mturk.hit_pages()] == [8, 0]


def test_expiring_again_at_the_same_moment_is_not_an_error(stub: tuple[MTurk, Stubber]) -> None:
    mturk, stubber = stub
    text = 'The idempotency token "3X<Wed Jul 14 20:26:06 UTC 2021>" has already been processed.'
    stubber.add_client_error("update_expiration_for_hit", "RequestError", text)
    mturk.expire("3X", datetime(2021, 7, 14, tzinfo=UTC))


def test_an_empty_response_is_reported_as_not_mturks_api(stub: tuple[MTurk, Stubber]) -> None:
    mturk, stubber = stub
    stubber.add_response("list_hits", {})
    mturk.calls.client.meta.events.register(
        "after-call.mturk", lambda parsed, **_: parsed.clear() or parsed.update(ResponseMetadata={})
    )
    with pytest.raises(MarketplaceError, match="answered with something that is not MTurk's API"):
        list(mturk.hit_pages())


@pytest.mark.parametrize(
    ("call", "answer"),
    [
        (lambda mturk: mturk.hit("3X"), {"HIT": {}}),
        (lambda mturk: mturk.balance(), {"AvailableBalance": "much"}),
        (lambda mturk: list(mturk.hit_pages()), {"HITs": [{"HITId": "3A", "Reward": "x"}]}),
        (lambda mturk: mturk.assignment("3X"), {"Assignment": {}}),
        (lambda mturk: mturk.create_hit_type({}), {"Other": 1}),
    ],
)
def test_an_unreadable_response_is_reported_and_a_bug_on_local(
    call: Any, answer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    mturk = MTurk(None, SANDBOX)
    monkeypatch.setattr(mturk.calls, "call", lambda *a, **k: answer)
    with pytest.raises(MarketplaceError, match="answered with something that is not MTurk's API"):
        call(mturk)
    local = MTurk(None, LOCAL)
    monkeypatch.setattr(local.calls, "call", lambda *a, **k: answer)
    with pytest.raises((LookupError, ValueError)):
        call(local)
