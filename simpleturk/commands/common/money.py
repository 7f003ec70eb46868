"""Amounts in USD as options and arguments."""

from collections.abc import Callable
from decimal import Decimal

import typer

from simpleturk.mturk.numbers import parse_decimal


def parse_cost(text: str) -> Decimal:
    """A limit of what something may cost, in USD: 0 or more. Raises BadParameter."""
    amount = _decimal(text)
    if not amount.is_finite() or amount < 0:
        raise typer.BadParameter(f"{text!r} is not an amount in USD")
    return amount


def payment_parser(most: int, example: str) -> Callable[[str], Decimal]:
    """A parser of payments in USD: more than 0, at most `most`, whole cents. It raises BadParameter with an example."""

    def parse_payment(text: str) -> Decimal:
        amount = _decimal(text)
        reason = ""
        if amount.is_finite() and amount > most:
            reason = f": the maximum is {most:,}"
        elif amount.is_finite() and amount > 0 and amount != round(amount, 2):
            reason = ": it has parts of a cent"
        if reason or not amount.is_finite() or amount <= 0:
            raise typer.BadParameter(f"{text!r} is not an amount in USD, such as {example}{reason}")
        return round(amount, 2)

    return parse_payment


def _decimal(text: str) -> Decimal:
    try:
        return parse_decimal(text)
    except ValueError:
        return Decimal("NaN")
