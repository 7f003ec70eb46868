"""Amounts in USD: as options and arguments, and as people read them."""

from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING

import typer

from simpleturk.client.service_errors import ADD_MONEY
from simpleturk.mturk.limits import UNLIMITED_BALANCE
from simpleturk.mturk.numbers import parse_decimal

if TYPE_CHECKING:
    from simpleturk.client.client import MTurk


def usd(amount: Decimal | str) -> str:
    """An amount in USD for people: "$1,234.50", "-$2.00"."""
    amount = Decimal(amount)
    return f"{'-' if amount < 0 else ''}${abs(amount):,.2f}"


def is_unlimited(mturk: "MTurk", balance: Decimal) -> bool:
    """Whether a balance stands for an account without spending limit."""
    return not mturk.marketplace.is_amazon and balance >= UNLIMITED_BALANCE


def shown_balance(mturk: "MTurk", balance: Decimal) -> str:
    """A balance as part of a sentence: "balance $1,234.50", or "no spending limit"."""
    return "no spending limit" if is_unlimited(mturk, balance) else f"balance {usd(balance)}"


def price_line(rewards: Decimal, fees: Decimal) -> str:
    """A price for people: "$2.00 + $0.40 fees = $2.40"."""
    return f"{usd(rewards)} + {usd(fees)} fees = {usd(rewards + fees)}"


def funds_hint(mturk: "MTurk", less: str) -> str:
    """What to do about a balance that is too low; `less` is the other way out, such as "launch fewer inputs"."""
    return f"{ADD_MONEY[mturk.marketplace.is_amazon]}, or {less}"


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
