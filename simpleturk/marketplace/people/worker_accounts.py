"""Accounts of workers: passwords, links that set a password, invitations, and sessions.

The database contains no secrets: it stores the Argon2 hash of a password and the digest of a link. Hashing is slow by
design, so it happens outside of transactions.
"""

import base64
import hashlib
import secrets
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import ColumnElement, bindparam, delete, exists, insert, or_, select, update

from simpleturk.marketplace.people import workers as people
from simpleturk.marketplace.people.worker_errors import WorkerError
from simpleturk.marketplace.store.rows import WorkerRow, columns
from simpleturk.marketplace.store.schema import ended_sessions, invitations, workers
from simpleturk.marketplace.store.transaction import Transaction

MIN_PASSWORD = 8
MAX_PASSWORD = 1000

#: Seconds that a browser keeps a session.
SESSION_SECONDS = 14 * 86_400

_hasher = PasswordHasher()


@dataclass(frozen=True)
class Session:
    """A session in a browser's cookie. It ends when the worker signs out, or when their epoch changes."""

    worker_id: str
    epoch: int
    session_id: str


def check_password(worker_id: str, password: str) -> None:
    """Raise WorkerError for a password that is easy to guess."""
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD or password.lower() == worker_id.lower():
        reason = f"Use at least {MIN_PASSWORD} characters, and not your worker ID."
        raise WorkerError("Choose another password.", reason, 400)


def hash_password(worker_id: str, password: str) -> str:
    """Return the hash of a password. Raises WorkerError for a password that is easy to guess. Slow by design."""
    check_password(worker_id, password)
    return _hasher.hash(password)


def verify_password(password_hash: str | None, password: str) -> bool:
    """Return whether a password has this hash. Equally slow for None, so that accounts cannot be guessed by timing."""
    try:
        return _hasher.verify(password_hash or _NO_PASSWORD, password[:MAX_PASSWORD]) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False


def get_password_hash(transaction: Transaction, worker_id: str) -> str | None:
    """Return the hash of a worker's password; None without a password, and for a disabled account."""
    query = select(workers.c.password).where(workers.c.worker_id == worker_id, workers.c.disabled.is_(None))
    password_hash: str | None = transaction.scalar(query)
    return password_hash


def begin_session(transaction: Transaction, worker_id: str) -> Session:
    """Begin a session. Raises WorkerError for a disabled account."""
    people.register(transaction, worker_id)
    row = _account(transaction, worker_id)
    if row is None or row.disabled is not None:
        raise WorkerError("This account is disabled.", "Contact the operator of this site.", 403)
    return Session(worker_id, row.session_epoch, secrets.token_urlsafe(16))


class _SessionRow(NamedTuple):
    disabled: float | None
    session_epoch: int
    terms: str | None
    signed_out: bool


def session_status(transaction: Transaction, session: Session, terms: str) -> Literal["valid", "ended", "terms"]:
    """Return the status of a session: "terms" means that the worker has to accept the site's terms ("" for none)."""
    row = transaction.first(_SessionRow, _SESSION_STATUS, {"which": session.worker_id, "session": session.session_id})
    if row is None or row.disabled is not None or row.session_epoch != session.epoch or row.signed_out:
        return "ended"
    return "terms" if terms and row.terms != digest(terms) else "valid"


def sign_out(transaction: Transaction, session: Session) -> None:
    """End a session, including copies of its cookie."""
    table = ended_sessions
    # Much later than the cookies expire: a clock that is ahead must not make a session valid that has ended.
    transaction.execute(delete(table).where(table.c.ended <= transaction.now - 20 * SESSION_SECONDS))
    if not transaction.scalar(select(exists().where(table.c.session_id == session.session_id))):
        transaction.execute(insert(table).values(session_id=session.session_id, ended=transaction.now))


def accept_terms(transaction: Transaction, worker_id: str, terms: str) -> None:
    """Record that a worker has accepted the terms."""
    _change(transaction, worker_id, terms=digest(terms))


# Links and invitations


def create_password_link(transaction: Transaction, worker_id: str, days: float) -> str:
    """Create a link that sets a worker's password once, and return its secret. The old password and sessions end."""
    people.register(transaction, worker_id)
    secret = secrets.token_urlsafe(24)
    expires = transaction.now + days * 86_400
    _change(transaction, worker_id, link=digest(secret), link_expires=expires, password=None)
    end_sessions(transaction, worker_id)
    return secret


def create_invitation(transaction: Transaction, uses: int, days: float, country: str, subdivision: str) -> str:
    """Create a link with which some people create their own accounts, and return its secret."""
    secret = secrets.token_urlsafe(24)
    transaction.execute(
        insert(invitations).values(
            link=digest(secret),
            created=transaction.now,
            expires=transaction.now + days * 86_400,
            uses_left=uses,
            country=country or None,
            subdivision=subdivision or None,
        )
    )
    return secret


