"""Request tokens: a repeated request is an error that names the first one."""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conftest import Clock
from tests.marketplace.api.test_boto3_programs import HIT, code, create, message


def test_a_repeated_token_is_an_error_that_names_the_hit_for_a_day(mturk: Any, clock: Clock) -> None:
    hit = create(mturk, UniqueRequestToken="once")
    assert code(mturk.create_hit, **HIT, UniqueRequestToken="once") == "HitAlreadyExists"
    assert hit["HITId"] in message(mturk.create_hit, **HIT, UniqueRequestToken="once")
    clock.advance(24 * 3600)
    assert create(mturk, UniqueRequestToken="once")["HITId"] != hit["HITId"]


@pytest.fixture
def key_clients(signing: Any) -> Iterator[Any]:
    yield signing("A"), signing("B")


def test_tokens_belong_to_one_requester_and_one_operation(key_clients: Any) -> None:
    a, b = key_clients
    first = a.create_hit(**HIT, UniqueRequestToken="t")["HIT"]["HITId"]
    assert first in message(a.create_hit, **HIT, UniqueRequestToken="t")
    assert code(a.create_hit, **HIT, UniqueRequestToken="t") == "HitAlreadyExists"
    b.create_hit(**HIT, UniqueRequestToken="t")
    more = {"HITId": first, "NumberOfAdditionalAssignments": 1, "UniqueRequestToken": "t"}
    a.create_additional_assignments_for_hit(**more)
    with pytest.raises(ClientError, match='The idempotency token "t" has already been processed.'):
        a.create_additional_assignments_for_hit(**more)
    assert a.get_hit(HITId=first)["HIT"]["MaxAssignments"] == 2
