"""Markdown with values of the input: values are text, and lead nowhere dangerous."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment

from simpleturk.batch.templates.forms.markdown import address_of, markdown_html


class Tags(HTMLParser):
    """The tags and attributes of a page, as a browser reads them."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]


def shown(text: str, **values: object) -> str:
    return Environment(autoescape=True).from_string(markdown_html(text)).render(address_of=address_of, **values)


def test_markdown_becomes_html_with_values_as_text() -> None:
    html = shown("**Look** at {{ x }}:\n\n- one\n- `{% raw %}{{ y }}`", x="*a* <b> [z](http://z)", y="{{ q }}")
    assert "<strong>Look</strong> at *a* &lt;b&gt; [z](http://z):" in html
    assert "<li>one</li>" in html and "&#123;% raw %}{{ q }}" in html


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](data:text/html,<script>alert(1)</script>)",
        "![x](javascript:alert(1))",
        "[x]({{ evil }})",
        "![x]({{ evil }})",
        "[x]({{ java }}script:alert(1))",
        "<a href='javascript:alert(1)'>x</a>",
        "[x](<{{ evil }}>)",
        "[x][1]\n\n[1]: {{ evil }}",
        "<{{ evil }}>",
        "[x](x '\"onmouseover=alert(1) {{ quote }}')",
    ],
)
@pytest.mark.parametrize(
    "evil", ["javascript:alert(1)", " jAvascript:alert(1)", "java\tscript:alert(1)", "data:text/html,x", "vbscript:x"]
)
def test_no_markdown_and_no_value_becomes_a_script(text: str, evil: str) -> None:
    found = Tags()
    found.feed(shown(text, evil=evil, java="java", quote='" onclick="alert(1)'))
    assert not found.names & {"script", "iframe", "object", "style"}
    for name, value in found.attributes:
        assert not name.startswith("on"), value
        if name in ("href", "src"):
            assert not re.match(r"[\s\x00-\x1f]*(java|data|vb)", value.replace("\t", ""), re.IGNORECASE), value


@pytest.mark.parametrize("address", ["https://a.b/c?d=e", "mailto:a@b.c", "/path", "#part", "picture.jpg", "a/b:c"])
def test_addresses_of_the_web_are_kept(address: str) -> None:
    assert f'href="{address}"' in shown("[x]({{ a }})", a=address)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_markdown_is_a_template_that_can_be_compiled(text: str) -> None:
    Environment(autoescape=True).from_string(markdown_html(text.replace("{{", "(")))
