"""Requesters and their access keys."""

import secrets
import unicodedata
from dataclasses import dataclass

from sqlalchemy import bindparam, func, insert, select, update

from simpleturk.marketplace.store.ids import ALPHABET
from simpleturk.marketplace.store.rows import AccessKeyRow, RequesterRow, columns
from simpleturk.marketplace.store.schema import access_keys, requesters
from simpleturk.marketplace.store.transaction import Transaction

MAX_NAME = 200

_SELECT_REQUESTER = select(*columns(RequesterRow, requesters))


@dataclass(frozen=True)
class AccessKey:
    """A new access key. No table contains its secret: see api/signature.py."""

    access_key_id: str
    requester_id: str


# Built once: they run for every call of the API.
_KEY_OWNER = select(access_keys.c.requester_id).where(
    access_keys.c.access_key_id == bindparam("which"), access_keys.c.revoked.is_(None)
)
_NUMBER_OF_VALID_KEYS = select(func.count()).where(access_keys.c.revoked.is_(None))


def add_requester(transaction: Transaction, name: str) -> str:
    """Create a requester, and return their id. Raises ValueError for a name that is taken or not allowed."""
    _check_name(transaction, name)
    requester_id = "A" + "".join(secrets.choice(ALPHABET) for _ in range(13))
    transaction.execute(insert(requesters).values(requester_id=requester_id, name=name, created=transaction.now))
    return requester_id


def rename_requester(transaction: Transaction, requester_id: str, name: str) -> None:
    """Change the name that workers see. Raises ValueError for a name that is another's or not allowed."""
    _check_name(transaction, name, requester_id)
    which = requesters.c.requester_id == requester_id
    transaction.execute(update(requesters).where(which).values(name=name))


def _check_name(transaction: Transaction, name: str, owner: str = "") -> None:
    """Raise ValueError unless `owner`, a requester or none yet, may have this name.

    Workers see names only: two names that look the same on a page would pass one requester off as another.
    """
    if not name.strip() or len(name) > MAX_NAME or not name.isprintable():
        raise ValueError(f"a name must have 1 to {MAX_NAME} printable characters")
    for row in transaction.all(RequesterRow, _SELECT_REQUESTER):
        taken = {_appearance(text): text for text in (row.requester_id, row.name)}
        if row.requester_id != owner and _appearance(name) in taken:
            raise ValueError(f"a requester named {taken[_appearance(name)]} already exists")


def _appearance(name: str) -> str:
    """A name without what is hard to see: capitals, spaces too many, and other forms of the same letters."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def add_key(transaction: Transaction, requester_id: str) -> AccessKey:
    """Create an access key for a requester."""
    access_key_id = "AKIA" + "".join(secrets.choice(ALPHABET) for _ in range(16))
    values = {"access_key_id": access_key_id, "requester_id": requester_id, "created": transaction.now}
    transaction.execute(insert(access_keys).values(**values))
    return AccessKey(access_key_id, requester_id)


def revoke_key(transaction: Transaction, access_key_id: str) -> bool:
    """Revoke an access key; return False if no valid key has this id."""
    table = access_keys
    which = (table.c.access_key_id == access_key_id, table.c.revoked.is_(None))
    return bool(transaction.execute(update(table).where(*which).values(revoked=transaction.now)).rowcount)


def revoke_keys(transaction: Transaction, requester_id: str) -> int:
    """Revoke all access keys of a requester; return the number of keys that were valid."""
    table = access_keys
    which = (table.c.requester_id == requester_id, table.c.revoked.is_(None))
    return transaction.execute(update(table).where(*which).values(revoked=transaction.now)).rowcount


def key_owner(transaction: Transaction, access_key_id: str) -> str | None:
    """Return the requester of an access key; None if the key is unknown or revoked."""
    owner: str | None = transaction.scalar(_KEY_OWNER, {"which": access_key_id})
    return owner


def find_requester(transaction: Transaction, name: str) -> RequesterRow | None:
    """Find a requester by id, or by name."""
    by_id = _SELECT_REQUESTER.where(requesters.c.requester_id == name)
    by_name = _SELECT_REQUESTER.where(requesters.c.name == name)
    return transaction.first(RequesterRow, by_id) or transaction.first(RequesterRow, by_name)


def all_requesters(transaction: Transaction) -> list[tuple[RequesterRow, list[AccessKeyRow]]]:
    """Return all requesters with their access keys, oldest first."""
    query = _SELECT_REQUESTER.order_by(requesters.c.created, requesters.c.name)
    rows = transaction.all(RequesterRow, query)
    query = select(*columns(AccessKeyRow, access_keys)).order_by(access_keys.c.created)
    keys = transaction.all(AccessKeyRow, query)
    return [(row, [key for key in keys if key.requester_id == row.requester_id]) for row in rows]


def has_valid_keys(transaction: Transaction) -> bool:
    """Return whether a requester has a valid access key."""
    return bool(transaction.scalar(_NUMBER_OF_VALID_KEYS))
