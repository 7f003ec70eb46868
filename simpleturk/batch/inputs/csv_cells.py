"""Cells of CSV that a spreadsheet shows as text: what it would run as a formula begins with an apostrophe.

Reading removes exactly the apostrophes that writing has added, so every text comes back unchanged: `shown_as_text`
adds one where a formula, or apostrophes before a formula, would begin; `as_written` removes one in the same places.
Numbers such as -5 stay numbers. Source: OWASP's page on CSV injection.
"""

import re

#: Spreadsheets ignore these characters before a formula: blanks, control characters, quotes, invisible characters.
_IGNORED = "\\s\0-\x20\x7f\"'`\u200b-\u200f\u2060\ufeff"

#: A formula begins with one of these, also in full width, as East Asian keyboards write them.
_SIGN = "[=+\\-@\uff1d\uff0b\uff0d\uff20]"

_NUMBER = r"[+-]?[0-9]*[.,]?[0-9]+(?:[eE][+-]?[0-9]+)?%?\Z"

#: A cell that begins with a tab or a line end is shown as text, too: some programs begin a new cell there.
_AT_START = rf"(?=(?:'*+[\t\r\n]|[{_IGNORED}]*+{_SIGN}))(?!'*+{_NUMBER})"

#: A spreadsheet that expects another separator begins a cell inside of a text. There an apostrophe is in the way of
#: readers, so it is added only before what can do harm: a call, a reference to another sheet, or another program.
_SEPARATORS = ";\t\r\n"
_AFTER_SEPARATOR = rf"(?=(?:(?![{_SEPARATORS}])[{_IGNORED}])*+{_SIGN}[^{_SEPARATORS}]*[(|!])"

_PLACES = rf"(?:\A{_AT_START}|(?<=[{_SEPARATORS}]){_AFTER_SEPARATOR})"
_ADDED = rf"(?:\A'{_AT_START}|(?<=[{_SEPARATORS}])'{_AFTER_SEPARATOR})"
_PLACE, _APOSTROPHE = re.compile(_PLACES), re.compile(_ADDED)


def shown_as_text(text: str) -> str:
    """A text as a cell that a spreadsheet shows as text: "=1+1" gives "'=1+1", "'=1" gives "''=1"."""
    return _PLACE.sub("'", text)


def as_written(cell: str) -> str:
    """The text that `shown_as_text` made a cell of; any other cell is returned unchanged."""
    return _APOSTROPHE.sub("", cell)
