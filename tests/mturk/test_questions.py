"""Question XML: what is recognised as a question document, and how pages are wrapped."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simpleturk.marketplace.questions.question import parse_question
from simpleturk.mturk.questions import (
    EXTERNAL_NAMESPACE,
    HTML_NAMESPACE,
    external_question_xml,
    html_question_xml,
    is_question_xml,
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
