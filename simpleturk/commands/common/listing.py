"""Lists: a table for people on a terminal, JSON Lines in a pipe or a file."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from simpleturk import console
from simpleturk.commands.common.options import data_out
from simpleturk.files import json_line

Record = Mapping[str, Any]


def print_list(
    records: Iterable[Record], columns: Mapping[str, str | Callable[[Record], str]], empty: str, title: str = ""
) -> None:
    """Print records to stdout.

    `columns` has the headings of the table, each with a key of the records, or a function that returns the cell.
    `empty` says what to do next if there are no records; people read it on the terminal.
    """
    with data_out():
        if not console.is_terminal():
            for record in records:
                console.data(json_line(dict(record)))
            return
        rows = [tuple(_cell(record, column) for column in columns.values()) for record in records]
        if rows:
            console.table(title, rows, tuple(columns), right=False)
        else:
            console.note(empty)


def _cell(record: Record, column: str | Callable[[Record], str]) -> str:
    if callable(column):
        return column(record)
    value = record[column]
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    return "" if value is None else str(value)
