"""Reading XML: elements know their place, and hostile documents are refused."""

import pytest

from simpleturk.marketplace.errors import RequestError
from simpleturk.marketplace.questions.xml import MAX_DEPTH, MAX_ELEMENTS, parse_xml


def test_elements_have_namespace_text_attributes_and_place() -> None:
    root = parse_xml('<a xmlns="urn:x">\n  before <b c="1" xml:lang="en"> inner </b> after</a>')
    [child] = root.all("b")
    assert (root.namespace, root.name, root.text) == ("urn:x", "a", "\n  before  after")
    assert (child.attributes, child.value, child.line, child.column) == ({"c": "1"}, "inner", 2, 9)
    assert list(root.below()) == [child]


def test_the_declared_encoding_does_not_count() -> None:
    assert parse_xml('<?xml version="1.0" encoding="latin-1"?><a>é</a>').text == "é"


def test_errors_name_line_and_column() -> None:
    with pytest.raises(RequestError) as caught:
        parse_xml("<a>\n<b></a>")
    assert caught.value.code == "AWS.MechanicalTurk.XMLParseError"
    assert caught.value.message.endswith("Details: [2,5] mismatched tag")


@pytest.mark.parametrize(
    ("xml", "message"),
    [
        ('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "a DOCTYPE is not allowed"),
        ('<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "a DOCTYPE is not allowed"),
        ("<a>" * (MAX_DEPTH + 1) + "</a>" * (MAX_DEPTH + 1), "nested too deeply"),
        ("<a>" + "<b/>" * MAX_ELEMENTS + "</a>", "too many elements"),
        (f'<a xmlns="{"x" * 301}"/>', "a namespace is too long"),
        ("", "no element found"),
        ("<a>\ud800</a>", "not well-formed"),
    ],
)
def test_hostile_and_broken_documents_are_refused(xml: str, message: str) -> None:
    with pytest.raises(RequestError, match=message):
        parse_xml(xml)