def password_link_owner(transaction: Transaction, secret: str) -> str | None:
    """Return the worker whose password a link sets; None if the link is unknown, used or expired."""
    worker_id: str | None = transaction.scalar(
        select(workers.c.worker_id).where(
            workers.c.link == digest(secret),
            workers.c.link_expires > transaction.now,
            workers.c.disabled.is_(None),
        )
    )
    return worker_id


def is_invitation_valid(transaction: Transaction, secret: str) -> bool:
    """Return whether an invitation exists, has uses left and has not expired."""
    return bool(transaction.scalar(select(exists().where(*_is_valid(secret, transaction.now)))))


def use_password_link(transaction: Transaction, secret: str, password_hash: str) -> Session:
    """Set the password of a link's owner, and begin a session. Raises WorkerError if the link is not valid."""
    worker_id = password_link_owner(transaction, secret)
    if worker_id is None:
        raise invalid_link()
    _change(transaction, worker_id, password=password_hash, link=None, link_expires=None)
    end_sessions(transaction, worker_id)
    return begin_session(transaction, worker_id)


def change_password(transaction: Transaction, worker_id: str, password_hash: str) -> Session:
    """Set a new password, end all sessions, and begin a new one."""
    _change(transaction, worker_id, password=password_hash)
    end_sessions(transaction, worker_id)
    return begin_session(transaction, worker_id)


def sign_up(transaction: Transaction, worker_id: str, password_hash: str, secret: str | None) -> Session:
    """Create an account, and begin a session. `secret` is that of an invitation, which is used once.

    Raises WorkerError if the id is taken, or the invitation is not valid.
    """
    place: dict[str, str | None] = {}
    if people.is_id_used(transaction, worker_id):
        # Also an id that only has a qualification from a requester: a stranger must not take it over.
        raise id_taken()
    if secret is not None:
        row = transaction.execute(select(invitations).where(*_is_valid(secret, transaction.now))).first()
        if row is None:
            raise invalid_link()
        which = invitations.c.link == row.link
        transaction.execute(update(invitations).where(which).values(uses_left=row.uses_left - 1))
        place = {"country": row.country, "subdivision": row.subdivision}
    people.register(transaction, worker_id)
    _change(transaction, worker_id, password=password_hash, **place)
    return begin_session(transaction, worker_id)


def id_taken() -> WorkerError:
    """Return the error for an id that is another worker's."""
    return WorkerError("This worker ID is taken.", "Choose another one.")


def invalid_link() -> WorkerError:
    """Return the error for a link that is unknown, used or expired."""
    return WorkerError(
        "This link is not valid.",
        "Check that the address is complete, and that its capital and small letters are those that you were given. If "
        "they are, the link was used already, or it has expired: ask the operator of this site for a new one.",
        404,
    )


def _is_valid(secret: str, now: float) -> tuple[ColumnElement[bool], ...]:
    table = invitations.c
    return (table.link == digest(secret), table.expires > now, table.uses_left > 0)


# For the operator


def can_workers_sign_in(transaction: Transaction) -> bool:
    """Return whether an account has a password, or a valid link or invitation can set one."""
    ways = (
        exists().where(
            workers.c.disabled.is_(None), or_(workers.c.password.is_not(None), workers.c.link_expires > transaction.now)
        ),
        exists().where(invitations.c.expires > transaction.now, invitations.c.uses_left > 0),
    )
    return any(transaction.execute(select(*ways)).one())


def set_disabled(transaction: Transaction, worker_id: str, disabled: bool) -> None:
    """Disable an account and end its sessions and links, or enable it again. HITs in progress can be submitted."""
    _change(transaction, worker_id, disabled=transaction.now if disabled else None)
    if disabled:
        _change(transaction, worker_id, link=None, link_expires=None)
        end_sessions(transaction, worker_id)


def end_sessions(transaction: Transaction, worker_id: str) -> None:
    """End all sessions of a worker."""
    _change(transaction, worker_id, session_epoch=workers.c.session_epoch + 1)


def account_status(worker: WorkerRow, now: float) -> str:
    """Return the status of an account: disabled, active, invited (by a valid link) or none."""
    if worker.disabled is not None:
        return "disabled"
    if worker.password is not None:
        return "active"
    return "invited" if worker.link_expires is not None and worker.link_expires > now else "none"


# These queries run for every page, so they are built once.
_SESSION_STATUS = select(
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


def digest(text: str) -> str:
    """Return the digest of a text, such as a link's secret, by which the database knows it."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _hash_of_no_password(hasher: PasswordHasher) -> str:
    """Return a hash that takes as long to verify as the hasher's own, and that no known password has.

    Random bytes stand in place of a hash, since hashing takes longer than all other steps of a start.
    """
    salt, result = (
        base64.b64encode(secrets.token_bytes(size)).decode().rstrip("=") for size in (hasher.salt_len, hasher.hash_len)
    )
    return f"$argon2id$v=19$m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}${salt}${result}"


#: The hash that is verified for accounts that do not exist, to spend the same time on them.
_NO_PASSWORD = _hash_of_no_password(_hasher)
