"""Settings of notifications."""

from typing import Any

import pytest

from tests.marketplace.api.test_boto3_programs import code, create
from tests.marketplace.api.test_operations import NOTIFICATION


def test_settings_can_be_paused_only_where_there_are_any(mturk: Any) -> None:
    hit_type_id = create(mturk)["HITTypeId"]
    assert code(mturk.update_notification_settings, HITTypeId=hit_type_id, Active=False) == "InvalidParameterValue"
    mturk.update_notification_settings(HITTypeId=hit_type_id, Notification=NOTIFICATION)
    mturk.update_notification_settings(HITTypeId=hit_type_id, Active=False)


@pytest.mark.parametrize("changes", [{"Version": "2010-01-01"}, {"EventTypes": []}, {"EventTypes": ["Ping"]}])
def test_a_specification_with_wrong_values_is_refused(mturk: Any, changes: dict[str, Any]) -> None:
    call = {"HITTypeId": create(mturk)["HITTypeId"], "Notification": NOTIFICATION | changes}
    assert code(mturk.update_notification_settings, **call) == "InvalidParameterValue"
