"""Times as text."""

import re
from datetime import UTC, datetime, timedelta, timezone

#: Automatic approvals are counted, and warned of, this long before.
WITHIN_AN_HOUR = timedelta(hours=1)
WITHIN_A_DAY = timedelta(days=1)

_DAYS = "Mon Tue Wed Thu Fri Sat Sun".split()
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()

#: The form of times on Amazon's requester site: "Thu Oct 09 07:30:20 PDT 2025".
_SITE_TIME = re.compile(
    r"(?:[A-Z][a-z]{2} )?([A-Z][a-z]{2}) +(\d{1,2}) (\d{2}):(\d{2}):(\d{2}) (?:([A-Z]{3}|GMT[+-]\d{2}:\d{2}) )?(\d{4})",
    re.ASCII,
)
_ZONES = {"UTC": 0, "GMT": 0, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7}


def iso(moment: datetime | None) -> str | None:
    """ISO 8601 in UTC: "2026-11-21T09:30:00Z", with milliseconds if there are any."""
    if moment is None:
        return None
    return moment.isoformat(timespec="milliseconds" if moment.microsecond else "seconds").replace("+00:00", "Z")


def site_time(moment: datetime | None) -> str:
    """A time in the form of the requester site, in UTC: "Thu Oct 09 07:30:20 UTC 2025"; "" for None."""
    if moment is None:
        return ""
    day = f"{_DAYS[moment.weekday()]} {_MONTHS[moment.month - 1]} {moment.day:02}"
    return f"{day} {moment:%H:%M:%S} UTC {moment.year}"


def parse_time(text: str) -> datetime:
    """Parse a time in the form of the requester site, or ISO 8601; without a zone it is UTC. Returns aware UTC.

    Raises ValueError for other forms: a spreadsheet's 10/9/2025 may be two days.
    """
    site = _SITE_TIME.fullmatch(text.strip())
    try:
        if site is None:
            parsed = datetime.fromisoformat(text.strip())
            moment = (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).astimezone(UTC)
        else:
            month, day, hour, minute, second, zone, year = site.groups()
            numbers = (int(year), _MONTHS.index(month) + 1, int(day), int(hour), int(minute), int(second))
            moment = datetime(*numbers, tzinfo=_zone(zone)).astimezone(UTC)
        # Sums with these times stay in the range of datetime.
        if not 1900 <= moment.year <= 2500:
            raise ValueError(moment)
        return moment
    except (ValueError, KeyError, OverflowError):
        example = "Thu Oct 09 07:30:20 UTC 2025, or 2025-10-09T07:30:20Z"
        raise ValueError(f"{text[:40]!r} is not a time such as {example}") from None


def _zone(name: str | None) -> timezone:
    if name and name.startswith("GMT") and len(name) > 3:
        offset = timedelta(hours=int(name[4:6]), minutes=int(name[7:9]))
        return timezone(-offset if name[3] == "-" else offset)
    return timezone(timedelta(hours=_ZONES[name or "UTC"]))
