"""Addresses of clients, as limits count them."""

import pytest

from simpleturk.marketplace.web.server.addresses import is_own, network_of


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::1", "::1"),
        ("unknown", "unknown"),
        ("x" * 1000, "x" * 64),
    ],
)
def test_a_client_with_an_ipv6_network_counts_as_one(address: str, network: str) -> None:
    assert network_of(address) == network


def test_only_this_computers_addresses_are_its_own() -> None:
    assert [is_own(network_of(address)) for address in ("127.0.0.1", "::1", "", "10.0.0.1")] == [
        True,
        True,
        True,
        False,
    ]
