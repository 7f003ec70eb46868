"""Forms as browsers send them: encodings, malformed forms, and limits."""

from typing import Any
from xml.sax.saxutils import escape

import pytest

from tests.marketplace.api.test_boto3_programs import create
from tests.marketplace.conftest import Browser, accept, stored_answers


def test_a_form_may_come_as_multipart(mturk: Any, ann: Browser) -> None:
    hit = create(mturk)
    _, parameters = accept(ann, hit["HITGroupId"])
    fields = [("assignmentId", parameters["assignmentId"]), ("é", "a\r\nb"), ("é", "c")]
    parts = "".join(
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields
    )
    page = ann.post(
        "/mturk/externalSubmit", (parts + "--x--\r\n").encode(), **{"Content-Type": "multipart/form-data; boundary=x"}
    )
    assert 'id="submitted"' in page.html
    assert (
        "<QuestionIdentifier>&#233;</QuestionIdentifier><FreeText>a&#13;\nb|c</FreeText>"
        in stored_answers(mturk, hit)[0]
    )


def test_a_submission_that_is_too_large_is_refused(ann: Browser) -> None:
    page = ann.post("/mturk/externalSubmit", b"", **{"Content-Length": str(17 * 1024 * 1024)})
    assert (ann.status, "too large" in page.html) == (413, True)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=x", b"garbage"),
        (
            "multipart/form-data; boundary=x; charset=punycode",
            b'--x\r\nContent-Disposition: form-data; name="a\xff"\r\n\r\nv\r\n--x--\r\n',
        ),
        ("application/x-www-form-urlencoded", b"a=1&" * 20_001),
        ("text/plain", b"assignmentId=3A"),
    ],
)
def test_a_malformed_form_is_refused_in_the_frame(ann: Browser, kind: str, body: bytes) -> None:
    page = ann.post("/mturk/externalSubmit", body, **{"Content-Type": kind})
    assert (ann.status, "Not submitted" in page.html) == (400, True)
    assert "frame-ancestors 'self'" in ann.headers["content-security-policy"]


def test_utf_8_that_is_not_percent_encoded_is_read(mturk: Any, ann: Browser) -> None:
    hit = create(mturk)
    _, parameters = accept(ann, hit["HITGroupId"])
    body = f"assignmentId={parameters['assignmentId']}&a=é&empty=".encode()
    ann.post("/mturk/externalSubmit", body)
    assert "<FreeText>&#233;</FreeText>" in stored_answers(mturk, hit)[0]
    assert "<QuestionIdentifier>empty</QuestionIdentifier><FreeText></FreeText>" in stored_answers(mturk, hit)[0]


@pytest.mark.parametrize(
    ("body", "stored"),
    [(b"answer=na%EFve+caf%E9+%26%2328450%3B", "na\u00efve caf\u00e9 &#28450;"), (b"answer=caf\xe9", "caf\u00e9")],
)
def test_the_form_of_a_latin_1_page_is_read(mturk: Any, ann: Browser, body: bytes, stored: str) -> None:
    hit = create(mturk)
    _, parameters = accept(ann, hit["HITGroupId"])
    page = ann.post("/mturk/externalSubmit", f"assignmentId={parameters['assignmentId']}&".encode() + body)
    assert 'id="submitted"' in page.html
    [done] = mturk.list_assignments_for_hit(HITId=hit["HITId"])["Assignments"]
    assert escape(stored).encode("ascii", "xmlcharrefreplace").decode() in done["Answer"]


def test_every_form_refuses_half_of_a_surrogate_pair(ann: Browser) -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n\\ud800\r\n--x--\r\n'
    kind = {"Content-Type": "multipart/form-data; boundary=x; charset=unicode_escape"}
    for path in ("/sign-in", "/account", "/sign-out", "/mturk/externalSubmit"):
        page = ann.open("POST", path, body, kind)
        assert (ann.status, "cannot be read" in page.html) == (400, True), path
