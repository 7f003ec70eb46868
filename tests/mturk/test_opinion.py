"""Questions about a task travel behind the question's document, and answers are checked by kind."""

import xml.etree.ElementTree as ET

import pytest

from simpleturk.mturk.opinion import OpinionQuestion, answered, opinion_questions, with_opinion
from simpleturk.mturk.questions import external_question_xml, html_question_xml

QUESTIONS = [
    OpinionQuestion("clear", "Clear? <b> & ]]> ?> é 🙂 --", "scale"),
    OpinionQuestion("again", "Again?", "yes-no"),
    OpinionQuestion("note", "Anything else?", "text"),
]


@pytest.mark.parametrize(
    "xml",
    [html_question_xml("<p>Hi ]]> <?simpleturk-opinion []?>", 0), external_question_xml("https://x.org/?a=1&b", 5)],
)
def test_a_document_carries_the_questions_and_stays_the_same_for_xml_parsers(xml: str) -> None:
    carried = with_opinion(xml, QUESTIONS)
    assert opinion_questions(carried) == QUESTIONS
    assert ET.tostring(ET.fromstring(carried)) == ET.tostring(ET.fromstring(xml))
    assert opinion_questions(xml) == []
    assert with_opinion(xml, []) == xml


@pytest.mark.parametrize(
    "instruction",
    [
        "<?simpleturk-opinion nothing?>",
        "<?simpleturk-opinion {}?>",
        "<?simpleturk-opinion [1, [], {}]?>",
        '<?simpleturk-opinion [{"Name": "A", "Question": "q", "Answer": "text"}]?>',
        '<?simpleturk-opinion [{"Name": "a", "Question": "q", "Answer": "secret"}]?>',
        '<?simpleturk-opinion [{"Name": "a", "Question": 5, "Answer": []}]?>',
        '<?simpleturk-opinion [{"Name": "a", "Question": "%s", "Answer": "text"}]?>' % ("q" * 301),
        "<?simpleturk-opinion " + "[" * 100_000 + "?>",
    ],
)
def test_malformed_questions_are_left_out(instruction: str) -> None:
    assert opinion_questions(f"<HTMLQuestion/>{instruction}") == []


def test_at_most_five_questions_are_asked_each_name_once() -> None:
    many = [OpinionQuestion(f"q{n % 7}", "q", "text") for n in range(20)]
    assert [item.name for item in opinion_questions(with_opinion("<a/>", many))] == ["q0", "q1", "q2", "q3", "q4"]


@pytest.mark.parametrize(
    ("form", "answers"),
    [
        ({"clear": "4", "again": "no", "note": " fine "}, {"clear": 4, "again": False, "note": "fine"}),
        ({"again": "yes"}, {"again": True}),
        ({"clear": "6", "again": "maybe", "note": " ", "other": "x"}, {}),
        ({"note": "n" * 5000}, {"note": "n" * 2000}),
        ({}, {}),
    ],
)
def test_answers_are_numbers_truth_values_and_texts(form: dict[str, str], answers: dict[str, object]) -> None:
    assert answered(QUESTIONS, form) == answers
