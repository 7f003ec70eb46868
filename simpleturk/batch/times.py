"""Moments as text."""

from datetime import datetime


def iso(moment: datetime | None) -> str | None:
    """ISO 8601 in UTC: "2026-11-21T09:30:00Z", with milliseconds only where there are any."""
    if moment is None:
        return None
    return moment.isoformat(timespec="milliseconds" if moment.microsecond else "seconds").replace("+00:00", "Z")
