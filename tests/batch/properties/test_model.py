"""hit_properties/*.json → checked arguments."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from simpleturk.batch.properties.file import load_properties
from simpleturk.batch.properties.model import Properties
from simpleturk.errors import Problems, SimpleturkError
from simpleturk.mturk.qualifications import LOCALE, NUMBER_APPROVED, PERCENT_APPROVED

GOOD: dict[str, Any] = {
    "Title": "t",
    "Description": "d",
    "Reward": 0.1,
    "AssignmentDurationInSeconds": 60,
}


def load(folder: Path, text: str | dict[str, Any], **overrides: str) -> Properties:
    path = folder / "p.json"
    path.write_text(text if isinstance(text, str) else json.dumps(text), encoding="utf-8")
    return load_properties(Path("p.json"), overrides)


def problems(folder: Path, text: str | dict[str, Any], **overrides: str) -> list[str]:
    with pytest.raises(Problems) as caught:
        load(folder, text, **overrides)
    assert all(problem.where.startswith("p.json") for problem in caught.value.problems)
    return [problem.what for problem in caught.value.problems]


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
        ("true", "Reward: has to be an amount in USD, such as 0.10"),
        ('"10 cents"', "Reward: '10 cents' is not an amount in USD, such as 0.10"),
        ('"NaN"', "Reward: NaN is not an amount in USD, such as 0.10"),
        ("null", "Reward: has to be an amount in USD, such as 0.10"),
        ("1e99", "Reward: 1E+99 is not an amount in USD, such as 0.10"),
    ],
)
def test_a_reward_that_is_no_amount_is_refused(folder: Path, reward: str, what: str) -> None:
    assert problems(folder, json.dumps(GOOD).replace("0.1", reward)) == [what]


def test_every_problem_of_the_file_is_in_one_message(folder: Path) -> None:
    found = problems(
        folder, {"Titel": "t", "Description": "", "Reward": 0.001, "MaxAssignments": 0, "FrameHeight": "tall"}
    )
    assert found == [
        "Title is missing",
        "Description: is empty",
        "Reward: 0.001 has more than two decimals; the smallest amount is 0.01 USD",
        "AssignmentDurationInSeconds is missing",
        "MaxAssignments: 0 is too small: at least 1",
        'FrameHeight: "tall" is not a whole number',
        "Titel is not a property",
    ]


def test_an_unknown_name_gets_a_suggestion(folder: Path) -> None:
    with pytest.raises(Problems) as caught:
        load(folder, GOOD | {"maxassignments": 3, "Kywords": "x", "Colour": "red"})
    hints = {problem.what: problem.hint for problem in caught.value.problems}
    assert hints == {
        "maxassignments is not a property": "did you mean MaxAssignments?",
        "Kywords is not a property": "did you mean Keywords?",
        "Colour is not a property": None,
    }


def test_what_is_ours_to_make_is_refused_with_the_reason(folder: Path) -> None:
    [what] = problems(folder, GOOD | {"UniqueRequestToken": "x"})
    assert what.startswith("UniqueRequestToken: simpleturk makes one for each HIT")


@pytest.mark.parametrize(
    ("country", "places"),
    [
        ("US", [{"Country": "US"}]),
        ("us-ca", [{"Country": "US", "Subdivision": "CA"}]),
        (["US-NY", "IN"], [{"Country": "US", "Subdivision": "NY"}, {"Country": "IN"}]),
    ],
)
def test_country_is_a_code_or_a_list(folder: Path, country: Any, places: list[dict[str, str]]) -> None:
    [(name, requirement)] = load(folder, GOOD | {"Country": country}).requirements()
    assert name == "Country"
    assert requirement == {"QualificationTypeId": LOCALE, "Comparator": "In", "LocaleValues": places}


@pytest.mark.parametrize("country", ["USA", "U", "", [], ["US", 3], {"US": 1}, "US-CAL", "ÜS"])
def test_what_is_no_country_is_refused(folder: Path, country: Any) -> None:
    [what] = problems(folder, GOOD | {"Country": country})
    assert what.startswith("Country: ")


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


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("<", "LessThan"),
        ("<=", "LessThanOrEqualTo"),
        ("=", "EqualTo"),
        ("!=", "NotEqualTo"),
        (">", "GreaterThan"),
        (">=", "GreaterThanOrEqualTo"),
        ("EqualTo", "EqualTo"),
    ],
)
def test_comparators_are_signs_or_mturks_names(folder: Path, typed: str, name: str) -> None:
    given = {"QualificationId": "3Q", "QualificationComparator": typed, "QualificationInteger": 5}
    [(_, requirement)] = load(folder, GOOD | given).requirements()
    assert requirement == {"QualificationTypeId": "3Q", "Comparator": name, "IntegerValues": [5]}


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


@pytest.mark.parametrize(
    ("requirement", "what"),
    [
        ({"Comparator": "Exists"}, "QualificationRequirements.1.QualificationTypeId is missing"),
        ({"QualificationTypeId": "3Q", "Comparator": "Is"}, "is not one of"),
        ({"QualificationTypeId": "3Q", "Comparator": "EqualTo"}, "EqualTo takes exactly one of IntegerValues"),
        ({"QualificationTypeId": "3Q", "Comparator": "Exists", "IntegerValues": [1]}, "Exists takes no values"),
        ({"QualificationTypeId": LOCALE, "Comparator": "In", "IntegerValues": [1]}, "takes LocaleValues and no others"),
        (
            {"QualificationTypeId": "3Q", "Comparator": "Exists", "Colour": 1},
            "QualificationRequirements.1.Colour is not a property",
        ),
    ],
)
def test_a_requirement_that_mturk_would_refuse_is_refused_here(folder: Path, requirement: Any, what: str) -> None:
    assert any(what in found for found in problems(folder, GOOD | {"QualificationRequirements": [requirement]}))


def test_more_than_ten_requirements_are_refused(folder: Path) -> None:
    many = [{"QualificationTypeId": f"3Q{n}", "Comparator": "Exists"} for n in range(10)]
    load(folder, GOOD | {"QualificationRequirements": many})
    assert problems(folder, GOOD | {"QualificationRequirements": many, "Country": "US"}) == [
        "11 qualification requirements; MTurk allows 10"
    ]


def test_texts_and_lists_that_are_too_long_say_what_is_counted(folder: Path) -> None:
    policy = {"PolicyName": "p", "Parameters": [{"MapEntries": [{"Kee": "k"}]}]}
    many = {"QualificationTypeId": "3Q", "Comparator": "In", "IntegerValues": list(range(16))}
    assert problems(
        folder, GOOD | {"Title": "x" * 129, "QualificationRequirements": [many], "HITReviewPolicy": policy}
    ) == [
        "Title: has 129 characters: at most 128",
        "HITReviewPolicy.Parameters.1.MapEntries.1.Kee is not a property",
        "QualificationRequirements.1.IntegerValues: has 16 values: at most 15",
    ]


def test_set_overrides_and_removes(folder: Path) -> None:
    document = GOOD | {"Country": "US", "Keywords": "k"}
    properties = load(folder, document, Reward="0.25", Country="", Title="2026", MaxAssignments="3")
    assert (properties.Reward, properties.Country, properties.Title) == (Decimal("0.25"), None, "2026")
    assert properties.MaxAssignments == 3
    assert problems(folder, document, MaxAssignments="many") == ['MaxAssignments: "many" is not a whole number']


def test_the_users_annotation_stands_before_ours(folder: Path) -> None:
    parameters = load(folder, GOOD | {"RequesterAnnotation": "mine"}).hit_parameters("simpleturk:b:1")
    assert parameters["RequesterAnnotation"] == "mine simpleturk:b:1"


@pytest.mark.parametrize("text", ["", "[]", "{", '{"Title": }', "3", "[" * 100_000])
def test_what_is_no_json_object_is_refused(folder: Path, text: str) -> None:
    assert len(problems(folder, text)) == 1


@pytest.mark.parametrize("escape", ["\\u0000", "\\ud800"])
def test_text_that_cannot_be_shown_is_refused(folder: Path, escape: str) -> None:
    document = GOOD | {"Title": "@", "HITReviewPolicy": {"PolicyName": "p", "Parameters": [{"Key": "@"}]}}
    found = problems(folder, json.dumps(document).replace("@", escape))
    assert [what.partition(":")[0] for what in found] == ["Title", "HITReviewPolicy"]
    assert found[0] == f"Title: holds the character U+{escape[2:].upper()}, which cannot be shown"


def test_a_file_in_latin_1_is_refused(folder: Path) -> None:
    (folder / "p.json").write_bytes('{"Title": "café"}'.encode("latin-1"))
    with pytest.raises(Problems, match="is not UTF-8 text"):
        load_properties(folder / "p.json")


def test_a_missing_file_is_refused(folder: Path) -> None:
    with pytest.raises(SimpleturkError, match="no such file"):
        load_properties(folder / "p.json")


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


OLD = {
    "title": "T",
    "description": "D",
    "keywords": "k",
    "reward": 0.05,
    "duration": 600,
    "frame_height": 800,
    "max_assignments": 3,
    "country": "US",
    "hits_approved": 100,
    "percent_approved": 97,
    "qualification_id": "3Q",
    "qualification_comparator": ">",
    "qualification_integer": 7,
}
MIDDLE = {
    "Title": "T",
    "Description": "D",
    "Keywords": "k",
    "Reward": 0.05,
    "AssignmentDurationInSeconds": 600,
    "Frame_height": 800,
    "MaxAssignments": 3,
    "Country": "US",
    "Hits_approved": 100,
    "Percent_approved": 97,
    "Qualification_id": "3Q",
    "Qualification_comparator": ">",
    "Qualification_integer": 7,
}


@pytest.mark.parametrize("document", [OLD, MIDDLE])
def test_the_ancestors_older_spellings_mean_todays_properties(folder: Path, document: dict[str, Any]) -> None:
    today = {
        name.replace("Frame_height", "FrameHeight")
        .replace("Hits_approved", "HitsApproved")
        .replace("Percent_approved", "PercentApproved")
        .replace("Qualification_id", "QualificationId")
        .replace("Qualification_comparator", "QualificationComparator")
        .replace("Qualification_integer", "QualificationInteger"): value
        for name, value in MIDDLE.items()
    }
    Path("old.json").write_text(json.dumps(document))
    Path("new.json").write_text(json.dumps(today))
    assert load_properties(Path("old.json")) == load_properties(Path("new.json"))
    assert load_properties(Path("old.json"), {"max_assignments": "5"}).MaxAssignments == 5


def test_a_property_in_two_spellings_is_a_problem(folder: Path) -> None:
    Path("p.json").write_text(json.dumps(OLD | {"Reward": 0.10}))
    with pytest.raises(Problems) as caught:
        load_properties(Path("p.json"))
    assert [problem.what for problem in caught.value.problems] == ["reward and Reward are the same property"]


def test_another_mixture_of_letters_is_still_a_mistake(folder: Path) -> None:
    Path("p.json").write_text(json.dumps(MIDDLE | {"rEward": 1}))
    with pytest.raises(Problems, match="rEward is not a property"):
        load_properties(Path("p.json"))
