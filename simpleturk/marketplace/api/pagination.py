"""Pages of lists: opaque tokens, stable order."""

import base64
import binascii
import json
from collections.abc import Callable
from typing import Any

from sqlalchemy import Select

from simpleturk.marketplace.errors import invalid_value
from simpleturk.marketplace.store.transaction import Transaction

#: Without MaxResults a page has ten items.
DEFAULT_PAGE = 10

#: A page ends early when the questions or answers in it come to this many characters.
MAX_PAGE_CHARACTERS = 8 * 1024 * 1024


def page(
    transaction: Transaction,
    query: Select[Any],
    seq: Any,
    parameters: dict[str, Any],
    name: str,
    show: Callable[[Any], dict[str, Any]],
) -> dict[str, Any]:
    """One page of a query, ordered by its column `seq`, as the result's document with the list called `name`.

    Every page that holds anything carries a NextToken, also the last: some clients ask for it without looking.
    """
    [after] = positions_in(parameters.get("NextToken"), 1)
    kept = page_after(transaction, query, seq, after, parameters)
    result: dict[str, Any] = {"NumResults": len(kept), name: [show(row) for row in kept]}
    if kept:
        result["NextToken"] = token_for(kept[-1].seq)
    return result


def page_after(
    transaction: Transaction, query: Select[Any], seq: Any, after: int, parameters: dict[str, Any]
) -> list[Any]:
    """The rows of a page: those after a position, as many as a page holds."""
    limit = parameters.get("MaxResults", DEFAULT_PAGE)
    kept: list[Any] = []
    characters = 0
    for row in transaction.execute(query.where(seq > after).order_by(seq).limit(limit)):
        characters += _characters(row)
        if kept and characters > MAX_PAGE_CHARACTERS:
            break
        kept.append(row)
    return kept


def token_for(*positions: int) -> str:
    """The token of a page that ends at these positions (of one list, or of several in one answer)."""
    return base64.urlsafe_b64encode(f"after:{','.join(map(str, positions))}".encode()).decode()


def positions_in(token: str | None, number: int) -> list[int]:
    """The positions in a token. Raises RequestError for one that none of ours is."""
    if token is None:
        return [0] * number
    try:
        word, _, numbers = base64.urlsafe_b64decode(token.encode()).decode().partition(":")
        positions = numbers.split(",")
        if word == "after" and len(positions) == number and all(map(_is_position, positions)):
            return [int(position) for position in positions]
    except (binascii.Error, ValueError):
        pass
    raise invalid_value("NextToken", token[:100])


def _is_position(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 19


def _characters(row: Any) -> int:
    """How long what can be long in a row is: texts, and structures such as an assignment's fields."""
    return sum(len(value) if isinstance(value, str) else _length(value) for value in row if value)


def _length(value: Any) -> int:
    return len(json.dumps(value)) if isinstance(value, list | dict) else 0
