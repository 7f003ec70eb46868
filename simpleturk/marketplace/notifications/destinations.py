"""Where notifications may go: a webhook, a queue of SQS, or a topic of SNS, recognised by its address.

arn:aws:sns:…                          a topic
https://sqs.…/123456789012/name        a queue of Amazon's, or of the stand-in that AWS_ENDPOINT_URL_SQS names
any other http(s) address              a webhook: a POST sends the document as its body

Topics and queues get the notifications with the operator's AWS credentials. So only the operator, who is the local
requester, may name them. Other requesters may name those that the operator lists: notification_destinations in the
table [site] of simpleturk.toml.
"""

import ipaddress
import os
import re
import socket
from collections.abc import Sequence
from urllib.parse import SplitResult, urlsplit

from simpleturk.marketplace.errors import RequestError
from simpleturk.marketplace.store.base import LOCAL_REQUESTER

TOPIC = re.compile(r"arn:aws[a-z-]*:sns:([a-z0-9-]+):[0-9]{12}:[A-Za-z0-9_-]{1,256}")
_QUEUE_HOST = re.compile(r"(sqs\.[a-z0-9-]+|[a-z0-9-]+\.queue)\.amazonaws\.com(\.cn)?")
_QUEUE_PATH = re.compile(r"(/queue)?/[0-9]{12}/[A-Za-z0-9_.-]{1,80}")

#: What may stand for the * of a listed destination: never the rest of a path, which could lead elsewhere.
_REST = re.compile(r"([A-Za-z0-9_-][A-Za-z0-9_.-]*)?")

MAX_DESTINATION = 2048

#: Networks of IPv6 that translate to any address of IPv4: NAT64, and two obsolete forms.
_TRANSLATED = [ipaddress.ip_network(name) for name in ("64:ff9b::/96", "64:ff9b:1::/48", "::/96", "::ffff:0:0:0/96")]


def check_destination(transport: str, destination: str) -> None:
    """Raise RequestError InvalidTransportEndpoint unless a destination is possible for a transport."""
    if transport == "Email":
        raise _refused("Email is no longer offered")
    if len(destination) > MAX_DESTINATION:
        raise _refused("the destination is too long")
    if TOPIC.fullmatch(destination):
        if transport != "SNS":
            raise _refused("a topic needs the transport SNS")
        return
    try:
        parts = urlsplit(destination)
        fits = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0 and not parts.username
    except ValueError:
        fits = False
    if not fits or not destination.isascii() or any(character <= " " for character in destination):
        raise _refused("the destination is neither a web address nor a topic of SNS")


def may_notify(requester_id: str, transport: str, destination: str, listed: Sequence[str]) -> bool:
    """Return whether the notifications of a requester may go to a destination. `listed` are open to all requesters."""
    return not _needs_credentials(transport, destination) or is_open_to(requester_id, destination, listed)


def check_permission(requester_id: str, transport: str, destination: str, listed: Sequence[str]) -> None:
    """Raise RequestError InvalidTransportEndpoint unless the notifications of a requester may go to a destination."""
    if not may_notify(requester_id, transport, destination, listed):
        raise _refused(
            "this marketplace sends to topics of SNS and queues of SQS with the credentials of its operator, who has "
            "not listed this one in notification_destinations"
        )


def is_open_to(requester_id: str, destination: str, listed: Sequence[str]) -> bool:
    """Return whether a requester is the operator, or the operator lists a destination."""
    return requester_id == LOCAL_REQUESTER or any(_matches(pattern, destination) for pattern in listed)


def _matches(pattern: str, destination: str) -> bool:
    """Whether a destination is the listed one, or begins with it if it ends with *. Every character counts."""
    if not pattern.endswith("*"):
        return destination == pattern
    start = pattern.removesuffix("*")
    return destination.startswith(start) and bool(_REST.fullmatch(destination[len(start) :]))


def _needs_credentials(transport: str, destination: str) -> bool:
    return bool(TOPIC.fullmatch(destination)) or is_queue(transport, destination)


def is_queue(transport: str, destination: str) -> bool:
    """Return whether a destination is a queue of SQS. Only queues get the operator's AWS credentials."""
    parts = urlsplit(destination)
    host = parts.hostname or ""
    is_amazon = parts.scheme == "https" and bool(_QUEUE_HOST.fullmatch(host))
    stand_in = urlsplit(os.environ.get("AWS_ENDPOINT_URL_SQS", os.environ.get("AWS_ENDPOINT_URL", "")))
    is_allowed = is_amazon or (parts.scheme, parts.netloc) == (stand_in.scheme, stand_in.netloc)
    return transport == "SQS" and is_allowed and bool(_QUEUE_PATH.fullmatch(parts.path))


def public_address(parts: SplitResult, allow_private: bool) -> str:
    """Return the IP address of a destination's host.

    Connect to exactly this address: a second look-up of the name may give another one. Raises PermissionError for an
    address that is not public, OSError for a name without address.
    """
    port = parts.port or (443 if parts.scheme == "https" else 80)
    addresses = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    address = str(addresses[0][4][0])
    if not allow_private and not _is_public(address):
        raise PermissionError(f"{parts.hostname} is {address}, which is not a public address")
    return address


def _is_public(address: str) -> bool:
    number = ipaddress.ip_address(address.partition("%")[0])
    # Some addresses of IPv6 contain an address of IPv4, to which they lead.
    inner = getattr(number, "ipv4_mapped", None) or getattr(number, "sixtofour", None) or number
    addresses = [inner, *(getattr(number, "teredo", None) or ())]
    if any(number in network for network in _TRANSLATED if network.version == number.version):
        return False
    return all(
        address.is_global and not address.is_multicast and not getattr(address, "is_site_local", False)
        for address in addresses
    )


def _refused(reason: str) -> RequestError:
    return RequestError("InvalidTransportEndpoint", f"The notification cannot be delivered: {reason}.")
