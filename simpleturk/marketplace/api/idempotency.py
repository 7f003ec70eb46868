"""UniqueRequestTokens, which count for 24 hours for each requester and operation. A repeated request gets an error."""

from sqlalchemy import and_, bindparam, delete, insert, or_, select

from simpleturk.marketplace.errors import RequestError
from simpleturk.marketplace.store.schema import request_tokens
from simpleturk.marketplace.store.transaction import Transaction

#: How long a token counts, in seconds.
TOKEN_LIFE = 24 * 3600

#: How long a token is stored, in seconds: a clock that is ahead for some days must not cause a second payment.
_STORED = 60 * 86_400


def seen(transaction: Transaction, operation: str, token: str | None) -> str | None:
    """The id that the request with this token created; None for a new token or no token."""
    if token is None:
        return None
    values = {"of_requester": transaction.requester_id, "of_operation": operation, "of_token": token}
    result: str | None = transaction.scalar(_SEEN, values | {"since": transaction.now - TOKEN_LIFE})
    return result


def remember(transaction: Transaction, operation: str, token: str | None, result: str) -> None:
    """Store a token with the id that its request created, and delete old tokens."""
    if token is None:
        return
    values = {"requester_id": transaction.requester_id, "operation": operation, "token": token}
    same = {f"of_{name.removesuffix('_id')}": value for name, value in values.items()}
    transaction.change(_FORGET, same | {"until": transaction.now - _STORED})
    transaction.change(_NEW, values | {"created": transaction.now, "result": result})


def once(transaction: Transaction, operation: str, token: str | None) -> None:
    """Store a token, or raise Amazon's error, which names the token and the request that used it first."""
    first = seen(transaction, operation, token)
    if first is not None:
        text = f'The idempotency token "{token}" has already been processed. The request was {first}.'
        raise RequestError("DuplicateCall", text)
    remember(transaction, operation, token, transaction.request_id)


# Built once: they run for every HIT that is created, and building them takes longer than running them.
_SAME = (
    request_tokens.c.requester_id == bindparam("of_requester"),
    request_tokens.c.operation == bindparam("of_operation"),
    request_tokens.c.token == bindparam("of_token"),
)
_SEEN = select(request_tokens.c.result).where(*_SAME, request_tokens.c.created > bindparam("since"))
_FORGET = delete(request_tokens).where(or_(request_tokens.c.created <= bindparam("until"), and_(*_SAME)))
_NEW = insert(request_tokens)
