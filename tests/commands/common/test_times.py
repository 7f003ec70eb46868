"""Times for people."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from simpleturk.commands.common.times import local_time, time_left


def test_a_time_names_its_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "CET-1")
    time.tzset()
    try:
        moment = datetime(2026, 12, 31, 17, tzinfo=UTC)
        assert local_time(moment) == "2026-12-31 18:00 CET"
        assert local_time(moment, with_seconds=True) == "2026-12-31 18:00:00 CET"
    finally:
        monkeypatch.delenv("TZ")
        time.tzset()


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (29.9 * 86_400, "in 29 days"), (30 * 3600, "in 30 hours"), (7200, "in 2 hours"), (7199, "in 119 minutes"),
        (60, "in 1 minute"), (59, "in less than a minute"), (0, "now"), (-5, "now"),
    ],
)  # fmt: skip
def test_time_left_is_in_words(seconds: float, words: str) -> None:
    now = datetime(2026, 12, 31, 17, tzinfo=UTC)
    assert time_left(now + timedelta(seconds=seconds), now) == words
