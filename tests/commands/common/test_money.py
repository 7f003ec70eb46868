"""Amounts in USD as options."""

from decimal import Decimal

import pytest
import typer

from simpleturk.commands.common.money import parse_cost, payment_parser, usd


@pytest.mark.parametrize(
    ("amount", "text"), [("0", "$0.00"), ("1234.5", "$1,234.50"), ("-2", "-$2.00"), ("9000000", "$9,000,000.00")]
)
def test_amounts_for_people_are_written_in_one_way(amount: str, text: str) -> None:
    assert usd(amount) == usd(Decimal(amount)) == text


@pytest.mark.parametrize(("text", "amount"), [("0", "0"), ("12.345", "12.345"), ("+1", "1")])
def test_a_cost_is_any_amount_from_zero(text: str, amount: str) -> None:
    assert parse_cost(text) == Decimal(amount)


@pytest.mark.parametrize("text", ["-1", "NaN", "Infinity", "ten", "", "1e2", "1_000", " 1", "\uff11", "\u0663"])
def test_a_cost_that_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="is not an amount in USD"):
        parse_cost(text)


@pytest.mark.parametrize("text", ["0", "-1", "0.001", "100.01", "NaN", "a lot", "1_0", "\uff11", "\u0663", "1e1"])
def test_a_payment_is_in_whole_cents_above_zero_and_below_its_limit(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="is not an amount in USD, such as 0.50"):
        payment_parser(100, "0.50")(text)


def test_a_payment_has_two_decimals() -> None:
    assert str(payment_parser(100, "0.50")("1.5")) == "1.50"


@pytest.mark.parametrize(
    ("text", "reason"),
    [("0.001", "it has parts of a cent"), ("1000.5", "the maximum is 1,000"), ("1000000000", "the maximum")],
)
def test_a_refused_payment_has_a_reason(text: str, reason: str) -> None:
    with pytest.raises(typer.BadParameter, match=f"such as 0.50: {reason}"):
        payment_parser(1000, "0.50")(text)
