"""Rules of the XML schemas: children in order, and numbers."""

import pytest

from simpleturk.marketplace.errors import RequestError
from simpleturk.marketplace.questions.schema_rules import parse_number, sequence, whole_number
from simpleturk.marketplace.questions.xml import parse_xml


def test_children_are_returned_by_name() -> None:
    children = sequence(parse_xml("<a><b>1</b><b>2</b><d/></a>"), "b+", "c?", "d", "e*")
    assert {name: len(elements) for name, elements in children.items()} == {"b": 2, "c": 0, "d": 1, "e": 0}


@pytest.mark.parametrize(
    ("xml", "message"),
    [
        ("<a/>", "a needs b here"),
        ("<a><c/></a>", "a needs b here; got c"),
        ("<a><b/><b/></a>", "a holds b, c, in this order; got b"),
        ("<a><b/><d/></a>", "a holds b, c, in this order; got d"),
        ("<a><c/><b/></a>", "a needs b here; got c"),
    ],
)
def test_missing_unknown_and_misplaced_children_are_refused(xml: str, message: str) -> None:
    with pytest.raises(RequestError, match=message):
        sequence(parse_xml(xml), "b", "c*")


@pytest.mark.parametrize(("text", "number"), [("0", 0), (" 7 ", 7), ("2147483647", 2**31 - 1)])
def test_whole_numbers_are_read(text: str, number: int) -> None:
    assert whole_number(parse_xml(f"<a>{text}</a>")) == number


@pytest.mark.parametrize("text", ["", "-1", "1.5", "1e3", "٣", "2147483648", "9" * 5000])
def test_other_texts_are_not_whole_numbers(text: str) -> None:
    with pytest.raises(RequestError, match="is not a whole number from 0 to 2147483647"):
        whole_number(parse_xml(f"<a>{text}</a>"))


def test_a_text_that_is_not_a_number_is_refused() -> None:
    element = parse_xml("<a/>")
    assert parse_number(element, "-1.5") == -1.5
    with pytest.raises(RequestError, match="'x' is not a number"):
        parse_number(element, "x")
