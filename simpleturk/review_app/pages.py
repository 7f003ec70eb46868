"""What all pages share: templates, how they show numbers and times, and the answers to forms."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from jinja2 import Environment, FileSystemLoader
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from simpleturk.batch.times import iso, parse_time
from simpleturk.review_app.access import is_own_form

HERE = Path(__file__).parent

#: The most fields of a form; a selection of many assignments is one field.
MAX_FORM_FIELDS = 1_000

VERDICT_WORDS = {"approve": "approve", "reject": "reject", "pass": "pass", "": "undecided"}


@cache
def environment() -> Environment:
    """The templates. All values are escaped: text of workers is shown as text."""
    templates = Environment(
        loader=FileSystemLoader(HERE / "templates"), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    templates.filters |= {
        "number": lambda number: f"{number:,}",
        "percent": percent,
        "usd": usd,
        "duration": duration,
        "when": when,
        "moment": moment,
        "iso": iso,
        "path": lambda text: quote(str(text), safe=""),
    }
    templates.globals |= {"verdict_words": VERDICT_WORDS, "plural": plural, "query": query}
    return templates


def page(request: Request, template: str, status: int = 200, **context: Any) -> Response:
    """Render a page."""
    shared = {"csrf": request.scope["csrf"], "path": request.url.path}
    html = environment().get_template(template).render(shared | context)
    # Half a character cannot be sent.
    return HTMLResponse(html.encode("utf-8", "replace"), status)


async def own_form(request: Request) -> dict[str, str]:
    """The fields of a form of the review's own pages. Raises HTTPException for any other form.

    Of several fields with one name, the last one counts.
    """
    try:
        text = (await request.body()).decode()
        fields = dict(parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_FORM_FIELDS))
    except ValueError as error:
        raise HTTPException(400, "The form cannot be read.") from error
    if not is_own_form(request.scope, fields.get("csrf", "")):
        raise HTTPException(403, "This page is out of date: reload it, and try again.")
    return fields


def plural(number: int, noun: str) -> str:
    """A number with its noun: "1 worker", "1,200 workers"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def percent(share: float | None) -> str:
    """A share, 0 to 1, as "83 %"; "–" for None."""
    return "–" if share is None else f"{share * 100:.0f} %"


def usd(amount: Decimal | str | None) -> str:
    """An amount in USD: "$1,234.50"; "–" for None."""
    return "–" if amount is None else f"${Decimal(amount):,.2f}"


def duration(seconds: float | None) -> str:
    """Seconds as people say them: "45 s", "3 min 20 s", "2 h 5 min", "4 days"; "–" for None."""
    if seconds is None:
        return "–"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s" if whole % 60 and whole < 600 else f"{round(whole / 60)} min"
    if whole < 2 * 86400:
        return f"{whole // 3600} h {whole % 3600 // 60} min" if whole % 3600 >= 60 else f"{whole // 3600} h"
    return f"{whole // 86400} days"


def when(moment: datetime | None) -> str:
    """A time in UTC: "2026-11-27 23:45 UTC"; "–" for None."""
    return "–" if moment is None else f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def moment(text: str | None) -> str:
    """A time as a file has it, in the form of `when`; other text as it is."""
    try:
        return when(parse_time(text)) if text else ""
    except ValueError:
        return str(text)


def query(values: Mapping[str, str], **changes: Any) -> str:
    """A query string of values with changes, without empty ones: "?q=cat&page=2"."""
    texts = {name: str(value) for name, value in {**values, **changes}.items() if value not in (None, "", 0)}
    return f"?{urlencode(texts)}" if texts else "?"
