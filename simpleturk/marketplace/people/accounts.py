"""Workers' accounts: passwords, links with which one is set, invitations, and sessions that can be ended.

Nothing here that is secret can be read out of the database: passwords are hashed with Argon2, of links only a digest is
kept. Hashing takes a while by design, so it is done outside of transactions.
"""

import contextlib
import hashlib
import ipaddress
import secrets
from dataclasses import dataclass
from typing import Any, Literal

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import ColumnElement, bindparam, delete, exists, insert, or_, select, update

from simpleturk.marketplace.people import workers as people
from simpleturk.marketplace.people.refusals import WorkerError
from simpleturk.marketplace.store.rows import WorkerRow, columns
from simpleturk.marketplace.store.schema import ended_sessions, invitations, sign_in_failures, workers
from simpleturk.marketplace.store.transaction import Transaction

MIN_PASSWORD = 8
MAX_PASSWORD = 1000

#: Within so many seconds so many failures may have an id from one address, an address, and an id from anywhere.
WINDOW = 15 * 60
MAX_FAILURES = {"both": 5, "address": 300, "id": 1000}

#: How long a browser keeps a session, in seconds.
SESSION_SECONDS = 14 * 86_400

_hasher = PasswordHasher()


@dataclass(frozen=True)
class Session:
    """Who a browser's cookie says it is; good until it is signed out, while the worker's epoch is the same."""

    worker_id: str
    epoch: int
    session_id: str


def hashed(worker_id: str, password: str) -> str:
    """A password as it is stored. Raises WorkerError for one that is too easy to guess. Slow by design."""
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD or password.lower() == worker_id.lower():
        reason = f"Use at least {MIN_PASSWORD} characters, and not your worker ID."
        raise WorkerError("Choose another password.", reason, 400)
    return _hasher.hash(password)


def is_right(stored: str | None, password: str) -> bool:
    """Whether a password is the stored one. As slow for an account that does not exist."""
    try:
        return _hasher.verify(stored or _NOBODYS, password[:MAX_PASSWORD]) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


def stored_password(transaction: Transaction, worker_id: str) -> str | None:
    """The hash of a worker's password; None for somebody without account, and for one that is disabled."""
    query = select(workers.c.password).where(workers.c.worker_id == worker_id, workers.c.disabled.is_(None))
    found: str | None = transaction.scalar(query)
    return found


def begin(transaction: Transaction, worker_id: str) -> Session:
    """Begin a session. Raises WorkerError for a disabled account."""
    people.enter(transaction, worker_id)
    row = _account(transaction, worker_id)
    if row is None or row.disabled is not None:
        raise WorkerError("This account is disabled.", "Contact the operator of this site.", 403)
    return Session(worker_id, row.session_epoch, secrets.token_urlsafe(16))


def standing(transaction: Transaction, session: Session, terms: str) -> Literal["good", "ended", "terms"]:
    """Whether a session is good, or was ended, or its worker has to accept these terms first ("" for none)."""
    row = transaction.execute(_STANDING, {"which": session.worker_id, "session": session.session_id}).first()
    if row is None or row.disabled is not None or row.session_epoch != session.epoch or row.signed_out:
        return "ended"
    return "terms" if terms and row.terms != _digest(terms) else "good"


def sign_out(transaction: Transaction, session: Session) -> None:
    """End a session, for whoever has a copy of its cookie too."""
    table = ended_sessions
    transaction.execute(delete(table).where(table.c.ended <= transaction.now - SESSION_SECONDS))
    if not transaction.scalar(select(exists().where(table.c.session_id == session.session_id))):
        transaction.execute(insert(table).values(session_id=session.session_id, ended=transaction.now))


def accept_terms(transaction: Transaction, worker_id: str, terms: str) -> None:
    """Note that a worker has accepted the terms."""
    _change(transaction, worker_id, terms=_digest(terms))


# Failures. Not knowing who asks, the answer is the same whatever was wrong.


def may_try(transaction: Transaction, worker_id: str, address: str, most: int | None = None) -> bool:
    """Whether somebody at an address may try to sign in as a worker now; `most` is a bound of its own."""
    transaction.execute(delete(sign_in_failures).where(sign_in_failures.c.since <= transaction.now - WINDOW))
    keys = _keys(worker_id, address)
    rows = transaction.execute(select(sign_in_failures).where(sign_in_failures.c.key.in_(keys.values())))
    numbers = {row.key: row.number for row in rows}
    return all(numbers.get(key, 0) < (most or MAX_FAILURES[what]) for what, key in keys.items())


def note_failure(transaction: Transaction, worker_id: str, address: str) -> None:
    """Count a failure, before it is known to be none: two at once count as two."""
    table = sign_in_failures
    for key in _keys(worker_id, address).values():
        which = table.c.key == key
        if not transaction.execute(update(table).where(which).values(number=table.c.number + 1)).rowcount:
            transaction.execute(insert(table).values(key=key, since=transaction.now, number=1))


def forget_failures(transaction: Transaction, worker_id: str, address: str) -> None:
    """The password was right: only this address's failures with other ids still count."""
    keys = _keys(worker_id, address)
    transaction.execute(delete(sign_in_failures).where(sign_in_failures.c.key == keys["both"]))
    for what in ("address", "id"):
        which = sign_in_failures.c.key == keys[what]
        lower = update(sign_in_failures).where(which, sign_in_failures.c.number > 0)
        transaction.execute(lower.values(number=sign_in_failures.c.number - 1))


def _keys(worker_id: str, address: str) -> dict[str, str]:
    if ":" in address:
        # Of IPv6 everybody has 2⁶⁴ addresses.
        with contextlib.suppress(ValueError):
            address = str(ipaddress.ip_network(f"{address.partition('%')[0]}/64", strict=False))
    return {"both": f"{worker_id} {address}", "address": f" {address}", "id": f"{worker_id} "}


