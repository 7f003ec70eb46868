"""Errors have the form of Amazon's."""

from typing import Any

from tests.conftest import Clock
from tests.marketplace.api.test_boto3_programs import code, message


def test_a_message_ends_with_the_time_in_milliseconds(mturk: Any, clock: Clock) -> None:
    assert message(mturk.get_hit, HITId="3NONE") == f"Hit 3NONE does not exist. ({int(clock.now * 1000)})"
    assert code(mturk.get_hit, HITId="3NONE") == "HITDoesNotExist"
    assert code(mturk.get_hit, HITId="lower") == "ValidationException"
