"""Numbers as people write them: the digits 0 to 9, a sign, a decimal point.

Python's own functions also read digits of other scripts, "1_000", " 1 ", "1e3" and "inf". In an amount of money or a
limit these are mistakes.
"""

import re
from decimal import Decimal

WHOLE_NUMBER = re.compile(r"[+-]?[0-9]{1,18}")
NUMBER = re.compile(r"[+-]?(?:[0-9]{1,18}(?:\.[0-9]{0,18})?|\.[0-9]{1,18})")


def parse_decimal(text: str) -> Decimal:
    """The exact value of a number. Raises ValueError for any other text."""
    if not NUMBER.fullmatch(text):
        raise ValueError(f"{text[:40]!r} is not a number")
    return Decimal(text)
