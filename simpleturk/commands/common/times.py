"""Times as people read them. In data, times are ISO 8601 in UTC."""

from datetime import UTC, datetime, timedelta


def local_time(moment: datetime, with_seconds: bool = False) -> str:
    """A time in this computer's time zone, to the minute or second: "2026-12-31 18:00 CET"."""
    seconds = ":%S" if with_seconds else ""
    return moment.astimezone().strftime(f"%Y-%m-%d %H:%M{seconds} %Z").rstrip()


def time_left(moment: datetime, now: datetime | None = None) -> str:
    """How long it is until a moment: "in 29 days", "in 3 hours", "in 12 minutes", "now"."""
    left = moment - (now or datetime.now(UTC))
    for unit, length in (("day", timedelta(days=1)), ("hour", timedelta(hours=1)), ("minute", timedelta(minutes=1))):
        number = left // length
        if number >= (2 if unit != "minute" else 1):
            return f"in {number:,} {unit}{'' if number == 1 else 's'}"
    return "in less than a minute" if left > timedelta(0) else "now"
