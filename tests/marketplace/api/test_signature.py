"""Signatures, held against botocore's own signer."""

import re
from datetime import UTC, datetime

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from simpleturk.marketplace.api.signature import HTTPRequest, Unauthenticated, check_as_amazon, verify

KEY, SECRET = "AKIATEST", "secret+/secret"
NOW = datetime(2026, 11, 21, 8, 0, 0, tzinfo=UTC).timestamp()
BODY = b'{"HITId": "3A"}'


def signed(
    url: str = "http://127.0.0.1:8484/",
    body: bytes = BODY,
    secret: str = SECRET,
    region: str = "us-east-1",
    **more: str,
) -> HTTPRequest:
    """A request as boto3 signs it (at the present)."""
    headers = {"Host": "127.0.0.1:8484", "X-Amz-Target": "T.GetHIT", "Content-Type": "application/x-amz-json-1.1"}
    request = AWSRequest("POST", url, headers=headers | more, data=body)
    SigV4Auth(Credentials(KEY, secret), more.pop("service", "mturk-requester"), region).add_auth(request)
    path, _, query = url.split("8484", 1)[1].partition("?")
    return HTTPRequest("POST", path, query, {k.lower(): v for k, v in request.headers.items()}, body)


def check(request: HTTPRequest, now: float | None = None, strict: bool = False) -> str:
    moment = datetime.strptime(request.headers["x-amz-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()
    return verify(request, lambda key: SECRET if key == KEY else None, moment if now is None else moment + now, strict)


def refusal(request: HTTPRequest, now: float | None = None) -> str:
    with pytest.raises(Unauthenticated) as caught:
        check(request, now)
    return caught.value.type


def changed(request: HTTPRequest, **headers: str | None) -> HTTPRequest:
    kept = dict(request.headers) | {name.replace("_", "-"): value for name, value in headers.items()}
    found = {name: value for name, value in kept.items() if value is not None}
    return HTTPRequest(request.method, request.path, request.query, found, request.body)


@pytest.mark.parametrize("region", ["us-east-1", "sandbox", "eu-west-9"])
def test_a_signature_of_botocore_is_accepted_for_any_region(region: str) -> None:
    assert check(signed(region=region)) == KEY


@pytest.mark.parametrize("path", ["/", "/api", "/a%20b/", "/?x=1&a=%2F", "/b//c"])
def test_any_path_and_query_is_covered(path: str) -> None:
    assert check(signed("http://127.0.0.1:8484" + path)) == KEY


@given(st.binary(max_size=200))
def test_any_body_is_covered(body: bytes) -> None:
    request = signed(body=body)
    assert check(request) == KEY
    other = HTTPRequest("POST", "/", "", request.headers, body + b"x")
    assert refusal(other) == "InvalidSignatureException"


@pytest.mark.parametrize(
    "change",
    [
        {"x_amz_target": "T.DeleteHIT"},
        {"host": "evil.example"},
        {"content_type": "text/plain"},
        {"x_amz_content_sha256": "UNSIGNED-PAYLOAD"},
    ],
)
def test_a_request_that_was_changed_after_signing_is_refused(change: dict[str, str]) -> None:
    assert refusal(changed(signed(), **change)) == "InvalidSignatureException"


def test_headers_that_are_not_signed_may_change() -> None:
    assert check(changed(signed(), user_agent="other", x_forwarded_for="1.2.3.4")) == KEY


@pytest.mark.parametrize(("seconds", "expected"), [(899, None), (901, "InvalidSignatureException")])
def test_the_clocks_may_differ_by_15_minutes(seconds: int, expected: str | None) -> None:
    for sign in (1, -1):
        found = None
        try:
            check(signed(), sign * seconds)
        except Unauthenticated as error:
            found = error.type
        assert found == expected


def refusal_at(stamp: str, now: str, strict: bool) -> str:
    """The message for a request with this X-Amz-Date at another time."""
    request = changed(signed(), x_amz_date=stamp)
    request = changed(request, authorization=re.sub(r"/\d{8}/", f"/{stamp[:8]}/", request.headers["authorization"]))
    moment = datetime.strptime(now, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()
    with pytest.raises(Unauthenticated) as caught:
        verify(request, lambda key: SECRET, moment, strict)
    return str(caught.value)


def test_a_signature_of_another_time_is_refused_in_amazons_words() -> None:
    # The messages of reports about AWS's services, with 5 minutes and with 15.
    assert refusal_at("20180707T233021Z", "20180710T071714Z", strict=True) == (
        "Signature expired: 20180707T233021Z is now earlier than 20180710T071214Z (20180710T071714Z - 5 min.)"
    )
    assert refusal_at("20181017T093750Z", "20181017T093139Z", strict=True) == (
        "Signature not yet current: 20181017T093750Z is still later than 20181017T093639Z (20181017T093139Z + 5 min.)"
    )
    assert refusal_at("20140325T143453Z", "20140325T145251Z", strict=False) == (
        "Signature expired: 20140325T143453Z is now earlier than 20140325T143751Z (20140325T145251Z - 15 min.)"
    )


@pytest.mark.parametrize(("seconds", "is_accepted"), [(299, True), (301, False)])
def test_strict_allows_five_minutes_between_the_clocks(seconds: int, is_accepted: bool) -> None:
    for sign in (1, -1):
        if is_accepted:
            assert check(signed(), sign * seconds, strict=True) == KEY
        else:
            with pytest.raises(Unauthenticated, match="5 min"):
                check(signed(), sign * seconds, strict=True)


@pytest.mark.parametrize("region", ["us-west-1", "sandbox"])
def test_strict_refuses_other_regions_as_amazon_does(region: str) -> None:
    text = f"Credential should be scoped to a valid region, not '{region}'."
    with pytest.raises(Unauthenticated, match=text) as caught:
        check(signed(region=region), strict=True)
    assert caught.value.type == "InvalidSignatureException"
    with pytest.raises(Unauthenticated, match=text):
        check_as_amazon(signed(region=region), NOW)
    assert check(signed(), strict=True) == KEY


def test_the_scope_is_checked_without_a_known_key_and_only_if_there_is_a_signature() -> None:
    request = signed()
    moment = datetime.strptime(request.headers["x-amz-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()
    check_as_amazon(signed(secret="any"), moment)
    check_as_amazon(changed(request, authorization=None), moment)
    with pytest.raises(Unauthenticated, match="Signature expired"):
        check_as_amazon(request, moment + 301)


def test_other_secrets_and_other_services_are_refused() -> None:
    assert refusal(signed(secret="guess")) == "InvalidSignatureException"
    assert refusal(signed(service="s3")) == "InvalidSignatureException"


def test_an_unknown_key_is_refused() -> None:
    with pytest.raises(Unauthenticated) as caught:
        verify(signed(), lambda key: None, NOW)
    assert caught.value.type == "UnrecognizedClientException"


@pytest.mark.parametrize(
    ("authorization", "expected"),
    [
        (None, "MissingAuthenticationTokenException"),
        ("", "MissingAuthenticationTokenException"),
        ("Basic YTpi", "IncompleteSignatureException"),
        ("AWS4-HMAC-SHA256 Credential=AKIATEST", "IncompleteSignatureException"),
        ("AWS4-HMAC-SHA256 " + "x" * 100_000, "IncompleteSignatureException"),
    ],
)
def test_a_malformed_authorization_header_has_its_own_error(authorization: str | None, expected: str) -> None:
    assert refusal(changed(signed(), authorization=authorization)) == expected


def test_a_signature_must_cover_the_needed_headers() -> None:
    request = signed()
    authorization = request.headers["authorization"].replace(";x-amz-target", "")
    assert refusal(changed(request, authorization=authorization)) == "InvalidSignatureException"


@given(st.dictionaries(st.sampled_from(["authorization", "x-amz-date", "host", "x-amz-target"]), st.text(max_size=80)))
def test_any_header_is_accepted_or_refused_without_a_crash(headers: dict[str, str]) -> None:
    with pytest.raises(Unauthenticated):
        verify(HTTPRequest("POST", "/", "", headers, b""), lambda key: SECRET, NOW)
