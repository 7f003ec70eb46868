"""Requesters' accounts: every movement of money is an entry of the ledger, and the account holds their sums.

    deposit       available +             the requester puts money in
    hold          available −, held +     a HIT is created or extended: its assignments may have to be paid
    release       available +, held −     an assignment is rejected, or its HIT expired before it was accepted
    reward                     held −     an assignment is approved: its worker has to be paid
    bonus         available −             a bonus is sent: its worker has to be paid
    cover         available +             the amount that an account without limit had spent when it became prepaid

Amounts are whole cents. There are no fees. Rewards and bonuses are owed to workers until the requester, who pays them
outside of the marketplace, marks them paid.

Functions name the requester whose money moves, who is not always the caller: auto-approval acts for many requesters.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, insert, select, update

from simpleturk.marketplace.errors import RequestError
from simpleturk.marketplace.store.rows import LedgerRow, RequesterRow, columns
from simpleturk.marketplace.store.schema import ledger_entries, requesters
from simpleturk.marketplace.store.transaction import Transaction

#: In cents. The largest integer of a database is about nine times this.
MAX_SUM = 10**18

# Built once: they run for every movement of money.
_REQUESTER = select(*columns(RequesterRow, requesters)).where(requesters.c.requester_id == bindparam("which"))
_NEW_ENTRY = insert(ledger_entries)
_ADD = (
    update(requesters)
    .where(requesters.c.requester_id == bindparam("which"))
    .values(
        available=requesters.c.available + bindparam("more_available"),
        held=requesters.c.held + bindparam("more_held"),
    )
)

#: The kinds of entries that a requester owes to workers.
OWED = ("reward", "bonus")


def cents(amount: str) -> int:
    """Whole cents of an amount as the API writes it: "0.1", "5", "5.", "12.34"."""
    whole, _, fraction = amount.partition(".")
    return int(whole) * 100 + int(fraction.ljust(2, "0"))


def dollars(amount: int) -> str:
    """Cents as the API writes amounts, with two decimals."""
    return f"{'-' if amount < 0 else ''}{abs(amount) // 100}.{abs(amount) % 100:02d}"


def hold(transaction: Transaction, requester_id: str, hit_id: str, amount: int) -> None:
    """Hold money for a HIT's assignments. Raises RequestError InsufficientFunds."""
    if amount:
        account = check_funds(transaction, requester_id, amount)
        _book(transaction, account, "hold", -amount, amount, hit_id=hit_id)


def release(transaction: Transaction, requester_id: str, hit_id: str, amount: int) -> None:
    """Release money that was held for assignments that will not be paid."""
    if amount:
        _book(transaction, requester_id, "release", amount, -amount, hit_id=hit_id)


def reward(transaction: Transaction, requester_id: str, amount: int, held: bool, **ids: str) -> None:
    """Owe a worker an assignment's reward, from the amount held for it, or without `held` from the balance.

    `ids` are hit_id, worker_id and assignment_id. Raises RequestError InsufficientFunds.
    """
    if not held:
        check_funds(transaction, requester_id, amount)
    _book(transaction, requester_id, "reward", 0 if held else -amount, -amount if held else 0, **ids)


def bonus(transaction: Transaction, requester_id: str, amount: int, note: str, **ids: str) -> None:
    """Owe a worker a bonus. Raises RequestError InsufficientFunds."""
    check_funds(transaction, requester_id, amount)
    _book(transaction, requester_id, "bonus", -amount, 0, note=note, **ids)


def deposit(transaction: Transaction, requester_id: str, amount: int) -> None:
    """Add money to an account. The first deposit makes it prepaid and covers what it had spent before.

    Money that is only held is not covered, as it may be released; until then the balance can be negative.
    """
    account = account_of(transaction, requester_id)
    if not account.prepaid:
        spent = -(account.available + account.held)
        if spent > 0:
            _book(transaction, requester_id, "cover", spent, 0)
        transaction.execute(update(requesters).where(requesters.c.requester_id == requester_id).values(prepaid=True))
    _book(transaction, requester_id, "deposit", amount, 0)


def remove_limit(transaction: Transaction, requester_id: str) -> None:
    """Let a prepaid account spend without limit again."""
    transaction.execute(update(requesters).where(requesters.c.requester_id == requester_id).values(prepaid=False))


def account_of(transaction: Transaction, requester_id: str) -> RequesterRow:
    """A requester with the sums of their account."""
    return transaction.one(RequesterRow, _REQUESTER, {"which": requester_id})


def check_funds(transaction: Transaction, requester_id: str, amount: int) -> RequesterRow:
    """The account of a requester. Raises RequestError InsufficientFunds, in Amazon's words, if it is too small."""
    account = account_of(transaction, requester_id)
    if account.prepaid and account.available < amount:
        text = "This Requester has insufficient funds in their account to complete this transaction."
        raise RequestError("InsufficientFunds", text)
    return account


def owed(transaction: Transaction, requester_id: str) -> list[LedgerRow]:
    """A requester's entries that are owed and not yet marked paid, oldest first."""
    query = select(*columns(LedgerRow, ledger_entries)).where(*_is_owed_by(requester_id))
    return transaction.all(LedgerRow, query.order_by(ledger_entries.c.seq))


def owed_to(transaction: Transaction, worker_id: str) -> int:
    """What all requesters together owe a worker, in cents."""
    entry = ledger_entries.c
    amounts = select(func.sum(entry.available + entry.held))
    unpaid = (entry.worker_id == worker_id, entry.kind.in_(OWED), entry.paid.is_(None))
    return -int(transaction.scalar(amounts.where(*unpaid)) or 0)


def mark_paid(transaction: Transaction, requester_id: str, entries: Sequence[int]) -> int:
    """Mark those of the entries (by `seq`) that are owed as paid; return how many were."""
    marked = 0
    for start in range(0, len(entries), 500):
        chunk = ledger_entries.c.seq.in_(entries[start : start + 500])
        change = update(ledger_entries).where(*_is_owed_by(requester_id), chunk).values(paid=transaction.now)
        marked += transaction.execute(change).rowcount
    return marked


def _is_owed_by(requester_id: str) -> tuple[ColumnElement[bool], ...]:
    entry = ledger_entries.c
    return (entry.requester_id == requester_id, entry.kind.in_(OWED), entry.paid.is_(None))


def _book(
    transaction: Transaction, requester: str | RequesterRow, kind: str, available: int, held: int, **others: Any
) -> None:
    """Add an entry to the account of a requester; `requester` is their id, or their account as it is now."""
    account = account_of(transaction, requester) if isinstance(requester, str) else requester
    requester_id = account.requester_id
    if max(abs(account.available + available), abs(account.held + held)) > MAX_SUM:
        text = "This request would make the account's sums larger than they can be."
        raise RequestError("InvalidParameterValue", text)
    values = {"requester_id": requester_id, "time": transaction.now, "kind": kind, "available": available, "held": held}
    transaction.change(_NEW_ENTRY, values | others)
    transaction.change(_ADD, {"which": requester_id, "more_available": available, "more_held": held})
