"""Requests are checked against the service model."""

import json
from typing import Any

import pytest

from simpleturk.marketplace.domain.marketplace import Marketplace
from tests.marketplace.api.test_boto3_programs import HIT, code
from tests.marketplace.api.test_operations import NOTIFICATION
from tests.marketplace.api.test_protocol import answer
from tests.marketplace.questions.test_answer_key import ANSWER_KEY
from tests.marketplace.questions.test_question_form import FORM


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


@pytest.mark.parametrize(
    ("operation", "document"),
    [
        ("CreateWorkerBlock", {"WorkerId": "ann", "Reason": "\udce9"}),
        ("UpdateExpirationForHIT", {"HITId": "3A", "ExpireAt": int("9" * 400)}),
        ("UpdateExpirationForHIT", {"HITId": "3A", "ExpireAt": -1e300}),
        ("UpdateExpirationForHIT", {"HITId": "3A", "ExpireAt": 1e999}),
    ],
)
def test_half_characters_and_impossible_times_are_serialization_errors(
    marketplace: Marketplace, operation: str, document: dict[str, Any]
) -> None:
    status, found = answer(marketplace, operation, json.dumps(document).encode())
    assert (status, found["__type"]) == (400, "SerializationException")


@pytest.mark.parametrize(
    ("operation", "parameters", "expected"),
    [
        ("list_hits", {"MaxResults": 1000}, "ValidationException"),
        ("list_hits", {"NextToken": "x" * 300}, "ValidationException"),
        ("list_hits", {"NextToken": "eA=="}, "InvalidParameterValue"),
        ("get_hit", {"HITId": "lower"}, "ValidationException"),
        ("create_hit", HIT | {"UniqueRequestToken": "x" * 100}, "ValidationException"),
        ("create_hit", HIT | {"Reward": "0.12345"}, "ValidationException"),
        ("create_hit", HIT | {"Reward": ".05"}, "ValidationException"),
        ("create_hit", HIT | {"Reward": "\u0660.\u0660\u0665"}, "ValidationException"),
        ("create_hit", HIT | {"Reward": "\uff11"}, "ValidationException"),
        ("create_hit", HIT | {"Reward": "1_0"}, "ValidationException"),
        ("create_hit", HIT | {"Reward": "1e1"}, "ValidationException"),
        ("create_hit", HIT | {"Reward": "inf"}, "ValidationException"),
        ("create_hit", HIT | {"Reward": " 1 "}, "ValidationException"),
        ("list_reviewable_hits", {"Status": "Foo"}, "ValidationException"),
        ("list_assignments_for_hit", {"HITId": "3A", "AssignmentStatuses": ["Foo"]}, "ValidationException"),
        (
            "create_hit",
            HIT | {"QualificationRequirements": [{"QualificationTypeId": "3Q", "Comparator": "Foo"}]},
            "ValidationException",
        ),
        (
            "create_hit",
            HIT
            | {
                "QualificationRequirements": [
                    {
                        "QualificationTypeId": "00000000000000000071",
                        "Comparator": "In",
                        "LocaleValues": [{"Country": "USA"}],
                    }
                ]
            },
            "ValidationException",
        ),
        ("notify_workers", {"Subject": "s" * 201, "MessageText": "m", "WorkerIds": ["ann"]}, "AWS.ParameterOutOfRange"),
        ("notify_workers", {"Subject": "s", "MessageText": "m", "WorkerIds": ["a"] * 101}, "AWS.ParameterOutOfRange"),
        ("notify_workers", {"Subject": "s", "MessageText": "m" * 4097, "WorkerIds": ["a"]}, "AWS.ParameterOutOfRange"),
        ("create_worker_block", {"WorkerId": "a b", "Reason": "r"}, "ValidationException"),
        (
            "create_additional_assignments_for_hit",
            {"HITId": "3A", "NumberOfAdditionalAssignments": 0},
            "AWS.ParameterOutOfRange",
        ),
        ("list_bonus_payments", {}, "InvalidParameterValue"),
        ("list_bonus_payments", {"HITId": "3A", "AssignmentId": "3B"}, "InvalidParameterValue"),
        (
            "create_qualification_type",
            {"Name": "n" * 201, "Description": "d", "QualificationTypeStatus": "Active"},
            "AWS.ParameterOutOfRange",
        ),
        (
            "create_qualification_type",
            {"Name": "n", "Description": "d", "QualificationTypeStatus": "Asleep"},
            "ValidationException",
        ),
        (
            "create_qualification_type",
            {"Name": "n", "Description": "d", "QualificationTypeStatus": "Active", "Test": FORM},
            "InvalidParameterValue",
        ),
        (
            "create_qualification_type",
            {"Name": "n", "Description": "d", "QualificationTypeStatus": "Active", "AnswerKey": ANSWER_KEY},
            "InvalidParameterValue",
        ),
        ("get_qualification_type", {"QualificationTypeId": "3NONE"}, "QualificationTypeDoesNotExist"),
        ("accept_qualification_request", {"QualificationRequestId": "x"}, "QualificationRequestDoesNotExist"),
        ("update_notification_settings", {"HITTypeId": "3A", "Active": True}, "HITTypeDoesNotExist"),
        ("update_notification_settings", {"HITTypeId": "3A"}, "InvalidParameterValue"),
        (
            "send_test_event_notification",
            {"Notification": NOTIFICATION | {"Transport": "Email"}, "TestEventType": "Ping"},
            "InvalidTransportEndpoint",
        ),
        (
            "send_test_event_notification",
            {"Notification": NOTIFICATION | {"Destination": "ftp://x"}, "TestEventType": "Ping"},
            "InvalidTransportEndpoint",
        ),
        (
            "send_test_event_notification",
            {"Notification": NOTIFICATION | {"Version": "1999"}, "TestEventType": "Ping"},
            "InvalidParameterValue",
        ),
        (
            "create_hit",
            HIT | {"AssignmentReviewPolicy": {"PolicyName": "Foo"}},
            "InvalidParameterValue",
        ),
        (
            "create_hit",
            HIT | {"AssignmentReviewPolicy": {"PolicyName": "ScoreMyKnownAnswers/2011-09-01"}},
            "InvalidParameterValue",
        ),
    ],
)  # fmt: skip
def test_values_that_botocore_does_not_check_are_refused(
    mturk: Any, operation: str, parameters: dict[str, Any], expected: str
) -> None:
    assert code(getattr(mturk, operation), **parameters) == expected
