"""Pages of lists: opaque tokens, a stable order."""

import base64
import binascii
import json
from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import Select

from simpleturk.marketplace.errors import invalid_value
from simpleturk.marketplace.store.transaction import Transaction

Row = TypeVar("Row")

#: The number of items of a page without MaxResults.
DEFAULT_PAGE = 10

#: A page ends early when the questions or answers in it have this many characters.
MAX_PAGE_CHARACTERS = 8 * 1024 * 1024


def page(
    transaction: Transaction,
    row_type: Callable[..., Row],
    query: Select[Any],
    seq: Any,
    parameters: dict[str, Any],
    name: str,
    to_document: Callable[[Row], dict[str, Any]],
) -> dict[str, Any]:
    """One page of a query that selects a row type, ordered by its column `seq`; the result's list is called `name`.

    Every page with items has a NextToken, also the last one: some clients ask for the next page without checking.
    """
    [after] = positions_in(parameters.get("NextToken"), 1)
    rows: list[Any] = page_after(transaction, row_type, query, seq, after, parameters)
    result: dict[str, Any] = {"NumResults": len(rows), name: [to_document(row) for row in rows]}
    if rows:
        result["NextToken"] = token_for(rows[-1].seq)
    return result


def page_after(
    transaction: Transaction,
    row_type: Callable[..., Row],
    query: Select[Any],
    seq: Any,
    after: int,
    parameters: dict[str, Any],
) -> list[Row]:
    """The rows of a page: those after a position, up to MaxResults and MAX_PAGE_CHARACTERS."""
    limit = parameters.get("MaxResults", DEFAULT_PAGE)
    rows: list[Row] = []
    characters = 0
    for row in transaction.execute(query.where(seq > after).order_by(seq).limit(limit)):
        item = row_type(*row)
        characters += _characters(item)
        if rows and characters > MAX_PAGE_CHARACTERS:
            break
        rows.append(item)
    return rows


def token_for(*positions: int) -> str:
    """The token of a page that ends at these positions (of one list, or of several in one answer)."""
    return base64.urlsafe_b64encode(f"after:{','.join(map(str, positions))}".encode()).decode()


def positions_in(token: str | None, number: int) -> list[int]:
    """The positions in a token. Raises RequestError for a token that this marketplace did not issue."""
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
    """The number of characters in a row's texts and structures, such as an assignment's fields."""
    return sum(len(value) if isinstance(value, str) else _length(value) for value in row if value)


def _length(value: Any) -> int:
    return len(json.dumps(value)) if isinstance(value, list | dict) else 0
