"""Limits on attempts: what counts together, for how long, and what does not count."""

import pytest
from sqlalchemy import func, select

from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.people import attempts
from simpleturk.marketplace.store.schema import sign_in_failures
from simpleturk.marketplace.store.transaction import Transaction
from tests.conftest import Clock


def fail(transaction: Transaction, worker_id: str, address: str, browser: str = "") -> bool:
    """Attempt to sign in with a wrong password; return whether the attempt is allowed."""
    return attempts.take(transaction, attempts.of_sign_in(transaction, worker_id, address, browser))


def may_try(transaction: Transaction, worker_id: str, address: str, browser: str = "") -> bool:
    return attempts.is_allowed(transaction, attempts.of_sign_in(transaction, worker_id, address, browser))


def test_failures_are_limited_by_account_and_network_for_a_while(marketplace: Marketplace, clock: Clock) -> None:
    with marketplace.write() as transaction:
        assert [fail(transaction, "ann", "10.0.0.1") for _ in range(6)] == [True] * 5 + [False]
        assert may_try(transaction, "ann", "10.0.0.2")
        assert may_try(transaction, "bob", "10.0.0.1")
        attempts.clear(transaction, attempts.of_sign_in(transaction, "ann", "10.0.0.1")[:1])
        assert fail(transaction, "ann", "10.0.0.1")
    clock.advance(attempts.WINDOW)
    with marketplace.write() as transaction:
        assert [fail(transaction, "ann", "10.0.0.1") for _ in range(6)] == [True] * 5 + [False]


def test_each_attempt_counts_once_under_each_key(marketplace: Marketplace) -> None:
    counters = [attempts.Counter("open 10.0.0.1", 3), attempts.Counter("open 10.0.0.1", 3)]
    with marketplace.write() as transaction:
        assert [attempts.take(transaction, counters) for _ in range(4)] == [True, True, True, False]


def test_different_kinds_of_attempts_have_different_keys(marketplace: Marketplace) -> None:
    address = "10.0.0.1"
    with marketplace.write() as transaction:
        kinds = [
            attempts.of_sign_in(transaction, "ann", address),
            attempts.of_browser(address),
            attempts.of_unknown_links(address),
            attempts.of_taken_ids("", address),
            attempts.of_taken_ids(address, address),
            attempts.of_open_sign_ups(address),
        ]
    keys = [counter.key for counters in kinds for counter in counters]
    assert len(keys) == len(set(keys))


def test_a_network_is_limited_over_all_accounts(marketplace: Marketplace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(attempts.MAX_FAILURES, "network", 3)
    with marketplace.write() as transaction:
        assert [fail(transaction, f"w{n}", "10.0.0.1") for n in range(4)] == [True, True, True, False]
        assert may_try(transaction, "ann", "10.0.0.2")


def test_many_networks_cannot_guess_a_password_nor_lock_the_workers_browser(
    marketplace: Marketplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(attempts.MAX_FAILURES, "crowded", 10)
    monkeypatch.setitem(attempts.MAX_FAILURES, "account", 30)
    with marketplace.write() as transaction:
        for n in range(5):
            fail(transaction, "ann", "10.0.0.1")
            fail(transaction, "ann", f"10.0.1.{n}")
        assert [fail(transaction, "ann", "10.0.0.2") for _ in range(2)] == [True, False]
        assert sum(fail(transaction, "ann", f"10.1.{n}.1") for n in range(100)) == 19
        assert not may_try(transaction, "ann", "10.9.9.9")
        assert may_try(transaction, "ann", "10.9.9.9", "her browser")
        assert may_try(transaction, "bob", "10.9.9.9")


def test_the_addresses_of_one_network_of_ipv6_count_together(marketplace: Marketplace) -> None:
    with marketplace.write() as transaction:
        for number in range(5):
            fail(transaction, "ann", f"2001:db8::{number}")
        assert not may_try(transaction, "ann", "2001:db8::ffff%eth0")
        assert may_try(transaction, "ann", "2001:db8:0:1::1")
        # A provider's customer may have 65,536 networks.
        assert sum(fail(transaction, "ann", f"2001:db8:0:{n:x}::1") for n in range(1, 60)) == 20
        assert may_try(transaction, "ann", "2001:db8:1::1")


@pytest.mark.parametrize(
    ("address", "networks"),
    [
        ("192.0.2.1", ["192.0.2.1"]),
        ("::ffff:192.0.2.1", ["192.0.2.1"]),
        ("2001:db8:1:2:3::4", ["2001:db8:1:2::/64", "2001:db8:1::/48"]),
        ("unknown host", ["unknown_host"]),
        ("x" * 500, ["x" * 64]),
        ("", [""]),
    ],
)
def test_an_address_belongs_to_networks(address: str, networks: list[str]) -> None:
    assert attempts.networks_of(address) == networks


def test_attempts_of_a_wrong_clock_do_not_count_longer(marketplace: Marketplace, clock: Clock) -> None:
    clock.advance(7200)
    with marketplace.write() as transaction:
        for _ in range(5):
            fail(transaction, "ann", "10.0.0.1")
        assert not may_try(transaction, "ann", "10.0.0.1")
    clock.advance(-7200)
    with marketplace.write() as transaction:
        assert [fail(transaction, "ann", "10.0.0.1") for _ in range(6)] == [True] * 5 + [False]


def test_the_number_of_stored_keys_is_bounded(marketplace: Marketplace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "MAX_KEYS", 60)
    monkeypatch.setattr(attempts, "_DROPPED_AT_ONCE", 20)
    with marketplace.write() as transaction:
        for _ in range(5):
            fail(transaction, "ann", "10.0.0.1")
        for n in range(200):
            fail(transaction, f"w{n}", f"10.1.0.{n}")
        stored = transaction.execute(select(func.count()).select_from(sign_in_failures)).scalar_one()
        assert stored <= 60
        assert not may_try(transaction, "ann", "10.0.0.1")
