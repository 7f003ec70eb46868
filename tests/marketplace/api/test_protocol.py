"""The wire: strange bytes get Amazon's errors, and change nothing."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simpleturk.marketplace.api.operations import OPERATIONS
from simpleturk.marketplace.api.protocol import handle
from simpleturk.marketplace.domain.marketplace import Marketplace

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
def test_what_is_no_json_object_is_a_serialization_error(marketplace: Marketplace, body: bytes) -> None:
    status, document = answer(marketplace, "GetHIT", body)
    assert (status, document["__type"]) == (400, "SerializationException")


@pytest.mark.parametrize("value", [3, True, [], {}, 2.5])
def test_a_member_of_the_wrong_type_is_a_serialization_error(marketplace: Marketplace, value: Any) -> None:
    status, document = answer(marketplace, "GetHIT", json.dumps({"HITId": value}).encode())
    assert (status, document["__type"]) == (400, "SerializationException")


def test_every_broken_constraint_is_named_at_once(marketplace: Marketplace) -> None:
    _, document = answer(marketplace, "CreateHIT", b'{"Reward": "x", "Title": "t", "Description": null}')
    assert document["message"].startswith("4 validation errors detected: ")
    assert (
        "Value 'x' at 'reward' failed to satisfy constraint: Member must satisfy regular expression pattern"
        in document["message"]
    )
    assert "Value null at 'description' failed to satisfy constraint: Member must not be null" in document["message"]


def test_null_is_absence_and_unknown_members_are_ignored(marketplace: Marketplace) -> None:
    assert answer(marketplace, "ListHITs", b'{"NextToken": null, "Other": 3}')[0] == 200


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
def test_no_json_breaks_the_marketplace(marketplace: Marketplace, operation: str, document: dict[str, Any]) -> None:
    status, _ = answer(marketplace, operation, json.dumps(document).encode())
    assert status in (200, 400)


@pytest.mark.parametrize(
    ("operation", "document"),
    [
        ("CreateWorkerBlock", {"WorkerId": "ann", "Reason": "\udce9"}),
        ("UpdateExpirationForHIT", {"HITId": "3A", "ExpireAt": int("9" * 400)}),
        ("UpdateExpirationForHIT", {"HITId": "3A", "ExpireAt": -1e300}),
        ("UpdateExpirationForHIT", {"HITId": "3A", "ExpireAt": 1e999}),
    ],
)
def test_values_that_nothing_can_hold_are_serialization_errors(
    marketplace: Marketplace, operation: str, document: dict[str, Any]
) -> None:
    status, found = answer(marketplace, operation, json.dumps(document).encode())
    assert (status, found["__type"]) == (400, "SerializationException")


@pytest.mark.parametrize("host", ["a b.example", "ann@evil.example", "evil.example;script-src *", "x.example:y", ""])
def test_an_external_host_is_a_name_and_nothing_else(marketplace: Marketplace, host: str) -> None:
    question = (
        '<ExternalQuestion xmlns="http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2006-07-14/'
        f'ExternalQuestion.xsd"><ExternalURL>https://{host}/</ExternalURL><FrameHeight>0</FrameHeight>'
        "</ExternalQuestion>"
    )
    document = {"Title": "t", "Description": "d", "Reward": "0.10", "AssignmentDurationInSeconds": 60}
    document |= {"LifetimeInSeconds": 60, "Question": question}
    status, found = answer(marketplace, "CreateHIT", json.dumps(document).encode())
    assert (status, found["TurkErrorCode"]) == (400, "AWS.MechanicalTurk.XMLParseError")


def test_a_reward_that_no_sum_can_hold_is_out_of_range(marketplace: Marketplace) -> None:
    document = {"Title": "t", "Description": "d", "Reward": "9" * 400, "AssignmentDurationInSeconds": 60}
    status, found = answer(marketplace, "CreateHITType", json.dumps(document).encode())
    assert (status, found["TurkErrorCode"]) == (400, "AWS.ParameterOutOfRange")
