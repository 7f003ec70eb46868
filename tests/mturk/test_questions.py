"""Question XML: what is recognised as a question document, and how pages are wrapped."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simpleturk.marketplace.errors import RequestError
from simpleturk.marketplace.questions.question import parse_question
from simpleturk.marketplace.questions.xml import parse_xml
from simpleturk.mturk.questions import (
    EXTERNAL_NAMESPACE,
    HTML_NAMESPACE,
    external_question_xml,
    html_question_xml,
    is_question_xml,
    page_in,
    question_xml,
)


@pytest.mark.parametrize(
    "text",
    [
        "<QuestionForm/>",
        "\ufeff\r\n <HTMLQuestion xmlns='x'>",
        '<?xml version="1.0"?>\n<!-- a - b --><!----><ExternalQuestion>',
        "<mturk:HTMLQuestion xmlns:mturk='x'>",
    ],
)
def test_question_documents_are_recognised_by_their_root_element(text: str) -> None:
    assert is_question_xml(text)


@pytest.mark.parametrize(
    "text",
    ["", "<!doctype html><p>", "<QuestionForms/>", "HTMLQuestion", "<p><QuestionForm/></p>", "<!-- <QuestionForm/>"],
)
def test_pages_are_not_question_documents(text: str) -> None:
    assert not is_question_xml(text)


def test_a_long_unfinished_comment_is_rejected_quickly() -> None:
    assert not is_question_xml("<!--" + "- " * 1_000_000)


def test_a_question_document_loses_only_the_blanks_before_it() -> None:
    assert question_xml("\ufeff\n <QuestionForm/>\n", 400) == "<QuestionForm/>\n"


def test_a_page_becomes_an_html_question() -> None:
    assert question_xml("<p>Hi", 400) == html_question_xml("<p>Hi", 400)


def test_an_external_question_escapes_its_url() -> None:
    assert external_question_xml("https://x.org/?a=1&b=<2>", 300) == (
        f'<ExternalQuestion xmlns="{EXTERNAL_NAMESPACE}"><ExternalURL>https://x.org/?a=1&amp;b=&lt;2&gt;</ExternalURL>'
        "<FrameHeight>300</FrameHeight></ExternalQuestion>"
    )


@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1).filter(str.strip))
def test_the_question_holds_the_page_exactly(html: str) -> None:
    html = html.replace("\ufffe", "").replace("\uffff", "") or "x"
    if html.strip():
        question = parse_question(html_question_xml(html, 400))
        assert (question.html, question.frame_height) == (html, 400)


@pytest.mark.parametrize("html", ["a ]]> b", "]]>", "]]]]>>", "🙂", "x\u2028", "tab\tline\n"])
def test_what_would_end_a_cdata_section_does_not(html: str) -> None:
    assert parse_question(html_question_xml(html, 0)).html == html


def test_emoji_are_references_in_the_question() -> None:
    assert html_question_xml("🙂", 0) == (
        f'<HTMLQuestion xmlns="{HTML_NAMESPACE}"><HTMLContent><![CDATA[]]>&#128578;<![CDATA[]]></HTMLContent>'
        "<FrameHeight>0</FrameHeight></HTMLQuestion>"
    )


def test_a_character_that_xml_cannot_hold_is_named_with_its_line() -> None:
    with pytest.raises(ValueError, match="line 2 holds the character U\\+000B"):
        html_question_xml("a\nb\x0b", 0)


@pytest.mark.parametrize("character", ["\0", "\ufffe", "\uffff", "\ud800"])
def test_characters_that_xml_cannot_hold_are_refused(character: str) -> None:
    with pytest.raises(ValueError, match=f"U\\+{ord(character):04X}"):
        html_question_xml(f"a{character}", 0)


#: Parts that a document may have inside and around its page, many of them where they do not belong.
PARTS = st.sampled_from(
    ["a", "é", "🙂", "\n", "\r", "\x01", "\ufffe", "\ud800", "]]>", "<![CDATA[", "]", ">", "&amp;", "</HTMLContent>"]
    + ["]]></HTMLContent><FrameHeight>", "1", "x", "</FrameHeight></HTMLQuestion>", " ", "<p>", "\x7f", "\u2028"]
)
WHOLE = html_question_xml("PAGE", 12)


@given(st.lists(PARTS, max_size=6).map("".join), st.lists(PARTS, max_size=2).map("".join))
def test_a_page_that_is_read_without_a_parser_is_what_the_parser_reads(page: str, height: str) -> None:
    xml = WHOLE.replace("PAGE", page).replace("12", height or "12")
    read = page_in(xml)
    if read is None:
        return
    root = parse_xml(xml)
    assert [child.name for child in root.children] == ["HTMLContent", "FrameHeight"]
    assert read == (root.children[0].text, root.children[1].text)
    assert (root.namespace, root.name, root.children[0].attributes) == (HTML_NAMESPACE, "HTMLQuestion", {})


@pytest.mark.parametrize("page", ["a\x01", "a\ud800", "a\ufffe", "a\uffff", ""])
def test_a_page_that_xml_cannot_hold_is_refused_with_its_place(page: str) -> None:
    assert page_in(WHOLE) == ("PAGE", "12")
    with pytest.raises(RequestError, match="XMLParseError|Details: "):
        parse_question(WHOLE.replace("PAGE", page))
