"""HTML in values: formatting stays, everything else is shown as text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simpleturk.batch.templates.sanitize import SAFE_TAGS, harmless_address, sanitize
from tests.batch.templates.test_requester_site import PIECES, Seen


@given(value=st.lists(st.sampled_from([*PIECES, "<b>", "</b>", "<i", "<p>", "</p>", "<a href=", "<td>"])).map("".join))
def test_only_formatting_becomes_tags_and_every_tag_is_closed(value: str) -> None:
    seen = Seen(f"<section>{sanitize(value)}</section>")
    assert {tag for tag, _ in seen.tags} <= SAFE_TAGS
    assert seen.open == []
    assert all(not name.startswith("on") for _, attributes in seen.tags for name in attributes)


@pytest.mark.parametrize(
    ("value", "harmless"),
    [
        ("<b>x</b>", "<b>x</b>"),
        ("<b>x", "<b>x</b>"),
        ("List<String>", "List&lt;String&gt;"),
        ("<b>a</b><script>alert(1)</script>", "<b>a</b>&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("a & b &amp; c", "a &amp; b &amp; c"),
        ("<b>a</b></i>", "<b>a</b>"),
        ('<a href="javascript:x">y</a><b>z</b>', '&lt;a href="javascript:x"&gt;y&lt;/a&gt;<b>z</b>'),
    ],
)
def test_formatting_stays_and_everything_else_is_shown_as_text(value: str, harmless: str) -> None:
    assert sanitize(value) == harmless


@pytest.mark.parametrize(
    "address", ["javascript:x", " JavaScript:x", "java\tscript:x", "&#106;avascript:x", "data:text/html,x"]
)
def test_the_address_of_a_script_leads_nowhere(address: str) -> None:
    assert harmless_address(address) == f"unsafe:{address}"


@pytest.mark.parametrize(
    "address", ["https://example.org", "cat.png", "data:image/png;base64,AA", "mailto:a@example.org"]
)
def test_other_addresses_stay(address: str) -> None:
    assert harmless_address(address) == address