# Links


def new_link(transaction: Transaction, worker_id: str, days: float) -> str:
    """A link with which a worker sets a password, once; the old password and all sessions end. Returns its secret."""
    people.enter(transaction, worker_id)
    secret = secrets.token_urlsafe(24)
    expires = transaction.now + days * 86_400
    _change(transaction, worker_id, link=_digest(secret), link_expires=expires, password=None)
    end_sessions(transaction, worker_id)
    return secret


def invite(transaction: Transaction, uses: int, days: float, country: str, subdivision: str) -> str:
    """A link with which a number of people make their own accounts. Returns its secret."""
    secret = secrets.token_urlsafe(24)
    transaction.execute(
        insert(invitations).values(
            link=_digest(secret),
            created=transaction.now,
            expires=transaction.now + days * 86_400,
            uses_left=uses,
            country=country or None,
            subdivision=subdivision or None,
        )
    )
    return secret


def owner_of_link(transaction: Transaction, secret: str) -> str | None:
    """Whose password a link sets; None for one that is unknown, used, or too old."""
    found: str | None = transaction.scalar(
        select(workers.c.worker_id).where(
            workers.c.link == _digest(secret),
            workers.c.link_expires > transaction.now,
            workers.c.disabled.is_(None),
        )
    )
    return found


def is_invited(transaction: Transaction, secret: str) -> bool:
    """Whether an invitation is still good."""
    return bool(transaction.scalar(select(exists().where(*_is_open(secret, transaction.now)))))


def use_link(transaction: Transaction, secret: str, password_hash: str) -> Session:
    """Set the password of a link's owner, and begin a session. Raises WorkerError for a link that is no good."""
    worker_id = owner_of_link(transaction, secret)
    if worker_id is None:
        raise gone()
    _change(transaction, worker_id, password=password_hash, link=None, link_expires=None)
    end_sessions(transaction, worker_id)
    return begin(transaction, worker_id)


def change_password(transaction: Transaction, worker_id: str, password_hash: str) -> Session:
    """Set a new password; all sessions end, and one begins."""
    _change(transaction, worker_id, password=password_hash)
    end_sessions(transaction, worker_id)
    return begin(transaction, worker_id)


def sign_up(transaction: Transaction, worker_id: str, password_hash: str, secret: str | None) -> Session:
    """Make an account; with an invitation's secret it is used once. Raises WorkerError."""
    place: dict[str, str | None] = {}
    if people.is_mentioned(transaction, worker_id):
        # Also somebody without a password, and whom a requester has given something: it is not for who comes first.
        raise WorkerError("This worker ID is taken.", "Choose another one.")
    if secret is not None:
        row = transaction.execute(select(invitations).where(*_is_open(secret, transaction.now))).first()
        if row is None:
            raise gone()
        which = invitations.c.link == row.link
        transaction.execute(update(invitations).where(which).values(uses_left=row.uses_left - 1))
        place = {"country": row.country, "subdivision": row.subdivision}
    people.enter(transaction, worker_id)
    _change(transaction, worker_id, password=password_hash, **place)
    return begin(transaction, worker_id)


def gone() -> WorkerError:
    """What a link that is no good is answered with."""
    return WorkerError(
        "This link is no longer valid.", "It was used already, or it has expired. Ask for a new one.", 404
    )


def _is_open(secret: str, now: float) -> tuple[ColumnElement[bool], ...]:
    table = invitations.c
    return (table.link == _digest(secret), table.expires > now, table.uses_left > 0)


# For the operator


def can_anybody_sign_in(transaction: Transaction) -> bool:
    """Whether there is an account with a password, or a good link that makes one."""
    ways = (
        exists().where(
            workers.c.disabled.is_(None), or_(workers.c.password.is_not(None), workers.c.link_expires > transaction.now)
        ),
        exists().where(invitations.c.expires > transaction.now, invitations.c.uses_left > 0),
    )
    return any(transaction.execute(select(*ways)).one())


def set_disabled(transaction: Transaction, worker_id: str, disabled: bool) -> None:
    """Disable an account, ending its sessions and links; or enable it again. What it holds can still be submitted."""
    _change(transaction, worker_id, disabled=transaction.now if disabled else None)
    if disabled:
        _change(transaction, worker_id, link=None, link_expires=None)
        end_sessions(transaction, worker_id)


def end_sessions(transaction: Transaction, worker_id: str) -> None:
    """Sign a worker out everywhere."""
    _change(transaction, worker_id, session_epoch=workers.c.session_epoch + 1)


def state(row: WorkerRow, now: float) -> str:
    """What an account is, in a word."""
    if row.disabled is not None:
        return "disabled"
    if row.password is not None:
        return "active"
    return "invited" if row.link_expires is not None and row.link_expires > now else "none"


# Asked for every page: built once.
_STANDING = select(
    workers.c.disabled,
    workers.c.session_epoch,
    workers.c.terms,
    exists().where(ended_sessions.c.session_id == bindparam("session")).label("signed_out"),
).where(workers.c.worker_id == bindparam("which"))
_ACCOUNT = select(*columns(WorkerRow, workers)).where(workers.c.worker_id == bindparam("which"))


def _account(transaction: Transaction, worker_id: str) -> WorkerRow | None:
    return transaction.first(WorkerRow, _ACCOUNT, {"which": worker_id})


def _change(transaction: Transaction, worker_id: str, **values: Any) -> None:
    transaction.execute(update(workers).where(workers.c.worker_id == worker_id).values(**values))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


#: The hash of no password that anybody knows: trying an account that does not exist takes as long.
_NOBODYS = _hasher.hash(secrets.token_urlsafe(24))
