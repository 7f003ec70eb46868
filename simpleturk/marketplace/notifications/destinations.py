"""Where notifications may go: a webhook, a queue of SQS, or a topic of SNS, told by what the destination looks like.

arn:aws:sns:…                          a topic
https://sqs.…/123456789012/name        a queue of Amazon's, or of the stand-in that AWS_ENDPOINT_URL_SQS names
any other http(s) address              a webhook: the document comes as the body of a POST
"""

import ipaddress
import os
import re
import socket
from urllib.parse import SplitResult, urlsplit

from simpleturk.marketplace.errors import RequestError

TOPIC = re.compile(r"arn:aws[a-z-]*:sns:([a-z0-9-]+):[0-9]{12}:[A-Za-z0-9_-]{1,256}")
_QUEUE_HOST = re.compile(r"(sqs\.[a-z0-9-]+|[a-z0-9-]+\.queue)\.amazonaws\.com(\.cn)?")
_QUEUE_PATH = re.compile(r"(/queue)?/[0-9]{12}/[A-Za-z0-9_.-]{1,80}")

MAX_DESTINATION = 2048

#: Networks that translate to IPv4, whatever it is: NAT64, and two old forms.
_TRANSLATED = [ipaddress.ip_network(name) for name in ("64:ff9b::/96", "64:ff9b:1::/48", "::/96", "::ffff:0:0:0/96")]


def check_destination(transport: str, destination: str) -> None:
    """Raise RequestError InvalidTransportEndpoint unless this can be a place to deliver to."""
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


def is_queue(transport: str, destination: str) -> bool:
    """Whether a destination is a queue of SQS: only those are sent to with the operator's AWS credentials."""
    parts = urlsplit(destination)
    host = parts.hostname or ""
    amazons = parts.scheme == "https" and bool(_QUEUE_HOST.fullmatch(host))
    stand_in = urlsplit(os.environ.get("AWS_ENDPOINT_URL_SQS", os.environ.get("AWS_ENDPOINT_URL", "")))
    fits = amazons or (parts.scheme, parts.netloc) == (stand_in.scheme, stand_in.netloc)
    return transport == "SQS" and fits and bool(_QUEUE_PATH.fullmatch(parts.path))


def public_address(parts: SplitResult, allow_private: bool) -> str:
    """The address (number) of a destination's host. Raises PermissionError for one that is not public, OSError.

    Whoever connects has to use this very address: asked again, the name may have another.
    """
    port = parts.port or (443 if parts.scheme == "https" else 80)
    found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    address = str(found[0][4][0])
    if not allow_private and not _is_public(address):
        raise PermissionError(f"{parts.hostname} is {address}, which is not a public address")
    return address


def _is_public(address: str) -> bool:
    number = ipaddress.ip_address(address.partition("%")[0])
    # In some of IPv6's networks an address of IPv4 is hidden: then that is where it leads.
    inner = getattr(number, "ipv4_mapped", None) or getattr(number, "sixtofour", None) or number
    every = [inner, *(getattr(number, "teredo", None) or ())]
    if any(number in network for network in _TRANSLATED if network.version == number.version):
        return False
    return all(one.is_global and not one.is_multicast and not getattr(one, "is_site_local", False) for one in every)


def _refused(reason: str) -> RequestError:
    return RequestError("InvalidTransportEndpoint", f"The notification cannot be delivered: {reason}.")
