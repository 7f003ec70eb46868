"""AnswerKey XML → the score of a qualification test.

Source: the API reference's page on the AnswerKey data structure.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from simpleturk.marketplace.errors import RequestError
from simpleturk.marketplace.questions.question_form import Form, Selection
from simpleturk.marketplace.questions.schema_rules import sequence
from simpleturk.marketplace.questions.xml import Element, parse_error, parse_xml
from simpleturk.mturk.limits import MAX_INTEGER, MIN_INTEGER
from simpleturk.mturk.questions import ANSWER_KEY_NAMESPACE


@dataclass(frozen=True)
class AnswerKey:
    """The scores of answers, by question.

    `options` has pairs of a set of selections and its score: only exactly this set gets it. `default` is the score of
    any other answer. `mapping` turns the sum of scores into the qualification's value; None for the sum itself.
    """

    options: dict[str, list[tuple[frozenset[str], int]]]
    default: dict[str, int]
    mapping: Element | None


def read_key(xml: str) -> AnswerKey:
    """Read an AnswerKey document. Raises RequestError XMLParseError."""
    root = parse_xml(xml)
    if (root.namespace, root.name) != (ANSWER_KEY_NAMESPACE, "AnswerKey"):
        raise parse_error(f"cvc-elt.1: Cannot find the declaration of element '{root.name}'.")
    parts = sequence(root, "Question+", "QualificationValueMapping?")
    options: dict[str, list[tuple[frozenset[str], int]]] = {}
    default: dict[str, int] = {}
    for question in parts["Question"]:
        children = sequence(question, "QuestionIdentifier", "AnswerOption*", "DefaultScore?")
        identifier = children["QuestionIdentifier"][0].value
        if identifier in options:
            raise question.error(f"the QuestionIdentifier '{identifier[:80]}' is used twice.")
        options[identifier] = [_option(option) for option in children["AnswerOption"]]
        default[identifier] = _integer(children["DefaultScore"][0]) if children["DefaultScore"] else 0
    mapping = parts["QualificationValueMapping"]
    if mapping:
        _check_mapping(mapping[0])
    return AnswerKey(options, default, mapping[0].children[0] if mapping else None)


def check_key(key: AnswerKey, form: Form) -> None:
    """Raise RequestError unless a key fits its test: it may score selections only, and none with a free text."""
    answers = {question.identifier: question.answer for question in form.questions}
    for identifier, options in key.options.items():
        answer = answers.get(identifier)
        if not isinstance(answer, Selection) or answer.other is not None:
            text = f"The AnswerKey names '{identifier[:80]}', which is no question of the Test that can be scored."
            raise RequestError("InvalidParameterValue", text)
        choices = {choice.identifier for choice in answer.choices}
        for selections, _ in options:
            if not selections <= choices:
                text = f"The AnswerKey selects what the question '{identifier[:80]}' does not offer."
                raise RequestError("InvalidParameterValue", text)


def score(key: AnswerKey, fields: list[Any]) -> int:
    """Return the qualification's value for a test's answers, given as in qualification_requests.fields."""
    answers = {name: frozenset(value["selections"]) for name, value in fields if isinstance(value, dict)}
    total = 0
    for identifier, options in key.options.items():
        answer = answers.get(identifier, frozenset())
        total += next((points for selections, points in options if selections == answer), key.default[identifier])
    return max(MIN_INTEGER, min(_mapped(key.mapping, total), MAX_INTEGER))


def _mapped(mapping: Element | None, total: int) -> int:
    if mapping is None:
        return total
    if mapping.name == "PercentageMapping":
        share = Decimal(100 * total) / Decimal(mapping.children[0].value)
        return int(share.to_integral_value(ROUND_HALF_UP))
    if mapping.name == "ScaleMapping":
        scaled = Decimal(mapping.children[0].value) * total
        return int(scaled.to_integral_value(ROUND_HALF_UP))
    for score_range in mapping.all("SummedScoreRange"):
        low, high, value = (int(child.value) for child in score_range.children)
        if low <= total <= high:
            return value
    return int(mapping.children[-1].value)


def _option(element: Element) -> tuple[frozenset[str], int]:
    parts = sequence(element, "SelectionIdentifier*", "AnswerScore")
    selections = frozenset(identifier.value for identifier in parts["SelectionIdentifier"])
    return selections, _integer(parts["AnswerScore"][0])


def _check_mapping(element: Element) -> None:
    if len(element.children) != 1:
        raise element.error("cvc-complex-type.2.4.a: QualificationValueMapping holds one mapping.")
    mapping = element.children[0]
    if mapping.name == "PercentageMapping":
        if _integer(sequence(mapping, "MaximumSummedScore")["MaximumSummedScore"][0]) < 1:
            raise mapping.error("MaximumSummedScore has to be at least 1.")
    elif mapping.name == "ScaleMapping":
        multiplier = sequence(mapping, "SummedScoreMultiplier")["SummedScoreMultiplier"][0]
        try:
            is_number = abs(Decimal(multiplier.value)) <= 1_000_000
        except ArithmeticError:
            is_number = False
        if not is_number:
            raise multiplier.error(f"cvc-datatype-valid.1.2.1: '{multiplier.value[:40]}' is not a number.")
    elif mapping.name == "RangeMapping":
        parts = sequence(mapping, "SummedScoreRange+", "OutOfRangeQualificationValue")
        for score_range in parts["SummedScoreRange"]:
            bounds = sequence(score_range, "InclusiveLowerBound", "InclusiveUpperBound", "QualificationValue")
            for bound in bounds.values():
                _integer(bound[0])
        _integer(parts["OutOfRangeQualificationValue"][0])
    else:
        raise mapping.error(f"cvc-complex-type.2.4.a: {mapping.name} is no mapping.")


def _integer(element: Element) -> int:
    text = element.value
    digits = text.removeprefix("-")
    if not digits.isascii() or not digits.isdecimal() or len(digits) > 9:
        raise element.error(f"cvc-datatype-valid.1.2.1: '{text[:40]}' is not a whole number.")
    return int(text)
