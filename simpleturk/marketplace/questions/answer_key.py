"""AnswerKey XML → a test's score. Source: the API reference's page on the AnswerKey data structure."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from simpleturk.marketplace.errors import RequestError
from simpleturk.marketplace.questions.question_form import Form, Selection, sequence
from simpleturk.marketplace.questions.xml import Element, parse_error, parse_xml
from simpleturk.mturk.limits import MAX_INTEGER, MIN_INTEGER
from simpleturk.mturk.questions import ANSWER_KEY_NAMESPACE


@dataclass(frozen=True)
class Key:
    """For each question its options (the exact set selected, its score), and the score of any other answer."""

    options: dict[str, list[tuple[frozenset[str], int]]]
    default: dict[str, int]
    mapping: Element | None


def read_key(xml: str) -> Key:
    """Read an AnswerKey document. Raises RequestError XMLParseError."""
    root = parse_xml(xml)
    if (root.namespace, root.name) != (ANSWER_KEY_NAMESPACE, "AnswerKey"):
        raise parse_error(f"cvc-elt.1: Cannot find the declaration of element '{root.name}'.")
    parts = sequence(root, "Question+", "QualificationValueMapping?")
    options: dict[str, list[tuple[frozenset[str], int]]] = {}
    default: dict[str, int] = {}
    for question in parts["Question"]:
        inside = sequence(question, "QuestionIdentifier", "AnswerOption*", "DefaultScore?")
        identifier = inside["QuestionIdentifier"][0].value
        if identifier in options:
            raise question.error(f"the QuestionIdentifier '{identifier[:80]}' is used twice.")
        options[identifier] = [_option(option) for option in inside["AnswerOption"]]
        default[identifier] = _integer(inside["DefaultScore"][0]) if inside["DefaultScore"] else 0
    mapping = parts["QualificationValueMapping"]
    if mapping:
        _check_mapping(mapping[0])
    return Key(options, default, mapping[0].children[0] if mapping else None)


def check_key(key: Key, form: Form) -> None:
    """Raise RequestError unless a key fits its test: only selections without an other one can be scored."""
    known = {question.identifier: question.answer for question in form.questions}
    for identifier, options in key.options.items():
        answer = known.get(identifier)
        if not isinstance(answer, Selection) or answer.other is not None:
            text = f"The AnswerKey names '{identifier[:80]}', which is no question of the Test that can be scored."
            raise RequestError("InvalidParameterValue", text)
        choices = {choice.identifier for choice in answer.choices}
        for selected, _ in options:
            if not selected <= choices:
                text = f"The AnswerKey selects what the question '{identifier[:80]}' does not offer."
                raise RequestError("InvalidParameterValue", text)


def score(key: Key, fields: list[Any]) -> int:
    """The qualification's value for a test's answers (as assignments.fields)."""
    given = {name: frozenset(value["selections"]) for name, value in fields if isinstance(value, dict)}
    total = 0
    for identifier, options in key.options.items():
        selected = given.get(identifier, frozenset())
        total += next((points for wanted, points in options if wanted == selected), key.default[identifier])
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
    for part in mapping.all("SummedScoreRange"):
        low, high, value = (int(child.value) for child in part.children)
        if low <= total <= high:
            return value
    return int(mapping.children[-1].value)


def _option(element: Element) -> tuple[frozenset[str], int]:
    parts = sequence(element, "SelectionIdentifier*", "AnswerScore")
    return frozenset(one.value for one in parts["SelectionIdentifier"]), _integer(parts["AnswerScore"][0])


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
            finite = abs(Decimal(multiplier.value)) <= 1_000_000
        except ArithmeticError:
            finite = False
        if not finite:
            raise multiplier.error(f"cvc-datatype-valid.1.2.1: '{multiplier.value[:40]}' is not a number.")
    elif mapping.name == "RangeMapping":
        parts = sequence(mapping, "SummedScoreRange+", "OutOfRangeQualificationValue")
        for part in parts["SummedScoreRange"]:
            inside = sequence(part, "InclusiveLowerBound", "InclusiveUpperBound", "QualificationValue")
            for bounds in inside.values():
                _integer(bounds[0])
        _integer(parts["OutOfRangeQualificationValue"][0])
    else:
        raise mapping.error(f"cvc-complex-type.2.4.a: {mapping.name} is no mapping.")


def _integer(element: Element) -> int:
    text = element.value
    digits = text.removeprefix("-")
    if not digits.isascii() or not digits.isdecimal() or len(digits) > 9:
        raise element.error(f"cvc-datatype-valid.1.2.1: '{text[:40]}' is not a whole number.")
    return int(text)
