"""Times as text."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simpleturk.batch.times import iso, parse_time, site_time

TIME = datetime(2025, 10, 9, 14, 30, 20, tzinfo=UTC)
TIMES = st.datetimes(datetime(1900, 1, 2), datetime(2500, 1, 1), timezones=st.just(UTC))


@pytest.mark.parametrize(
    "text",
    [
        "Thu Oct 09 07:30:20 PDT 2025",
        "Thu Oct 09 14:30:20 UTC 2025",
        "Oct 9 14:30:20 2025",
        "Thu Oct 09 16:30:20 GMT+02:00 2025",
        "2025-10-09T14:30:20Z",
        "2025-10-09 14:30:20",
        " 2025-10-09T16:30:20+02:00 ",
    ],
)
def test_times_of_the_requester_site_and_iso_8601_are_read_as_utc(text: str) -> None:
    assert parse_time(text) == TIME


@pytest.mark.parametrize(
    "text", ["10/9/2025", "yesterday", "", "Thu Oct 09 07:30:20 XYZ 2025", "1800-01-01", "9999-12-31"]
)
def test_other_forms_are_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="is not a time such as Thu Oct 09"):
        parse_time(text)


@given(TIMES)
def test_a_written_time_is_read_back(moment: datetime) -> None:
    second = moment.replace(microsecond=0)
    assert parse_time(site_time(second)) == second
    millisecond = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    assert parse_time(iso(millisecond) or "") == millisecond


def test_no_time_is_none_in_json_and_empty_in_csv() -> None:
    assert (iso(None), site_time(None)) == (None, "")


@given(st.text(max_size=50))
def test_any_text_is_a_time_or_a_value_error(text: str) -> None:
    try:
        assert parse_time(text).tzinfo is UTC
    except ValueError:
        pass
