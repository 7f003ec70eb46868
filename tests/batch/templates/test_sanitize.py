"""HTML in values: formatting stays, everything else is shown as text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simpleturk.batch.templates.html_names import SAFE_TAGS
from simpleturk.batch.templates.sanitize import Surroundings, harmless_address, sanitize, shown_tags
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
        # Fields, media and drawings.
        ("<label for=a>A</label><input id=a name=w1 type=checkbox data-n=1>",
         '<label for="a">A</label><input id="a" name="w1" type="checkbox" data-n="1">'),
        ("<object data=a.svg><param name=x></object>", '<object data="a.svg"><param name="x"></object>'),
        ("<embed src=a.mp4 type=video/mp4>", '<embed src="a.mp4" type="video/mp4">'),
        ('<iframe src="https://e.org/v" allow="autoplay; camera; fullscreen *" allowfullscreen></iframe>',
         '<iframe src="https://e.org/v" allow="autoplay; fullscreen *" allowfullscreen></iframe>'),
        ("<svg viewBox='0 0 1 1'><path d='M0 0'/></svg>", '<svg viewbox="0 0 1 1"><path d="M0 0"></path></svg>'),
        ("<math><msup><mi>x</mi><mn>2</mn></msup></math>", "<math><msup><mi>x</mi><mn>2</mn></msup></math>"),
        ("<img src='data:image/svg+xml,x'>", '<img src="data:image/svg+xml,x">'),
        ("<b>a</b><iframe src='data:image/svg+xml,x'>", "<b>a</b>&lt;iframe src='data:image/svg+xml,x'&gt;"),
        ("<crowd-input name=a></crowd-input>", '<crowd-input name="a"></crowd-input>'),
        # What belongs to a page or to its source.
        ("a<!-- <i> --><b>c</b>", "a<b>c</b>"),
        ("<!doctype html><html lang=en><body class=x><b>c</b></body></html>", "<b>c</b>"),
        ("<b>a</b><!-- never closed", "<b>a</b>&lt;!-- never closed"),
        ("<form><input name=a></form>", '<input name="a">'),
        ("<form action='https://www.mturk.com/mturk/externalSubmit'><b>a</b></form>", "<b>a</b>"),
        ("<form action='//e.org'><b>a</b></form>", "&lt;form action='//e.org'&gt;<b>a</b>&lt;/form&gt;"),
        ("<form onsubmit=x><b>a</b></form>", "&lt;form onsubmit=x&gt;<b>a</b>&lt;/form&gt;"),
        # Styles.
        ("<style>a > b { color: red }</style>x", "<style>a > b { color: red }</style>x"),
        ("<style>a{}</STYLE ><i>x", "<style>a{}</style><i>x</i>"),
        ("<style>a{ b: '<img onerror=x>' }</style>", "<style>a{ b: ' img onerror=x>' }</style>"),
        ("<b>a</b><style>never closed <i>", "<b>a</b>&lt;style&gt;never closed <i></i>"),
        ("<i style='position:absolute; background:url(a.png)'>x</i>",
         '<i style="position:absolute; background:url(a.png)">x</i>'),
        ("<b>a</b><style>p{background:url(javascript:x)}</style>",
         "<b>a</b>&lt;style&gt;p{background:url(javascript:x)}&lt;/style&gt;"),
        ("<b style='position/**/:/**/fixed'>", "&lt;b style='position/**/:/**/fixed'&gt;"),
        # Names that hide a property of the document are left out.
        ("<img name=cookie src=a><object id=body data=b></object>", '<img src="a"><object data="b"></object>'),
        ('<a href="javascript:x">y</a><b>z</b>', '&lt;a href="javascript:x"&gt;y&lt;/a&gt;<b>z</b>'),
    ],
)  # fmt: skip
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


@pytest.mark.parametrize(
    "tag",
    [
        "<i onclick=a()>", "<i ONCLICK=a()>", "<iframe srcdoc=a>", "<base href=a>",
        "<meta http-equiv=refresh content=a>",
        "<link rel=stylesheet href=a>", "<script src=a>", "<object data=javascript:a>", "<embed src=javascript:a>",
        "<iframe src=javascript:a>", "<iframe src=data:text/html,a>", "<button formaction=//e.org>", "<svg onload=a>",
        "<a xlink:href=javascript:a>", "<use href='data:image/svg+xml,a#b'>", "<animate attributeName=href>",
        "<input name=assignmentId>",
        "<i id=submitButton>", "<i v-html=a>", "<i @click=a>", "<i :href=a>", "<i ng-init=a>",
        "<i data-bind=a>", "<i x-data=a>", "<i data-ng-init=a>", "<i hx-get=a>",
        "<a ping=a>", "<template>", "<noscript>",
        "<xmp>", "<plaintext>", "<title>", "<frameset>", "<foo>", "<foo-bar>", "<img srcset='javascript:a 2x'>",
        "<i style='x:expression(a)'>", "<i style='-moz-binding:url(a)'>", "<button is=x-y>",
    ],
)  # fmt: skip
def test_what_could_run_code_is_shown_as_text_and_named(tag: str) -> None:
    assert sanitize(f"<b>a</b>{tag}").startswith("<b>a</b>&lt;")
    assert shown_tags(f"<b>a</b>{tag}") == [tag[1:].strip(">").split(" ")[0]]
    # A page that names an element does not make it harmless.
    page = Surroundings(elements=frozenset({"script", "base", "meta", "link", "template"}))
    assert sanitize(f"<b>a</b>{tag}", page).startswith("<b>a</b>&lt;")


def test_a_value_without_formatting_is_text_and_its_tags_are_named() -> None:
    assert sanitize("Map<K, V> & <K>") == "Map&lt;K, V&gt; &amp; &lt;K&gt;"
    assert shown_tags("Map<K> and <V>, <K>") == ["k", "v"]
    assert shown_tags("<b>a</b> 1 < 2 > 0") == []


@pytest.mark.parametrize(
    "piece", ["<style>", "<!--", "<!a", "<style", "</style", "<?", "<form ", "<b style='/*", "<a srcset="]
)
def test_a_long_value_is_read_in_linear_time(piece: str) -> None:
    """Without care, each piece would be looked for to the end of the value."""
    assert sanitize("<b>x</b>" + piece * 50_000).startswith("<b>x</b>&lt;")
