"""The content of QuestionForms: formatted text holds no scripts, and media and links lead to the web only."""

import pytest
from markupsafe import Markup

from simpleturk.marketplace.errors import RequestError
from simpleturk.marketplace.questions.form_content import Content, read_content
from simpleturk.marketplace.questions.xml import parse_xml

MEDIA = "<Binary><MimeType><Type>{}</Type></MimeType><DataURL>{}</DataURL><AltText>A cat</AltText></Binary>"


def formatted(xhtml: str) -> Content:
    return read_content(parse_xml(f"<FormattedContent><![CDATA[{xhtml}]]></FormattedContent>"))


def test_links_open_in_a_new_tab_without_access_to_the_page() -> None:
    assert formatted('<a href="https://example.org/">this</a>').html == Markup(
        '<div><a href="https://example.org/" target="_blank" rel="noopener noreferrer">this</a></div>'
    )


@pytest.mark.parametrize(
    "xhtml",
    [
        "<script>x</script>",
        "<style>x</style>",
        '<p onclick="x">x</p>',
        '<p style="x">x</p>',
        '<a href="javascript:x">x</a>',
        '<img src="data:image/svg+xml,x"/>',
        '<img src="//example.org/x"/>',
        '<p xmlns:x="y"/>',
        "<p>",
        "<!DOCTYPE x><p/>",
        "<b>" * 5000 + "</b>" * 5000,
    ],
)
def test_other_elements_attributes_and_addresses_are_refused(xhtml: str) -> None:
    with pytest.raises(RequestError, match="FormattedContent"):
        formatted(xhtml)


@pytest.mark.parametrize(("media_type", "kind"), [("image", "image"), ("audio", "audio"), ("application", "link")])
def test_media_are_shown_and_other_files_are_links(media_type: str, kind: str) -> None:
    content = read_content(parse_xml(MEDIA.format(media_type, "https://example.org/cat")))
    assert content == Content(kind, text="A cat", url="https://example.org/cat")


@pytest.mark.parametrize("url", ["javascript:x", "file:///etc/passwd", "https://", "http://[x/"])
def test_media_come_from_the_web_only(url: str) -> None:
    with pytest.raises(RequestError, match="is not a web address"):
        read_content(parse_xml(MEDIA.format("image", url)))
