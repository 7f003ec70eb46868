"""Requesters, their access keys, and what they owe workers."""

import secrets
from dataclasses import dataclass

from sqlalchemy import func, insert, select, update

from simpleturk.marketplace.store.ids import ALPHABET
from simpleturk.marketplace.store.rows import AccessKeyRow, RequesterRow, columns
from simpleturk.marketplace.store.schema import access_keys, requesters
from simpleturk.marketplace.store.transaction import Transaction

MAX_NAME = 200

_SELECT_REQUESTER = select(*columns(RequesterRow, requesters))


@dataclass(frozen=True)
class AccessKey:
    """A new access key; its secret is in no table (see signature.py)."""

    access_key_id: str
    requester_id: str


def add_requester(transaction: Transaction, name: str) -> str:
    """Make a requester; return their id. Raises ValueError for a name that is taken or no name."""
    if not name.strip() or len(name) > MAX_NAME or not name.isprintable():
        raise ValueError(f"a name has 1 to {MAX_NAME} characters that can be printed")
    if find_requester(transaction, name) is not None:
        raise ValueError(f"there is a requester called {name} already")
    requester_id = "A" + "".join(secrets.choice(ALPHABET) for _ in range(13))
    transaction.execute(insert(requesters).values(requester_id=requester_id, name=name, created=transaction.now))
    return requester_id


def add_key(transaction: Transaction, requester_id: str) -> AccessKey:
    """Make an access key for a requester."""
    access_key_id = "AKIA" + "".join(secrets.choice(ALPHABET) for _ in range(16))
    values = {"access_key_id": access_key_id, "requester_id": requester_id, "created": transaction.now}
    transaction.execute(insert(access_keys).values(**values))
    return AccessKey(access_key_id, requester_id)


def revoke_key(transaction: Transaction, access_key_id: str) -> bool:
    """End an access key; False if there is none of this id that is still good."""
    table = access_keys
    which = (table.c.access_key_id == access_key_id, table.c.revoked.is_(None))
    return bool(transaction.execute(update(table).where(*which).values(revoked=transaction.now)).rowcount)


def revoke_keys(transaction: Transaction, requester_id: str) -> int:
    """End all of a requester's access keys; return how many were still good."""
    table = access_keys
    which = (table.c.requester_id == requester_id, table.c.revoked.is_(None))
    return transaction.execute(update(table).where(*which).values(revoked=transaction.now)).rowcount


def owner_of(transaction: Transaction, access_key_id: str) -> str | None:
    """The requester to whom an access key belongs, None for an unknown or a revoked one."""
    table = access_keys.c
    query = select(table.requester_id).where(table.access_key_id == access_key_id, table.revoked.is_(None))
    owner: str | None = transaction.scalar(query)
    return owner


def find_requester(transaction: Transaction, name: str) -> RequesterRow | None:
    """A requester by name or id."""
    by_id = _SELECT_REQUESTER.where(requesters.c.requester_id == name)
    by_name = _SELECT_REQUESTER.where(requesters.c.name == name)
    return transaction.first(RequesterRow, by_id) or transaction.first(RequesterRow, by_name)


def all_requesters(transaction: Transaction) -> list[tuple[RequesterRow, list[AccessKeyRow]]]:
    """Every requester with their access keys, oldest first."""
    query = _SELECT_REQUESTER.order_by(requesters.c.created, requesters.c.name)
    rows = transaction.all(RequesterRow, query)
    query = select(*columns(AccessKeyRow, access_keys)).order_by(access_keys.c.created)
    keys = transaction.all(AccessKeyRow, query)
    return [(row, [key for key in keys if key.requester_id == row.requester_id]) for row in rows]


def is_anybody_known(transaction: Transaction) -> bool:
    """Whether there is an access key with which somebody could call."""
    return bool(transaction.scalar(select(func.count()).where(access_keys.c.revoked.is_(None))))
