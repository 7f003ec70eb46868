"""UniqueRequestTokens, which count for 24 hours for each requester and operation. A repeated request gets an error."""

from sqlalchemy import and_, delete, insert, or_, select

from simpleturk.marketplace.errors import RequestError
from simpleturk.marketplace.store.schema import request_tokens
from simpleturk.marketplace.store.transaction import Transaction

#: How long a token counts, in seconds.
TOKEN_LIFE = 24 * 3600

#: How long a token is stored, in seconds: a clock that is ahead for some days must not cause a second payment.
_STORED = 60 * 86_400


def seen(transaction: Transaction, operation: str, token: str | None) -> str | None:
    """The id that the request with this token created; None for a new token or no token."""
    query = select(request_tokens.c.result).where(
        request_tokens.c.requester_id == transaction.requester_id,
        request_tokens.c.operation == operation,
        request_tokens.c.token == token,
        request_tokens.c.created > transaction.now - TOKEN_LIFE,
    )
    return transaction.scalar(query) if token is not None else None


def remember(transaction: Transaction, operation: str, token: str | None, result: str) -> None:
    """Store a token with the id that its request created, and delete old tokens."""
    if token is None:
        return
    values = {"requester_id": transaction.requester_id, "operation": operation, "token": token}
    same = and_(*(request_tokens.c[name] == value for name, value in values.items()))
    is_old = request_tokens.c.created <= transaction.now - _STORED
    transaction.execute(delete(request_tokens).where(or_(is_old, same)))
    transaction.execute(insert(request_tokens).values(created=transaction.now, result=result, **values))


def once(transaction: Transaction, operation: str, token: str | None) -> None:
    """Store a token, or raise Amazon's error, which names the token and the request that used it first."""
    first = seen(transaction, operation, token)
    if first is not None:
        text = f'The idempotency token "{token}" has already been processed. The request was {first}.'
        raise RequestError("DuplicateCall", text)
    remember(transaction, operation, token, transaction.request_id)
