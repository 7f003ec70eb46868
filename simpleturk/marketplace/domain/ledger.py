"""Requesters' accounts: every movement of money is an entry of the ledger, and the account holds their sums.

    deposit       available +             the requester puts money in
    hold          available −, held +     a HIT is created or extended: its places may have to be paid
    release       available +, held −     a place is rejected, or off the market without having been taken
    reward                     held −     an assignment is approved: the worker is to be paid
    bonus         available −             likewise
    cover         available +             what an account without limit had spent when it became prepaid

Amounts are whole cents. There are no fees here. Rewards and bonuses are owed to workers until the requester, who pays
them by other means, marks them paid.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, Select, insert, select, update

from simpleturk.marketplace.errors import RequestError
from simpleturk.marketplace.store.schema import ledger_entries, requesters
from simpleturk.marketplace.store.transaction import Transaction

#: In cents; a database's whole numbers end at about nine times as much.
MAX_SUM = 10**18

#: What a requester owes.
OWED = ("reward", "bonus")


def cents(amount: str) -> int:
    """Whole cents of an amount as the API writes it: "0.1", "5", "5.", "12.34"."""
    whole, _, fraction = amount.partition(".")
    return int(whole) * 100 + int(fraction.ljust(2, "0"))


def dollars(amount: int) -> str:
    """Cents as the API writes amounts, with two decimals."""
    return f"{'-' if amount < 0 else ''}{abs(amount) // 100}.{abs(amount) % 100:02d}"


def hold(transaction: Transaction, requester_id: str, hit_id: str, amount: int) -> None:
    """Set money aside for a HIT's places. Raises RequestError InsufficientFunds."""
    if amount:
        check_funds(transaction, requester_id, amount)
        _book(transaction, requester_id, "hold", -amount, amount, hit_id=hit_id)


def release(transaction: Transaction, requester_id: str, hit_id: str, amount: int) -> None:
    """Free what was held for places that will not be paid."""
    if amount:
        _book(transaction, requester_id, "release", amount, -amount, hit_id=hit_id)


def reward(transaction: Transaction, requester_id: str, amount: int, held: bool, **of_what: str) -> None:
    """Owe a worker an assignment's reward, out of what is held for it, or (not `held`) out of the balance.

    `of_what` names hit_id, worker_id and assignment_id. Raises RequestError InsufficientFunds.
    """
    if not held:
        check_funds(transaction, requester_id, amount)
    _book(transaction, requester_id, "reward", 0 if held else -amount, -amount if held else 0, **of_what)


def bonus(transaction: Transaction, requester_id: str, amount: int, note: str, **of_what: str) -> None:
    """Owe a worker a bonus. Raises RequestError InsufficientFunds."""
    check_funds(transaction, requester_id, amount)
    _book(transaction, requester_id, "bonus", -amount, 0, note=note, **of_what)


def deposit(transaction: Transaction, requester_id: str, amount: int) -> None:
    """Put money into an account. The first deposit makes it prepaid; what it had spent by then is covered.

    What is only held is not: it may come back, and until then the balance can be below zero.
    """
    account = account_of(transaction, requester_id)
    if not account.prepaid:
        spent = -(account.available + account.held)
        if spent > 0:
            _book(transaction, requester_id, "cover", spent, 0)
        transaction.execute(update(requesters).where(requesters.c.requester_id == requester_id).values(prepaid=True))
    _book(transaction, requester_id, "deposit", amount, 0)


def remove_limit(transaction: Transaction, requester_id: str) -> None:
    """Let an account spend without limit again."""
    transaction.execute(update(requesters).where(requesters.c.requester_id == requester_id).values(prepaid=False))


def account_of(transaction: Transaction, requester_id: str) -> Row[Any]:
    """A requester's account: prepaid, available, held."""
    return transaction.execute(select(requesters).where(requesters.c.requester_id == requester_id)).one()


def check_funds(transaction: Transaction, requester_id: str, amount: int) -> None:
    """Raise RequestError InsufficientFunds, in Amazon's words, when an account cannot spend so much."""
    account = account_of(transaction, requester_id)
    if account.prepaid and account.available < amount:
        text = "This Requester has insufficient funds in their account to complete this transaction."
        raise RequestError("InsufficientFunds", text)


def owed(requester_id: str) -> Select[Any]:
    """What a requester has not yet marked paid, oldest first."""
    conditions = (
        ledger_entries.c.requester_id == requester_id,
        ledger_entries.c.kind.in_(OWED),
        ledger_entries.c.paid.is_(None),
    )
    return select(ledger_entries).where(*conditions).order_by(ledger_entries.c.seq)


def mark_paid(transaction: Transaction, requester_id: str, entries: Sequence[int]) -> int:
    """Mark what is owed in these entries as paid; return how many it were."""
    conditions = (
        ledger_entries.c.requester_id == requester_id,
        ledger_entries.c.kind.in_(OWED),
        ledger_entries.c.paid.is_(None),
    )
    done = 0
    for start in range(0, len(entries), 500):
        which = ledger_entries.c.seq.in_(entries[start : start + 500])
        done += transaction.execute(
            update(ledger_entries).where(*conditions, which).values(paid=transaction.now)
        ).rowcount
    return done


def _book(transaction: Transaction, requester_id: str, kind: str, available: int, held: int, **of_what: Any) -> None:
    account = account_of(transaction, requester_id)
    if max(abs(account.available + available), abs(account.held + held)) > MAX_SUM:
        text = "This request would make the account's sums larger than they can be."
        raise RequestError("InvalidParameterValue", text)
    values = {"requester_id": requester_id, "time": transaction.now, "kind": kind, "available": available, "held": held}
    transaction.execute(insert(ledger_entries).values(**values, **of_what))
    transaction.execute(
        update(requesters)
        .where(requesters.c.requester_id == requester_id)
        .values(available=requesters.c.available + available, held=requesters.c.held + held)
    )
