"""Network addresses of clients, as limits count them."""

import ipaddress
from functools import lru_cache


@lru_cache(maxsize=4096)
def network_of(address: str) -> str:
    """The network that one client may have to itself: an IPv4 address, or the /64 network of an IPv6 address.

    An IPv4 address that is written as IPv6 (::ffff:192.0.2.1) is the IPv4 address; a text that is no address is itself,
    cut to 64 characters.
    """
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address[:64]
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        if not parsed.is_loopback:
            return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


def is_own(network: str) -> bool:
    """Whether a network is this computer's own, such as that of a proxy on it; "" is a client without an address."""
    return network in ("", "::1") or network.startswith("127.")
