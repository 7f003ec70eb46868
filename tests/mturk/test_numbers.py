"""Numbers as people write them."""

from decimal import Decimal

import pytest

from simpleturk.mturk.numbers import NUMBER, WHOLE_NUMBER, parse_decimal

#: What Python reads as numbers, and people do not write.
ODD = [
    "1_000",
    " 1",
    "1 ",
    "1\n",
    "1e3",
    "inf",
    "-inf",
    "nan",
    "0x10",
    "\uff11",
    "\u0663",
    "\u0660.\u0660\u0665",
    "",
    ".",
]


@pytest.mark.parametrize(("text", "value"), [("0", "0"), ("+1", "1"), ("-0.50", "-0.50"), (".5", "0.5"), ("1.", "1")])
def test_a_number_has_its_exact_value(text: str, value: str) -> None:
    assert parse_decimal(text) == Decimal(value)


@pytest.mark.parametrize("text", [*ODD, "1" * 19])
def test_any_other_text_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a number"):
        parse_decimal(text)
    assert not NUMBER.fullmatch(text) and not WHOLE_NUMBER.fullmatch(text)


def test_a_whole_number_has_no_point() -> None:
    assert WHOLE_NUMBER.fullmatch("-12") and not WHOLE_NUMBER.fullmatch("1.0")
