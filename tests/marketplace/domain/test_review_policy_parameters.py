"""The parameters of review policies are checked when a HIT is created."""

from typing import Any

import pytest

from tests.marketplace.api.test_boto3_programs import HIT, code
from tests.marketplace.domain.test_review_policies import known, plurality


@pytest.mark.parametrize(
    ("name", "policy"),
    [
        ("AssignmentReviewPolicy", known({})),
        ("AssignmentReviewPolicy", known({"a": []})),
        ("AssignmentReviewPolicy", known({"a": ["1"]}, ApproveIfKnownAnswerScoreIsAtLeast="x")),
        ("AssignmentReviewPolicy", known({"a": ["1"]}, Foo="1")),
        ("AssignmentReviewPolicy", plurality("a")),
        ("HITReviewPolicy", plurality()),
        ("HITReviewPolicy", plurality("a", DisregardAssignmentIfRejected="maybe")),
        ("HITReviewPolicy", plurality("a", ExtendIfHITAgreementScoreIsLessThan="50")),
        ("HITReviewPolicy", known({"a": ["1"]})),
    ],
)
def test_a_policy_with_wrong_parameters_is_refused(mturk: Any, name: str, policy: dict[str, Any]) -> None:
    assert code(mturk.create_hit, **HIT, **{name: policy}) == "InvalidParameterValue"


def test_an_error_names_a_score_that_is_out_of_range(mturk: Any) -> None:
    policy = known({"a": ["1"]}, ApproveIfKnownAnswerScoreIsAtLeast="102")
    assert code(mturk.create_hit, **HIT, AssignmentReviewPolicy=policy) == "AWS.ParameterOutOfRange"
