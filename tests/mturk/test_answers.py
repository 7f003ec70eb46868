"""Submitted form → Answer XML → fields → output."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simpleturk.mturk.answers import (
    NAMESPACE,
    AnswerError,
    answer_xml,
    answers_of,
    excess_of,
    output_of,
    parse_answer,
    take_opinion,
)


def document(*answers: str, encoding: str = "ASCII") -> str:
    inner = "".join(f"<Answer>{answer}</Answer>" for answer in answers)
    declaration = f'<?xml version="1.0" encoding="{encoding}"?>'
    return f'{declaration}\n<QuestionFormAnswers xmlns="{NAMESPACE}">{inner}</QuestionFormAnswers>'


def answer(name: str, value: str) -> str:
    return f"<QuestionIdentifier>{name}</QuestionIdentifier>{value}"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("pug", "pug"),
        ("", ""),
        ("a &amp; b &lt;c&gt; ]]&gt;", "a & b <c> ]]>"),
        ("&#233;&#128512; &#8238;", "é😀 \u202e"),
        ("&amp;amp; &amp;#39;", "&amp; &#39;"),
        ("x&amp;copy=1", "x&copy=1"),
        ("<![CDATA[<b> & ]]]]><![CDATA[>]]>", "<b> & ]]>"),
        ("a&#13;\nb", "a\r\nb"),
    ],
)
def test_text_is_read_back_exactly(text: str, value: str) -> None:
    assert parse_answer(document(answer("q", f"<FreeText>{text}</FreeText>"))) == {"q": value}


@pytest.mark.parametrize("encoding", ["ASCII", "UTF-8", "utf-16"])
def test_a_wrong_declaration_of_the_encoding_does_no_harm(encoding: str) -> None:
    xml = document(answer("q", "<FreeText>naïve 🙂</FreeText>"), encoding=encoding)
    assert parse_answer(xml) == {"q": "naïve 🙂"}


def test_an_empty_element_is_an_empty_field() -> None:
    assert parse_answer(document(answer("q", "<FreeText/>"))) == {"q": ""}


def test_several_fields_keep_their_order() -> None:
    xml = document(answer("b", "<FreeText>1</FreeText>"), answer("a", "<FreeText>2</FreeText>"))
    assert list(parse_answer(xml).items()) == [("b", "1"), ("a", "2")]


def test_a_field_named_twice_is_a_list() -> None:
    xml = document(answer("q", "<FreeText>1</FreeText>"), answer("q", "<FreeText>2</FreeText>"))
    assert parse_answer(xml) == {"q": ["1", "2"]}


@pytest.mark.parametrize(
    ("selections", "value"),
    [
        ("", ""),
        ("<SelectionIdentifier>red</SelectionIdentifier>", "red"),
        (
            "<SelectionIdentifier>red</SelectionIdentifier><SelectionIdentifier>blue</SelectionIdentifier>",
            ["red", "blue"],
        ),
        (
            "<SelectionIdentifier>red</SelectionIdentifier><OtherSelectionText>mauve</OtherSelectionText>",
            ["red", "mauve"],
        ),
    ],
)
def test_selections_of_a_question_form(selections: str, value: Any) -> None:
    assert parse_answer(document(answer("colour", selections))) == {"colour": value}


def test_an_answer_without_content_has_no_fields() -> None:
    assert parse_answer("") == parse_answer(document()) == {}


@pytest.mark.parametrize(
    "xml",
    [
        "not XML",
        "<QuestionFormAnswers>",
        f'<Other xmlns="{NAMESPACE}"/>',
        document("<FreeText>of nothing</FreeText>"),
        f'<!DOCTYPE x [<!ENTITY a "b">]><QuestionFormAnswers xmlns="{NAMESPACE}">&a;</QuestionFormAnswers>',
    ],
)
def test_documents_that_are_not_answers_are_refused(xml: str) -> None:
    with pytest.raises(AnswerError):
        parse_answer(xml)


def test_a_page_that_stores_json_gives_that_json() -> None:
    assert output_of({"output": '[{"a": 1}]'}) == ([{"a": 1}], {}, None)
    assert output_of({"taskAnswers": '[{"country": "UK"}]'}) == ([{"country": "UK"}], {}, None)


def test_fields_beside_the_json_are_returned_separately() -> None:
    assert output_of({"note": "hm", "output": "1"}) == (1, {"note": "hm"}, None)


def test_a_plain_form_gives_all_its_fields() -> None:
    assert output_of({"a": "1", "b": ["2", "3"]}) == ({"a": "1", "b": ["2", "3"]}, {}, None)


@pytest.mark.parametrize("text", ["", "{", "NaN", "[" * 100_000])
def test_output_that_is_not_json_stays_text_with_a_problem(text: str) -> None:
    assert output_of({"output": text}) == (text, {}, "the field output is not JSON")


def test_a_form_may_have_a_text_field_named_output() -> None:
    assert output_of({"output": "about 3 MW", "plant": "x"}) == ({"output": "about 3 MW", "plant": "x"}, {}, None)


# Text that HTML forms can send and XML can hold; the rest is replaced, see below.
REPLACED = "".join(map(chr, [*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF]))
characters = st.characters(exclude_categories=["Cs"], exclude_characters=REPLACED)
fields = st.lists(st.tuples(st.text(characters, min_size=1), st.text(characters)), unique_by=lambda pair: pair[0])


@given(fields)
def test_results_read_what_the_marketplace_writes(pairs: list[tuple[str, str]]) -> None:
    assert parse_answer(answer_xml(pairs)) == dict(pairs)


selections = st.fixed_dictionaries(
    {
        "selections": st.lists(st.text(characters, min_size=1), min_size=1),
        "other": st.none() | st.text(characters, min_size=1),
    }
)


@given(st.dictionaries(st.text(characters, min_size=1), st.text(characters) | selections))
def test_written_answers_and_selections_are_read_back(answers: dict[str, Any]) -> None:
    expected = {}
    for name, value in answers.items():
        values = [value] if isinstance(value, str) else [*value["selections"], *filter(None, [value["other"]])]
        expected[name] = values[0] if len(values) == 1 else values
    assert parse_answer(answer_xml(list(answers.items()))) == expected


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_any_json_that_a_page_stores_is_read_back(value: Any) -> None:
    # As a browser writes it: lone surrogates escaped.
    stored = json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")
    text = stored.decode("utf-8", "surrogatepass")
    if any("\ud800" <= character <= "\udfff" for character in text):
        text = json.dumps(value)
    assert output_of(parse_answer(answer_xml([("output", text)])))[0] == value


@given(st.text())
def test_answer_xml_is_always_ascii_and_well_formed(text: str) -> None:
    xml = answer_xml([("q", text)])
    assert xml.isascii()
    assert set(parse_answer(xml)) == {"q"}


PARAMETERS = {"assignmentId": "A", "hitId": "H", "workerId": "W", "turkSubmitTo": "https://x.example"}


def test_parameters_that_a_page_sends_back_are_dropped_and_repeated_names_are_joined() -> None:
    form = [("assignmentId", "A"), ("box", "1"), ("hitId", "H"), ("workerId", "W"), ("box", "2")]
    assert answers_of([*form, ("turkSubmitTo", "https://x.example/")], PARAMETERS) == [("box", "1|2")]


def test_another_value_in_a_field_with_the_name_of_a_parameter_is_an_answer() -> None:
    form = [("workerId", "W"), ("workerId", "my nick"), ("hitId", ""), ("turkSubmitTo", "me"), ("assignmentId", "B")]
    answers = [("workerId", "my nick"), ("hitId", ""), ("turkSubmitTo", "me"), ("assignmentId", "B")]
    assert answers_of(form, PARAMETERS) == answers
    assert answers_of([("turkSubmitTo", "")], {}) == [("turkSubmitTo", "")]


def test_lists_and_objects_flattened_by_a_crowd_form_are_parsed() -> None:
    fields = {
        "boxes.boundingBoxes": '[{"label": "Car", "top": 1}]',
        "boxes.inputImageProperties.height": "480",
        "animal.cat": "true",
        "text.note": "[not JSON",
        "note": "[1]",
    }
    assert output_of(fields)[0] == fields | {"boxes.boundingBoxes": [{"label": "Car", "top": 1}]}


@pytest.mark.parametrize(
    ("form", "excess"),
    [
        ([(f"f{number}", "x") for number in range(2001)], "sent 2,001 fields; an answer has at most 2,000"),
        ([("é" * 501, "x")], "name is longer than 1,000 bytes"),
        ([("a", "é" * 8_388_609)], "at most 16 MiB"),
        ([("output", "[" * 501 + "]" * 501)], "nested more than 500 levels"),
        ([("taskAnswers", '{"a":' * 100_000)], "nested more than 500 levels"),
    ],
)
def test_an_answer_is_bounded(form: list[tuple[str, str]], excess: str) -> None:
    assert excess in (excess_of(form) or "")


@pytest.mark.parametrize(
    "form",
    [
        [(f"f{number}", "x") for number in range(2000)],
        [("box", str(number)) for number in range(20_000)],
        [("output", json.dumps([{"x": 1, "tag": "[[[{"}] * 100_000))],
        [("output", '"' + "[" * 100_000)],
        [("note", "[" * 100_000)],
    ],
)
def test_large_answers_of_real_pages_are_within_the_bounds(form: list[tuple[str, str]]) -> None:
    assert excess_of(form) is None


@pytest.mark.parametrize(
    ("text", "opinion"),
    [
        ('{"clear": 4, "note": "<b>"}', {"clear": 4, "note": "<b>"}),
        ("[1]", {}),
        ("nothing", {}),
        ("[" * 100_000, {}),
    ],
)
def test_an_opinion_is_not_a_part_of_the_output(text: str, opinion: dict[str, Any]) -> None:
    fields = parse_answer(answer_xml([["capital", "Lima"], ["simpleturk.opinion", text]]))
    assert take_opinion(fields) == opinion
    assert output_of(fields) == ({"capital": "Lima"}, {}, None)
    assert take_opinion(fields) == {}


def test_a_page_cannot_write_an_opinion() -> None:
    assert answers_of([("a", "1"), ("simpleturk.opinion", "{}")], {}) == [("a", "1")]
