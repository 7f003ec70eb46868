"""The wire: strange bytes get Amazon's errors, and change nothing."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simpleturk.marketplace.api.operations import OPERATIONS
from simpleturk.marketplace.api.protocol import handle
from simpleturk.marketplace.domain.marketplace import Marketplace
from tests.marketplace.api.test_boto3_programs import HIT

PREFIX = "MTurkRequesterServiceV20170117."


def answer(marketplace: Marketplace, operation: str, body: bytes) -> tuple[int, dict[str, Any]]:
    response = handle(marketplace, {"X-Amz-Target": PREFIX + operation}, body)
    return response.status, json.loads(response.body)


@pytest.mark.parametrize("target", ["", "GetHIT", "Other.GetHIT", PREFIX, PREFIX + "GetHit", PREFIX + "GetHIT.x"])
def test_an_unknown_target_is_an_unknown_operation(marketplace: Marketplace, target: str) -> None:
    response = handle(marketplace, {"X-Amz-Target": target}, b"{}")
    assert (response.status, json.loads(response.body)["__type"]) == (400, "UnknownOperationException")


@pytest.mark.parametrize(
    "body", [b"{", b"[]", b"3", b'{"HITId": NaN}', b"\xff", b"[" * 100_000, b" " * (9 * 1024 * 1024)]
)
def test_a_body_that_is_not_a_json_object_is_a_serialization_error(marketplace: Marketplace, body: bytes) -> None:
    status, document = answer(marketplace, "GetHIT", body)
    assert (status, document["__type"]) == (400, "SerializationException")


def test_an_empty_body_is_an_empty_object(marketplace: Marketplace) -> None:
    assert answer(marketplace, "GetAccountBalance", b"")[0] == 200


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
members = st.sampled_from(
    [
        "HITId",
        "HITTypeId",
        "Title",
        "Reward",
        "MaxResults",
        "NextToken",
        "ExpireAt",
        "QualificationRequirements",
        "Question",
        "AssignmentId",
        "WorkerId",
        "Reason",
        "RequesterFeedback",
        "LifetimeInSeconds",
        "AssignmentStatuses",
        "Description",
    ]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.sampled_from(sorted(OPERATIONS)), st.dictionaries(members, json_values))
def test_any_json_document_gets_a_response(marketplace: Marketplace, operation: str, document: dict[str, Any]) -> None:
    status, _ = answer(marketplace, operation, json.dumps(document).encode())
    assert status in (200, 400)


def test_a_failed_operation_changes_nothing(marketplace: Marketplace) -> None:
    from sqlalchemy import func, select

    from simpleturk.marketplace.store.schema import hit_types
    from tests.marketplace.api.test_protocol import answer

    assert answer(marketplace, "CreateHIT", json.dumps(HIT | {"Question": "x"}).encode())[0] == 400
    with marketplace.read() as transaction:
        assert transaction.scalar(select(func.count()).select_from(hit_types)) == 0


@pytest.mark.parametrize(("operation", "parameters"), [("GetHIT", True), ("ListHITs", False), ("CreateHIT", None)])
def test_a_caller_who_asks_for_it_gets_hits_without_their_questions(
    marketplace: Marketplace, operation: str, parameters: bool | None
) -> None:
    hit_id = answer(marketplace, "CreateHIT", json.dumps(HIT).encode())[1]["HIT"]["HITId"]
    body = json.dumps(HIT if parameters is None else {"HITId": hit_id} if parameters else {}).encode()

    def hit(**headers: str) -> dict[str, Any]:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        document = json.loads(handle(marketplace, {"X-Amz-Target": PREFIX + operation, **named}, body).body)
        return dict(document.get("HIT") or document["HITs"][0])

    asked, plain, other = hit(Simpleturk_Omit="Question"), hit(), hit(Simpleturk_Omit="Title")
    assert "Question" not in asked
    assert plain["Question"] == other["Question"] == HIT["Question"]
    assert set(plain) - set(asked) == {"Question"}
