"""Checking the signature of a request: AWS Signature Version 4.

botocore's own signer computes the signature again, over the headers that the client says it signed. That needs the
secret itself, a hash is not enough. So no secret is stored: each is derived from its key's id and the marketplace's
root secret (store/secrets.py), and shown once. Source: AWS's guide, "Signature Version 4".
"""

import base64
import calendar
import hashlib
import hmac
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.compat import HTTPHeaders
from botocore.credentials import Credentials

from simpleturk.marketplace.errors import ServiceError
from simpleturk.marketplace.store.base import Store

SERVICE = "mturk-requester"

#: The only region of Amazon's API. Without `strict`, a signature may name any.
AMAZON_REGION = "us-east-1"

#: The largest difference between the two clocks, in minutes: here, and at Amazon's services with this protocol.
MAX_SKEW = 15
AMAZON_MAX_SKEW = 5

_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256\s+Credential=(?P<key>[A-Za-z0-9]{1,128})/(?P<date>\d{8})/(?P<region>[a-z0-9-]{1,64})/"
    r"(?P<service>[a-z0-9-]{1,64})/aws4_request,\s*SignedHeaders=(?P<signed>[a-z0-9;_.-]{1,2000}),\s*"
    r"Signature=(?P<signature>[0-9a-f]{64})"
)

#: Whatever else a client signs, without these a request could be turned into another.
_NEEDED = frozenset({"host", "x-amz-date", "x-amz-target"})


class Unauthenticated(ServiceError):
    """A request without a valid signature of a known key. `type` is the error that AWS's services return."""

    def __init__(self, type: str, message: str) -> None:
        super().__init__(message)
        self.type = type


@dataclass(frozen=True)
class HTTPRequest:
    """The parts of a request that a signature covers. `headers` ignore case; `path` and `query` are raw.

    `server` is the address of this computer that the connection reached, "" if unknown.
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    server: str = ""


def secret_of(store: Store, access_key_id: str) -> str:
    """The secret of an access key: 40 characters."""
    return base64.b64encode(store.key(f"access key {access_key_id}"))[:40].decode()


def signer_of(request: HTTPRequest) -> str | None:
    """The access key id in a request's signature, which is not checked yet; None without a signature."""
    fields = _AUTHORIZATION.fullmatch(request.headers.get("authorization", "").strip())
    return fields["key"] if fields else None


def verify(request: HTTPRequest, secret: Callable[[str], str | None], now: float, strict: bool = False) -> str:
    """Return the access key id that signed a request; `secret` gives a key's secret, None for an unknown key.

    `strict` applies Amazon's own limits to the region and the time. Raises Unauthenticated.
    """
    authorization = request.headers.get("authorization", "").strip()
    if not authorization:
        raise Unauthenticated("MissingAuthenticationTokenException", "Missing Authentication Token")
    fields = _AUTHORIZATION.fullmatch(authorization)
    if fields is None:
        text = "The Authorization header is not one of Signature Version 4 with Credential, SignedHeaders, Signature."
        raise Unauthenticated("IncompleteSignatureException", text)
    key, moment = fields["key"], request.headers.get("x-amz-date", "")
    known = secret(key)
    if known is None:
        raise Unauthenticated("UnrecognizedClientException", "The security token included in the request is invalid.")
    names = fields["signed"].split(";")
    if not _NEEDED <= set(names):
        raise _wrong(f"The signature has to cover the headers {', '.join(sorted(_NEEDED))}.")
    _check_scope(fields, moment, strict)
    _check_time(moment, now, strict)
    # The signature covers the hash that the client declares, and so the body only if the hash is the body's.
    declared = request.headers.get("x-amz-content-sha256")
    if declared is not None and declared != hashlib.sha256(request.body).hexdigest():
        raise _wrong("The x-amz-content-sha256 header is not the body's.")
    if not hmac.compare_digest(_signature(request, names, key, known, fields["region"], moment), fields["signature"]):
        text = (
            "The request signature we calculated does not match the signature you provided. Check your AWS Secret "
            "Access Key and signing method. Consult the service documentation for details."
        )
        raise _wrong(text)
    return key


def check_as_amazon(request: HTTPRequest, now: float) -> None:
    """Check the scope and the time of a signature as Amazon does, but not the signature; it may be missing.

    With open access, any key may sign. Raises Unauthenticated.
    """
    fields = _AUTHORIZATION.fullmatch(request.headers.get("authorization", "").strip())
    if fields is not None:
        moment = request.headers.get("x-amz-date", "")
        _check_scope(fields, moment, strict=True)
        _check_time(moment, now, strict=True)


class _HeaderSigner(SigV4Auth):  # type: ignore[misc]
    """botocore's signer, over the headers that the client has chosen."""

    def __init__(self, credentials: Credentials, region: str, names: list[str]) -> None:
        super().__init__(credentials, SERVICE, region)
        self._names = names

    def headers_to_sign(self, request: AWSRequest) -> HTTPHeaders:
        headers = HTTPHeaders()
        for name in self._names:
            headers[name] = request.headers.get(name, "")
        return headers


def _signature(request: HTTPRequest, names: list[str], key: str, secret: str, region: str, moment: str) -> str:
    url = f"http://host{request.path}" + (f"?{request.query}" if request.query else "")
    copy = AWSRequest(request.method, url, headers=dict(request.headers), data=request.body)
    copy.context["timestamp"] = moment
    signer = _HeaderSigner(Credentials(key, secret), region, names)
    return str(signer.signature(signer.string_to_sign(copy, signer.canonical_request(copy)), copy))


def _check_scope(fields: re.Match[str], moment: str, strict: bool) -> None:
    if strict and fields["region"] != AMAZON_REGION:
        raise _wrong(f"Credential should be scoped to a valid region, not '{fields['region']}'.")
    if fields["service"] != SERVICE:
        raise _wrong(f"Credential should be scoped to correct service: '{SERVICE}'.")
    if not moment.startswith(fields["date"]):
        raise _wrong("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP.")


def _check_time(moment: str, now: float, strict: bool) -> None:
    """Refuse a signature of another time, in Amazon's words. Source: reports of users of AWS's JSON services."""
    try:
        signed = calendar.timegm(time.strptime(moment, "%Y%m%dT%H%M%SZ"))
    except ValueError:
        text = f"Date must be in ISO-8601 'basic format'. Got '{moment[:40]}'."
        raise Unauthenticated("IncompleteSignatureException", text) from None
    minutes = AMAZON_MAX_SKEW if strict else MAX_SKEW
    earliest, latest, here = _stamp(now - minutes * 60), _stamp(now + minutes * 60), _stamp(now)
    if now - signed > minutes * 60:
        raise _wrong(f"Signature expired: {moment} is now earlier than {earliest} ({here} - {minutes} min.)")
    if signed - now > minutes * 60:
        raise _wrong(f"Signature not yet current: {moment} is still later than {latest} ({here} + {minutes} min.)")


def _stamp(seconds: float) -> str:
    """A time in seconds since 1970 as the X-Amz-Date header has it: 20261121T080000Z."""
    return time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(seconds))


def _wrong(message: str) -> Unauthenticated:
    return Unauthenticated("InvalidSignatureException", message)
