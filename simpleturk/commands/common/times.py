"""Times as people read them. In data, times are ISO 8601 in UTC."""

from datetime import datetime


def local_time(moment: datetime) -> str:
    """A time in this computer's time zone, to the minute: "2026-12-31 18:00 CET"."""
    return moment.astimezone().strftime("%Y-%m-%d %H:%M %Z").rstrip()
