"""Times for people."""

import time
from datetime import UTC, datetime

import pytest

from simpleturk.commands.common.times import local_time


def test_a_time_names_its_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "CET-1")
    time.tzset()
    try:
        assert local_time(datetime(2026, 12, 31, 17, tzinfo=UTC)) == "2026-12-31 18:00 CET"
    finally:
        monkeypatch.delenv("TZ")
        time.tzset()
