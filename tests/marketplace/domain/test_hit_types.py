"""HIT types and the limits of HITs."""

import json
from typing import Any

from simpleturk.marketplace.domain.marketplace import Marketplace
from tests.marketplace.api.test_boto3_programs import HIT, create
from tests.marketplace.api.test_protocol import answer


def test_equal_properties_are_one_hit_type(mturk: Any) -> None:
    values = {name: HIT[name] for name in ("Title", "Description", "AssignmentDurationInSeconds")}
    first = mturk.create_hit_type(Reward="0.1", **values)["HITTypeId"]
    assert mturk.create_hit_type(Reward="0.10", AutoApprovalDelayInSeconds=2592000, **values)["HITTypeId"] == first
    assert mturk.create_hit_type(Reward="0.11", **values)["HITTypeId"] != first
    assert create(mturk)["HITTypeId"] == first


def test_a_reward_that_is_too_large_for_sums_is_out_of_range(marketplace: Marketplace) -> None:
    document = {"Title": "t", "Description": "d", "Reward": "9" * 400, "AssignmentDurationInSeconds": 60}
    status, found = answer(marketplace, "CreateHITType", json.dumps(document).encode())
    assert (status, found["TurkErrorCode"]) == (400, "AWS.ParameterOutOfRange")
