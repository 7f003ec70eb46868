"""Forms as browsers send them: encodings, malformed forms, and limits."""

import tracemalloc
from typing import Any
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simpleturk.marketplace.web.form_data import fields_of
from tests.marketplace.api.test_boto3_programs import create
from tests.marketplace.conftest import Browser, accept, stored_answers

#: Pieces of encoded forms, some of them broken.
PARTS = [b"%", b"%4", b"%41", b"%C3%A9", b"%C3", b"%A9", b"\xc3\xa9", b"\xc3", b"\xa9", b"+", b"&", b"=", b"a", b"%zz"]


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


@given(st.binary(max_size=60) | st.text("%aé3Cc&=+; ").map(str.encode) | st.lists(st.sampled_from(PARTS)).map(b"".join))
def test_an_encoded_form_is_read_as_urllib_reads_it(encoded: bytes) -> None:
    try:
        expected = parse_qsl(encoded.decode(), keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:
        latin = "windows-1252"
        text = encoded.decode(latin, "replace")
        expected = parse_qsl(text, keep_blank_values=True, encoding=latin, errors="replace")
    assert fields_of(encoded) == expected


@pytest.mark.parametrize("shift", range(4))
def test_a_percent_sign_at_the_end_of_a_piece_keeps_its_digits(shift: int) -> None:
    assert fields_of(b"a=" + b"x" * (1024**2 - shift) + b"%C3%A9" * 3) == [("a", "x" * (1024**2 - shift) + "ééé")]


@pytest.mark.parametrize("part", [b"%", b"%41", b"%C3%A9", b"%C3", b"%4", b"\xc3%A9", b"%zz", b"+%"])
def test_a_form_of_megabytes_of_percent_signs_takes_little_memory(part: bytes) -> None:
    encoded = b"a=" + part * (2_000_000 // len(part))
    tracemalloc.start()
    try:
        fields_of(encoded)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 40 * len(encoded)


@pytest.mark.parametrize("charset", ["punycode", "idna", "utf-7", "raw_unicode_escape", "gb18030"])
def test_a_form_in_an_encoding_that_browsers_do_not_send_is_refused_before_it_is_decoded(
    ann: Browser, charset: str
) -> None:
    """The time that it takes to decode punycode grows with the square of the text: this would take an hour."""
    body = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nx-' + b"a" * 4_000_000 + b"\r\n--x--\r\n"
    for path in ("/mturk/externalSubmit", "/mturk/externalSubmit?assignmentId=3" + "A" * 29):
        page = ann.open("POST", path, body, {"Content-Type": f"multipart/form-data; boundary=x; charset={charset}"})
        assert (ann.status, "cannot be read" in page.html) == (400, True)
