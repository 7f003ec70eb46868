"""Limits on attempts: to sign in, to guess links, and to try worker ids.

Attempts are counted in the database, so that all server processes count together. Each attempt counts under several
keys: for the account, for the network it comes from, and for both. A key's number starts anew after WINDOW seconds.

A limit never lets strangers close the door for others: what one browser, network or invitation does wrong counts
against that one. Only the number of attempts on an account also counts all networks together, and a browser in which
the worker has signed in before is not subject to it.
"""

import ipaddress
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import delete, func, insert, or_, select, update

from simpleturk.marketplace.store.schema import sign_in_failures as table
from simpleturk.marketplace.store.transaction import Transaction

#: Seconds after which attempts no longer count.
WINDOW = 15 * 60

#: A time that lies further in the future was read from a wrong clock. In seconds.
_SKEW = 60

#: Failed attempts to sign in: on one account from one network, from one network, in a browser that the account's
#: worker has used before, and on one account from all networks. After "crowded" attempts on an account, each network
#: has only one; after "account" attempts only browsers that the worker has used before.
MAX_FAILURES = {"both": 5, "network": 300, "browser": 10, "crowded": 100, "account": 1000}

#: Links that do not exist, from one network.
MAX_UNKNOWN_LINKS = 100

#: Ids that were taken when people signed up: with one invitation, or without one from one network.
MAX_TAKEN_IDS = 300

#: Accounts that people of one network create without an invitation.
MAX_OPEN_SIGN_UPS = 300

#: A provider gives a home a /64 of IPv6, or up to 65,536 of them: a /48. That may make this many times the attempts.
_SITE_FACTOR = 5

#: The number of keys that are stored. When there are more, those with the fewest attempts are dropped.
MAX_KEYS = 100_000
_DROPPED_AT_ONCE = 1000


class Counter(NamedTuple):
    """A key under which an attempt counts, and the number of attempts that are allowed."""

    key: str
    limit: int


def is_allowed(transaction: Transaction, counters: Sequence[Counter]) -> bool:
    """Return whether every counter allows another attempt. Only reads."""
    numbers = _numbers(transaction, [counter.key for counter in counters])
    return all(numbers.get(counter.key, 0) < counter.limit for counter in counters)


def record(transaction: Transaction, counters: Sequence[Counter]) -> None:
    """Count an attempt, before its result is known: two attempts at once count as two."""
    now = transaction.now
    is_over = or_(table.c.since <= now - WINDOW, table.c.since > now + _SKEW)
    transaction.execute(delete(table).where(is_over))
    for key in dict.fromkeys(counter.key for counter in counters):
        if not transaction.execute(update(table).where(table.c.key == key).values(number=table.c.number + 1)).rowcount:
            _make_room(transaction)
            transaction.execute(insert(table).values(key=key, since=now, number=1))


def take(transaction: Transaction, counters: Sequence[Counter]) -> bool:
    """Count an attempt if every counter allows it; return whether they did."""
    is_ok = is_allowed(transaction, counters)
    if is_ok:
        record(transaction, counters)
    return is_ok


def undo(transaction: Transaction, counters: Sequence[Counter]) -> None:
    """Take back one counted attempt: it succeeded."""
    keys = [counter.key for counter in counters]
    lower = update(table).where(table.c.key.in_(keys), table.c.number > 0)
    transaction.execute(lower.values(number=table.c.number - 1))


def clear(transaction: Transaction, counters: Sequence[Counter]) -> None:
    """Forget all attempts of some counters."""
    transaction.execute(delete(table).where(table.c.key.in_([counter.key for counter in counters])))


def forget_account(transaction: Transaction, worker_id: str) -> None:
    """Forget all attempts on an account."""
    of_account = table.c.key.startswith(f"both {worker_id} ", autoescape=True)
    transaction.execute(delete(table).where(or_(of_account, table.c.key == f"account {worker_id}")))


# The counters of each kind of attempt. A key begins with a word that no other kind has.


def of_network(purpose: str, address: str, limit: int) -> list[Counter]:
    """Return the counters of the network that an address belongs to."""
    networks = networks_of(address)
    return [Counter(f"{purpose} {network}", limit * _SITE_FACTOR**n) for n, network in enumerate(networks)]


def of_sign_in(transaction: Transaction, worker_id: str, address: str, browser: str = "") -> list[Counter]:
    """Return the counters of an attempt to sign in. `browser` is the id of one that the worker has used before."""
    if browser:
        return of_browser(browser)
    crowded = not is_allowed(transaction, [Counter(f"account {worker_id}", MAX_FAILURES["crowded"])])
    return [
        *of_network(f"both {worker_id}", address, 1 if crowded else MAX_FAILURES["both"]),
        *of_network("network", address, MAX_FAILURES["network"]),
        Counter(f"account {worker_id}", MAX_FAILURES["account"]),
    ]


def of_browser(browser: str) -> list[Counter]:
    """Return the counter of a browser, or a session, that a worker uses."""
    return [Counter(f"browser {browser}", MAX_FAILURES["browser"])]


def of_unknown_links(address: str) -> list[Counter]:
    """Return the counters of links that do not exist."""
    return of_network("link", address, MAX_UNKNOWN_LINKS)


def of_taken_ids(invitation: str, address: str) -> list[Counter]:
    """Return the counters of taken ids. `invitation` is the digest of an invitation's link, "" without one."""
    if invitation:
        return [Counter(f"taken {invitation}", MAX_TAKEN_IDS)]
    return of_network("open-taken", address, MAX_TAKEN_IDS)


def of_open_sign_ups(address: str) -> list[Counter]:
    """Return the counters of accounts that are created without an invitation."""
    return of_network("open", address, MAX_OPEN_SIGN_UPS)


def networks_of(address: str) -> list[str]:
    """Return the network of an address, and for IPv6 also the larger one that a provider may have given to it.

    An address of IPv4 is its own network, also when it is written as one of IPv6 (::ffff:192.0.2.1).
    """
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        # A proxy may name something else, such as "unknown".
        return [address[:64].replace(" ", "_")]
    if isinstance(parsed, ipaddress.IPv4Address):
        return [str(parsed)]
    if parsed.ipv4_mapped:
        return [str(parsed.ipv4_mapped)]
    return [str(ipaddress.ip_network((parsed, bits), strict=False)) for bits in (64, 48)]


def _numbers(transaction: Transaction, keys: list[str]) -> dict[str, int]:
    now = transaction.now
    counts = (table.c.since > now - WINDOW, table.c.since <= now + _SKEW)
    rows = transaction.execute(select(table.c.key, table.c.number).where(table.c.key.in_(keys), *counts))
    return {row.key: row.number for row in rows}


def _make_room(transaction: Transaction) -> None:
    if (transaction.scalar(select(func.count()).select_from(table)) or 0) >= MAX_KEYS:
        least = select(table.c.key).order_by(table.c.number, table.c.since).limit(_DROPPED_AT_ONCE)
        transaction.execute(delete(table).where(table.c.key.in_(least)))
