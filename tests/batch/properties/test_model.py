"""The properties → parameters of CreateHITType and CreateHITWithHITType."""

import json
from pathlib import Path

import boto3
import pytest
from botocore.stub import Stubber

from simpleturk.mturk.qualifications import LOCALE, NUMBER_APPROVED, PERCENT_APPROVED
from tests.batch.properties.conftest import GOOD, load, problems


def test_defaults(folder: Path) -> None:
    properties = load(folder, GOOD)
    assert properties.LifetimeInSeconds == 7 * 24 * 3600
    assert properties.MaxAssignments == 1
    assert properties.hit_type_parameters() == {
        "Title": "t",
        "Description": "d",
        "Reward": "0.10",
        "AssignmentDurationInSeconds": 60,
        "AutoApprovalDelayInSeconds": 30 * 24 * 3600,
        "QualificationRequirements": [],
    }


@pytest.mark.parametrize(
    ("reward", "exact"), [("0.1", "0.10"), ('"0.10"', "0.10"), ("2", "2.00"), ("1.50", "1.50"), ("0", "0.00")]
)
def test_rewards_are_exact(folder: Path, reward: str, exact: str) -> None:
    text = json.dumps(GOOD).replace("0.1", reward)
    assert load(folder, text).hit_type_parameters()["Reward"] == exact


@pytest.mark.parametrize(
    ("reward", "what"),
    [
        (
            "0.30000000000000004",
            "Reward: 0.30000000000000004 has more than two decimals; the smallest amount is 0.01 USD",
        ),
        ("-1", "Reward: -1 is not an amount in USD, such as 0.10"),
        ("true", "Reward: must be an amount in USD, such as 0.10"),
        ('"10 cents"', "Reward: '10 cents' is not an amount in USD, such as 0.10"),
        ('"NaN"', "Reward: 'NaN' is not an amount in USD, such as 0.10"),
        ('"1_0"', "Reward: '1_0' is not an amount in USD, such as 0.10"),
        ('"\u0660.\u0661"', "Reward: '\u0660.\u0661' is not an amount in USD, such as 0.10"),
        ('"\uff11"', "Reward: '\uff11' is not an amount in USD, such as 0.10"),
        ("null", "Reward: must be an amount in USD, such as 0.10"),
        ("1e99", "Reward: 1E+99 is not an amount in USD, such as 0.10"),
    ],
)
def test_a_reward_that_is_not_an_amount_is_refused(folder: Path, reward: str, what: str) -> None:
    assert problems(folder, json.dumps(GOOD).replace("0.1", reward)) == [what]


def test_approval_shorthands_mean_at_least(folder: Path) -> None:
    found = load(folder, GOOD | {"HitsApproved": 500, "PercentApproved": 95}).requirements()
    assert found == [
        (
            "HitsApproved",
            {"QualificationTypeId": NUMBER_APPROVED, "Comparator": "GreaterThanOrEqualTo", "IntegerValues": [500]},
        ),
        (
            "PercentApproved",
            {"QualificationTypeId": PERCENT_APPROVED, "Comparator": "GreaterThanOrEqualTo", "IntegerValues": [95]},
        ),
    ]


def test_an_incomplete_qualification_is_refused(folder: Path) -> None:
    assert problems(folder, GOOD | {"QualificationId": "3Q"}) == [
        "QualificationId also needs QualificationComparator and QualificationInteger"
    ]
    [what] = problems(
        folder, GOOD | {"QualificationId": "3Q", "QualificationComparator": "~", "QualificationInteger": 1}
    )
    assert what.startswith("QualificationComparator: '~' is not one of <, <=, =")


def test_the_users_own_requirements_are_merged_with_the_shorthands(folder: Path) -> None:
    own = {"QualificationTypeId": "3Q", "Comparator": "Exists", "ActionsGuarded": "DiscoverPreviewAndAccept"}
    properties = load(folder, GOOD | {"QualificationRequirements": [own], "Country": "US"})
    assert [requirement["QualificationTypeId"] for _, requirement in properties.requirements()] == ["3Q", LOCALE]
    assert properties.requirements()[0][1] == own


def test_more_than_ten_requirements_are_refused(folder: Path) -> None:
    many = [{"QualificationTypeId": f"3Q{n}", "Comparator": "Exists"} for n in range(10)]
    load(folder, GOOD | {"QualificationRequirements": many})
    assert problems(folder, GOOD | {"QualificationRequirements": many, "Country": "US"}) == [
        "has 11 qualification requirements: at most 10"
    ]


def test_the_users_annotation_comes_before_the_mark_of_the_hit(folder: Path) -> None:
    parameters = load(folder, GOOD | {"RequesterAnnotation": "mine"}).hit_parameters("simpleturk:b:1")
    assert parameters["RequesterAnnotation"] == "mine simpleturk:b:1"


def test_every_parameter_of_createhit_is_passed_on_and_known_to_amazons_model(folder: Path) -> None:
    policy = {"PolicyName": "SimplePlurality/2011-09-01", "Parameters": [{"Key": "QuestionIds", "Values": ["q"]}]}
    properties = load(
        folder,
        GOOD
        | {
            "Keywords": "k",
            "AutoApprovalDelayInSeconds": 0,
            "LifetimeInSeconds": 60,
            "MaxAssignments": 2,
            "RequesterAnnotation": "r",
            "HITReviewPolicy": policy,
            "AssignmentReviewPolicy": policy,
            "Country": ["US-CA"],
            "HitsApproved": 1,
        },
    )
    client = boto3.client("mturk", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
    with Stubber(client) as stub:  # refuses what the model does not know
        stub.add_response("create_hit_type", {"HITTypeId": "T"})
        stub.add_response("create_hit_with_hit_type", {"HIT": {}})
        client.create_hit_type(**properties.hit_type_parameters())
        client.create_hit_with_hit_type(HITTypeId="T", Question="q", **properties.hit_parameters("a"))
        stub.assert_no_pending_responses()
    assert properties.hit_parameters("a")["HITReviewPolicy"] == policy
    client.close()
