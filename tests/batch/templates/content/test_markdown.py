"""Markdown of models as HTML: formatted, harmless, and with nothing left out."""

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simpleturk.batch.templates.content.markdown import MOST_CELLS, MOST_SIGNS, markdown, verbatim
from simpleturk.batch.templates.cost import TooCostly, bounded


def html_of(text: object) -> str:
    with bounded():
        return str(markdown(text)).removeprefix('<div class="markdown" dir="auto">').removesuffix("</div>").strip()


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("**a** *b* ~~c~~ `d`", "<p><strong>a</strong> <em>b</em> <s>c</s> <code>d</code></p>"),
        ("a\nb", "<p>a<br />\nb</p>"),
        ("# a", '<p class="heading h1">a</p>'),
        ("```py\nx < y\n```", '<p class="language">py</p><pre dir="ltr"><code>x &lt; y\n</code></pre>'),
        ("    x", '<pre dir="ltr"><code>x\n</code></pre>'),
        ("<b>a</b>", "<p>&lt;b&gt;a&lt;/b&gt;</p>"),
        (7, "<p>7</p>"),
        ("", ""),
    ],
)
def test_markdown_is_formatted(text: object, html: str) -> None:
    assert html_of(text) == html


def test_a_table_has_no_empty_heading_and_keeps_its_alignment() -> None:
    html = html_of("| a | |\n| --- | --: |\n| 1 | 2 |")
    assert '<th>a</th><td class="right"></td>' in html
    assert '<td>1</td><td class="right">2</td>' in html
    assert '<div class="scrolled" tabindex="0"' in html


@pytest.mark.parametrize("text", ["$a_1*b*c_2$", "$$\na_1 * b\n$$", r"\(a_1*b*c_2\)", r"\[ a_1 \\ b_2 \]", r"$\$5_a_$"])
def test_signs_in_a_formula_are_no_markdown(text: str) -> None:
    assert html_of(text) == f'<p><code class="formula" dir="ltr">{text}</code></p>'


@pytest.mark.parametrize("text", ["It costs $5 and $10.", "$ a $", "$a", "a$b$5", "$$"])
def test_dollars_are_no_formula(text: str) -> None:
    assert html_of(text) == f"<p>{text}</p>"


START = '<a href="{}" target="_blank" rel="noopener noreferrer nofollow">'


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("[my bank](https://evil.example/x)", START.format("https://evil.example/x") + "my bank</a>" + " <small"),
        ("<https://a.example/>", START.format("https://a.example/") + "https://a.example/</a></p>"),
        ("[a](https://bank.example@evil.example/)", "(evil.example)</small>"),
        ("[a](mailto:x@y.example)", "(x@y.example)</small>"),
        ("[a](javascript:alert(1))", "<p>a <small>(javascript:alert(1))</small></p>"),
        ("[a](//evil.example)", "<p>a <small>(//evil.example)</small></p>"),
        ("[a](data:text/html,x)", "<p>a <small>(data:text/html,x)</small></p>"),
        (
            "![a cat](https://evil.example/?me)",
            START.format("https://evil.example/?me") + "[picture: a cat]</a> <small",
        ),
        ("![](x.png)", "<p>[picture: without a description (x.png)]</p>"),
        ('[a](https://e.example "why")', "(e.example, why)</small>"),
    ],
)
def test_links_show_where_they_lead_and_pictures_are_links(text: str, html: str) -> None:
    assert html in html_of(text)


def test_definitions_of_links_are_shown() -> None:
    assert "secret" in html_of("[//]: # (secret)\n\n[a]: https://x.example 'secret'")


@pytest.mark.parametrize(
    "text",
    [
        "> " * 60 + "words",
        "- " * 60 + "words",
        "\n".join("  " * level + "- words" for level in range(60)),
        "> " * 60 + "\n\nwords\n" + "> " * 60 + "words",
        "*" * (MOST_SIGNS + 1) + "words",
    ],
)
def test_what_is_nested_too_deeply_is_shown_as_it_is(text: str) -> None:
    with bounded():
        assert markdown(text) == verbatim(text)


def test_a_table_with_very_many_cells_is_no_table() -> None:
    columns = 300
    text = "|a" * columns + "\n" + "|-" * columns + "\n" + "|b\n" * (MOST_CELLS // columns)
    html = html_of(text)
    assert "<table" not in html and len(html) < 2 * len(text)


def test_a_page_of_very_much_markdown_is_refused() -> None:
    with pytest.raises(TooCostly), bounded():
        for _ in range(100):
            markdown("*a* " * 2000)


PIECES = (
    """a word * _ ` [ ]( ) ![ < > | \\ $ &amp; " ' ~~ https://e.example <script> onload=x javascript: &#60;b>""".split()
)
BLANKS = [" ", "\n", "\n\n", "\t", "    ", "```\n", "|-|\n", "# ", "- ", "1. ", "word "]
TEXTS = st.lists(st.sampled_from(PIECES + BLANKS), max_size=60).map("".join)


@given(TEXTS)
def test_any_text_gives_only_the_tags_of_markdown_and_keeps_its_words(text: str) -> None:
    html = html_of(text)
    for tag in re.findall(r"<[^>]*>", html):
        assert re.fullmatch(
            r"</?(p|strong|em|s|code|pre|ul|ol|li|blockquote|br /|hr /|a|small|table|thead|tbody|tr|td|th|div)"
            r'( (class|dir|start|target|rel|tabindex|role|aria-label|href)="[^"<>]*")*>',
            tag,
        ), tag
    for address in re.findall(r'href="([^"]*)"', html):
        assert address.startswith(("https://", "http://", "mailto:"))
    addresses = " ".join(re.findall(r'href="([^"]*)"', html))
    assert text.count("word") <= (unescape(re.sub(r"<[^>]*>", "", html)) + addresses).count("word")
