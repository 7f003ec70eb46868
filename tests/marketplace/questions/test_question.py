"""Question documents: which of the three kinds they are, their limits, and their addresses."""

import pytest

from simpleturk.marketplace.errors import RequestError
from simpleturk.marketplace.questions.question import check_question, parse_question
from simpleturk.mturk.questions import FORM_NAMESPACES, external_question_xml, html_question_xml
from tests.marketplace.questions.test_question_form import FORM


def test_an_html_question_is_a_page() -> None:
    question = parse_question(html_question_xml("<p>Hi", 400))
    assert (question.html, question.url, question.form, question.frame_height) == ("<p>Hi", None, None, 400)


def test_an_external_question_is_an_address() -> None:
    question = parse_question(external_question_xml("https://example.org/?a=1&b=2", 0))
    assert (question.html, question.url, question.form) == (None, "https://example.org/?a=1&b=2", None)


@pytest.mark.parametrize("namespace", FORM_NAMESPACES)
def test_a_question_form_of_either_version_is_a_form(namespace: str) -> None:
    question = parse_question(FORM.replace(FORM_NAMESPACES[1], namespace))
    assert question.form and (question.html, question.url) == (None, None)


@pytest.mark.parametrize(
    ("xml", "message"),
    [
        ("<QuestionForm/>", r"\[1,0\] cvc-elt.1: Cannot find the declaration of element 'QuestionForm'"),
        (html_question_xml("", 400), "HTMLContent is empty"),
        (html_question_xml("x", 100_001), "is not a whole number from 0 to 100000"),
        (html_question_xml("x", -1), "is not a whole number"),
    ],
)
def test_other_documents_are_refused(xml: str, message: str) -> None:
    with pytest.raises(RequestError, match=message):
        parse_question(xml)


@pytest.mark.parametrize(
    "url",
    ["https://example.org", "https://xn--bcher-kva.example:8080/a?b#c", "http://localhost:8000/", "http://[::1]/"],
)
def test_external_urls_use_https_or_this_computer(url: str) -> None:
    assert parse_question(external_question_xml(url, 0)).url == url


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/",
        "javascript:alert(1)",
        "https://",
        "https://user@example.org/",
        "https://example.org;script-src/",
        "https://[x/",
        "//example.org/",
    ],
)
def test_other_external_urls_are_refused(url: str) -> None:
    with pytest.raises(RequestError, match="is not a valid ExternalURL"):
        parse_question(external_question_xml(url, 0))


@pytest.mark.parametrize(("strict", "limit"), [(False, 1024 * 1024), (True, 65_535)])
def test_a_question_may_be_as_large_as_the_limit(strict: bool, limit: int) -> None:
    size = len(html_question_xml("", 0))
    check_question(html_question_xml("x" * (limit - size), 0), strict)
    with pytest.raises(RequestError, match=f"has {limit + 1} bytes; at most {limit} are allowed"):
        check_question(html_question_xml("x" * (limit - size + 1), 0), strict)


def test_amazons_service_refuses_emoji_that_are_not_references() -> None:
    emoji = html_question_xml("x", 0).replace("x]]>", "🙂]]>")
    check_question(emoji, strict=False)
    with pytest.raises(RequestError):
        check_question(emoji, strict=True)
