"""Pages of lists: opaque tokens, stable order."""

import base64
import binascii
from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import Connection, Select

from simpleturk.marketplace.errors import RequestError

#: Without MaxResults a page has ten items.
DEFAULT_PAGE = 10

#: A page ends early when the questions or answers in it come to this many characters.
MAX_PAGE_CHARACTERS = 8 * 1024 * 1024


def page(
    connection: Connection,
    query: Select[Any],
    seq: Any,
    parameters: dict[str, Any],
    name: str,
    show: Callable[[Any], dict[str, Any]],
) -> dict[str, Any]:
    """One page of a query, ordered by its column `seq`, as the result's document with the list called `name`.

    Every page that holds anything carries a NextToken, also the last: some clients ask for it without looking.
    """
    after = _position(parameters.get("NextToken"))
    limit = parameters.get("MaxResults", DEFAULT_PAGE)
    rows = connection.execute(query.where(seq > after).order_by(seq).limit(limit))
    kept = _kept(rows)
    result: dict[str, Any] = {"NumResults": len(kept), name: [show(row) for row in kept]}
    if kept:
        result["NextToken"] = _token(kept[-1].seq)
    return result


def _kept(rows: Iterable[Any]) -> list[Any]:
    kept: list[Any] = []
    characters = 0
    for row in rows:
        characters += _characters(row)
        if kept and characters > MAX_PAGE_CHARACTERS:
            break
        kept.append(row)
    return kept


def _characters(row: Any) -> int:
    """How long what can be long in a row is: a HIT's question, an assignment's fields."""
    fields = getattr(row, "fields", None) or ()
    return len(getattr(row, "question", "")) + sum(len(name) + len(value) for name, value in fields)


def _token(position: int) -> str:
    return base64.urlsafe_b64encode(f"after:{position}".encode()).decode()


def _position(token: str | None) -> int:
    if token is None:
        return 0
    try:
        word, _, number = base64.urlsafe_b64decode(token.encode()).decode().partition(":")
        if word == "after" and number.isdecimal() and len(number) < 19:
            return int(number)
    except (binascii.Error, ValueError):
        pass
    raise RequestError("InvalidParameterValue", f'The value "{token[:100]}" is not valid for the parameter NextToken.')
