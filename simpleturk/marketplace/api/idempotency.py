"""UniqueRequestTokens: remembered for 24 hours, per requester and operation. A repetition is an error, no replay."""

from sqlalchemy import delete, insert, select

from simpleturk.marketplace.errors import RequestError
from simpleturk.marketplace.store.schema import request_tokens
from simpleturk.marketplace.store.transaction import Transaction

#: How long a token is remembered, in seconds.
TOKEN_LIFE = 24 * 3600


def seen(transaction: Transaction, operation: str, token: str | None) -> str | None:
    """What the request with this token made, None for a token that is new (or none)."""
    query = select(request_tokens.c.result).where(
        request_tokens.c.requester_id == transaction.requester_id,
        request_tokens.c.operation == operation,
        request_tokens.c.token == token,
        request_tokens.c.created > transaction.now - TOKEN_LIFE,
    )
    return transaction.scalar(query) if token is not None else None


def remember(transaction: Transaction, operation: str, token: str | None, result: str) -> None:
    """Remember a token and what its request made; forget those whose day is over."""
    if token is None:
        return
    transaction.execute(delete(request_tokens).where(request_tokens.c.created <= transaction.now - TOKEN_LIFE))
    values = {"requester_id": transaction.requester_id, "operation": operation, "token": token}
    transaction.execute(insert(request_tokens).values(created=transaction.now, result=result, **values))


def once(transaction: Transaction, operation: str, token: str | None) -> None:
    """Remember a token, or raise Amazon's error, which names the token and the request that used it."""
    first = seen(transaction, operation, token)
    if first is not None:
        text = f'The idempotency token "{token}" has already been processed. The request was {first}.'
        raise RequestError("DuplicateCall", text)
    remember(transaction, operation, token, transaction.request_id)
