"""Requesters, their access keys, and what they owe workers."""

import secrets
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, func, insert, select, update

from simpleturk.marketplace.store.ids import ALPHABET
from simpleturk.marketplace.store.schema import access_keys, requesters
from simpleturk.marketplace.store.transaction import Transaction

MAX_NAME = 200


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


def find_requester(transaction: Transaction, name: str) -> Row[Any] | None:
    """A requester by name or id."""
    table = requesters
    found = transaction.execute(select(table).where(table.c.requester_id == name)).first()
    return found or transaction.execute(select(table).where(table.c.name == name)).first()


def all_requesters(transaction: Transaction) -> list[tuple[Row[Any], list[Row[Any]]]]:
    """Every requester with their access keys, oldest first."""
    rows = transaction.execute(select(requesters).order_by(requesters.c.created, requesters.c.name)).all()
    keys = transaction.execute(select(access_keys).order_by(access_keys.c.created)).all()
    return [(row, [key for key in keys if key.requester_id == row.requester_id]) for row in rows]


def is_anybody_known(transaction: Transaction) -> bool:
    """Whether there is an access key with which somebody could call."""
    return bool(transaction.scalar(select(func.count()).where(access_keys.c.revoked.is_(None))))
