"""Where notifications may go: a webhook, a queue of SQS, or a topic of SNS, told by what the destination looks like.

arn:aws:sns:…                          a topic
https://sqs.…/123456789012/name        a queue (any host, so that a stand-in of AWS does as well)
any other http(s) address              a webhook: the document comes as the body of a POST
"""

import ipaddress
import re
import socket
from urllib.parse import SplitResult, urlsplit

from simpleturk.marketplace.errors import RequestError

TOPIC = re.compile(r"arn:aws[a-z-]*:sns:([a-z0-9-]+):[0-9]{12}:[A-Za-z0-9_-]{1,256}")
_QUEUE_PATH = re.compile(r"(/queue)?/[0-9]{12}/[A-Za-z0-9_.-]{1,80}")

MAX_DESTINATION = 2048


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
    """Whether a destination is a queue of SQS."""
    return transport == "SQS" and bool(_QUEUE_PATH.fullmatch(urlsplit(destination).path))


def public_address(parts: SplitResult, allow_private: bool) -> str:
    """The address (number) of a destination's host. Raises PermissionError for one that is not public, OSError.

    Whoever connects has to use this very address: asked again, the name may have another.
    """
    port = parts.port or (443 if parts.scheme == "https" else 80)
    found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    address = str(found[0][4][0])
    number = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(number, "ipv4_mapped", None) or number
    if not allow_private and (not mapped.is_global or mapped.is_multicast):
        raise PermissionError(f"{parts.hostname} is {address}, which is not a public address")
    return address


def _refused(reason: str) -> RequestError:
    return RequestError("InvalidTransportEndpoint", f"The notification cannot be delivered: {reason}.")
