"""Regular expressions of requesters: limited in size and in time."""

import time
from typing import Any

import pytest
import regex

from simpleturk.marketplace.errors import RequestError
from simpleturk.marketplace.questions.regex import MAX_TOTAL, check_expression, check_total, matches
from simpleturk.marketplace.questions.xml import parse_xml

ELEMENT = parse_xml("<AnswerFormatRegex/>")


def soon() -> float:
    """A deadline in two seconds."""
    return time.monotonic() + 2


@pytest.mark.parametrize(
    ("expression", "ignore_case", "text", "expected"),
    [
        ("b", False, "abc", True),
        ("^b", False, "abc", False),
        ("^B", True, "bc", True),
        ("^B", False, "bc", False),
    ],
)
def test_an_expression_is_searched_in_the_text(expression: str, ignore_case: bool, text: str, expected: bool) -> None:
    assert matches(expression, ignore_case, text, soon()) is expected


def test_an_expression_that_takes_too_long_counts_as_found() -> None:
    start = time.process_time()
    assert matches("^(a|aa)+$", False, "a" * 60 + "b", time.monotonic() + 0.1)
    assert time.process_time() - start < 5


def test_after_the_deadline_every_expression_counts_as_found() -> None:
    assert matches("^x", False, "abc", time.monotonic() - 1)


@pytest.mark.parametrize(
    "expression",
    ["[a-z]+", "(a|b){2,30}", "\\{9999}", "[{9999}]{3}", "a{10000}", r"^\(?1?\d{3}\)?$", "[(?R)]", "(?P<a>b)"],
)
def test_expressions_of_normal_size_are_allowed(expression: str) -> None:
    check_expression(ELEMENT, expression)


@pytest.mark.parametrize(
    "expression",
    [
        "a{10001}",
        "(a{101}){100}",
        "((a{30}){30}){30}",
        "a{1,99999}",
        "a" * 1001,
    ],
)
def test_expressions_that_would_fill_memory_are_refused(expression: str) -> None:
    with pytest.raises(RequestError, match="too large"):
        check_expression(ELEMENT, expression)


@pytest.mark.parametrize("expression", ["(?R)", "((?1)a|b)", r"\\(?0)", "(?P<n>(?&n))", "(?P<n>(?P>n))", "(a(?-1)?)"])
def test_expressions_that_call_themselves_are_refused(expression: str) -> None:
    """The first takes 400 megabytes in half a second."""
    with pytest.raises(RequestError, match="calls itself or one of its groups"):
        check_expression(ELEMENT, expression)


@pytest.mark.parametrize("expression", ["(", "[a", "*", "(?au)x", "(?V0)(?V1)a", "(?P<a"])
def test_expressions_that_do_not_compile_are_refused(expression: str) -> None:
    with pytest.raises(RequestError, match="cannot be read"):
        check_expression(ELEMENT, expression)


def test_the_expressions_of_a_form_may_be_large_together_up_to_a_limit() -> None:
    check_total(["a" * 1000] * (MAX_TOTAL // 1000))
    check_total(["^[A-Za-z]{2,30}$"] * 200)
    for expressions in (["a" * 1000] * 21, ["a{10000}"] * 3):
        with pytest.raises(RequestError, match="too large together") as caught:
            check_total(expressions)
        assert "QuestionForm" in str(caught.value)


def test_an_expression_is_compiled_once_however_often_its_form_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[str] = []
    original = regex.compile

    def counting(expression: str, *args: Any, **options: Any) -> Any:
        compiled.append(expression)
        return original(expression, *args, **options)

    monkeypatch.setattr(regex, "compile", counting)
    for _ in range(5):
        check_expression(ELEMENT, "only|in|this|test")
        with pytest.raises(RequestError, match="cannot be read"):
            check_expression(ELEMENT, "(only in this test")
    assert compiled == ["only|in|this|test", "(only in this test"]
