"""CSV of spreadsheets and of the requester site → rows, each with the line on which it begins.

The separator is a comma, a semicolon or a tab, detected in the header. Quoted fields may contain line ends.
"""

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from simpleturk.batch.inputs.csv_cells import as_written
from simpleturk.errors import Problem
from simpleturk.text_files import NotText, first_line, utf8_lines
from simpleturk.text_files import decoded as decoded_line

#: The column of the fields of answers without a column of their own: a JSON object of texts by name.
OTHERS = "OtherAnswers"

#: The columns in which a reviewer writes; what simpleturk writes into the others is shown as text by spreadsheets.
DECISIONS = ("Approve", "Reject")

DELIMITERS = ",;\t"

#: Excel's line before the header that names the separator.
_SEPARATOR_LINE = re.compile(r"sep=(.)\r?\n?")


class Unreadable(NotText):
    """A line of a file from which on it cannot be read."""


def decoded(file: Iterable[bytes], first: int = 1) -> Iterator[str]:
    """The lines of a file as text; `first` is the number of the first line. Raises NotText."""
    for number, line in enumerate(utf8_lines(file) if first == 1 else file, start=first):
        # An answer may contain a zero byte, and results are read back.
        yield decoded_line(line, number, allow_zero=True)


class Rows(Iterator[tuple[int, list[str]]]):
    """Rows with the line on which each begins. Without a delimiter, it is detected in the first row."""

    def __init__(self, lines: Iterator[str], delimiter: str, first: int) -> None:
        self.delimiter = delimiter
        self._lines = lines
        self._before = first - 1
        self._reader: Any = csv.reader(lines, delimiter=delimiter, strict=True) if delimiter else None

    def __next__(self) -> tuple[int, list[str]]:
        if self._reader is None:
            self._begin()
        begun = self._before + self._reader.line_num + 1
        try:
            return begun, next(self._reader)
        except csv.Error as error:
            what = "a quote is not closed" if "unexpected end" in str(error) else f"not CSV: {error}"
            hint = 'write a quote inside a quoted field twice: ""' if '"' in str(error) else None
            if "new-line character" in str(error):
                hint = 'its line ends are those of old Macs: in Excel, choose "CSV UTF-8"'
            raise Unreadable(begun, what, hint or "") from error

    def _begin(self) -> None:
        """Detect the separator: the one that the header contains most often outside quotes. Skips blank lines."""
        first = next(self._lines, "")
        while first and not first.strip():
            self._before += 1
            first = next(self._lines, "")
        separator = _SEPARATOR_LINE.fullmatch(first)
        if separator:
            self._before, self.delimiter = self._before + 1, separator[1]
            self._reader = csv.reader(self._lines, delimiter=self.delimiter, strict=True)
            return
        bare = re.sub('"[^"]*("|$)', "", first)
        self.delimiter = max(DELIMITERS, key=bare.count)
        self._reader = csv.reader(_chained(first, self._lines), delimiter=self.delimiter, strict=True)


def rows_of(file: Iterable[bytes], delimiter: str = "", first: int = 1) -> Rows:
    """The rows of a file that is open at line `first`. Iterating raises NotText."""
    csv.field_size_limit(2**31 - 1)
    return Rows(decoded(file, first), delimiter, first)


def header_of(rows: Rows) -> tuple[int, list[str]]:
    """The first row that is not empty, with its line. Names are stripped, unless that makes two of them equal."""
    line, names = next(((line, row) for line, row in rows if any(map(str.strip, row))), (1, []))
    # A program that does not know byte order marks may have written one back as a part of the first name.
    names = [name.removeprefix("\ufeff") for name in names]
    stripped = [name.strip() for name in names]
    return line, stripped if len(set(stripped)) == len(set(names)) else names


def folded(name: str) -> str:
    """A column's name without case and signs: "assignmentid" for AssignmentId, assignment_id and "Assignment ID"."""
    return re.sub("[^a-z0-9]", "", name.casefold())


def _renamed(names: list[str], columns: Iterable[str]) -> list[str]:
    """Names of a header with the usual spelling of `columns`, unless a column has this spelling already."""
    usual = {folded(column): column for column in columns if column not in names}
    return [usual.get(folded(name), name) for name in names]


def records(
    file: Iterable[bytes], name: str, required_column: str, other_columns: Iterable[str] = ()
) -> "Iterator[tuple[int, dict[str, str]] | Problem]":
    """Each row as a dict by the header's names, with its line; or a Problem. Empty rows are left out.

    A file without the column `required_column` is a Problem. This column and `other_columns` are found in any spelling:
    AssignmentId, assignment_id, "Assignment ID". Apostrophes before formulas are removed, where simpleturk wrote them.
    """
    rows = rows_of(file)
    try:
        line, names = header_of(rows)
        names = _renamed([as_written(name) for name in names], (required_column, *other_columns))
        if required_column not in names:
            shown = ", ".join(repr(column[:40]) for column in names[:10]) + (", …" if len(names) > 10 else "")
            what = f"has no column {required_column}" + (f"; its columns are {shown}" if names else "")
            yield Problem(f"{name}, line {line}", what, f"begin the file with a header that has {required_column}")
            return
        twice = dict.fromkeys(column for column in names if column and names.count(column) > 1)
        for column in twice:
            yield Problem(f"{name}, line {line}", f"has the column {column!r} twice", "give each column its own name")
        if twice:
            return
        for line, row in rows:
            if len(row) < len(names) or any(row[len(names) :]):
                if any(row):
                    yield Problem(f"{name}, line {line}", *wrong_length(row, len(names), rows.delimiter))
            elif any(row):
                cells = zip(names, row, strict=False)
                yield line, {column: cell if column in DECISIONS else as_written(cell) for column, cell in cells}
    except NotText as error:
        yield error.problem(name)


def wrong_length(row: list[str], number: int, delimiter: str) -> tuple[str, str]:
    """The problem of a row that has not `number` fields, as the header has, and the next step."""
    fields = "1 field" if len(row) == 1 else f"{len(row)} fields"
    if len(row) > number:
        hint = "put quotes around a field that contains the separator or a line end"
    else:
        shown = "a tab" if delimiter == "\t" else repr(delimiter)
        hint = f"the row ends too early: add the missing fields, or {shown} for each that is empty"
    return f"has {fields}; the header has {number}", hint


def cell_text(value: Any) -> str:
    """A value as the text of a cell: text as it is, other values as JSON."""
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value, ensure_ascii=False)


def input_of(row: Mapping[str, str]) -> dict[str, str]:
    """The input in the columns `Input.x` of a row of the requester site; empty without such columns."""
    return {name[6:]: text for name, text in row.items() if name.startswith("Input.") and name[6:]}


def fields_of_row(row: Mapping[str, str]) -> list[list[str]]:
    """The fields of the answer in a row, by the names of its columns. Empty ones are left out, except in OTHERS.

    Raises ValueError if the cell OTHERS has been changed to something else.
    """
    fields = [[name[7:], text] for name, text in row.items() if name.startswith("Answer.") and text]
    return fields + [[name, text] for name, text in _others(row.get(OTHERS, ""))]


def _others(cell: str) -> Iterable[tuple[str, str]]:
    from simpleturk.mturk.strict_json import parse_json

    if not cell.strip():
        return ()
    try:
        fields: Any = parse_json(cell)
    except ValueError:
        fields = None
    if not isinstance(fields, dict) or not all(isinstance(text, str) for text in fields.values()):
        raise ValueError(f"{OTHERS} is {cell[:40]!r}, not a JSON object of texts")
    return fields.items()


def _chained(first: str, lines: Iterator[str]) -> Iterator[str]:
    if first:
        yield first
    yield from lines


def is_table(path: Path, name: str) -> bool:
    """Whether a file is CSV, by its suffix, else by its first line."""
    if not path.is_file():
        return begins_table(name, b"")
    return begins_table(name, first_line(path))


def begins_table(name: str, line: bytes) -> bool:
    """Whether a file with this name and first line is CSV."""
    suffix = Path(name).suffix.lower()
    if suffix in (".csv", ".tsv"):
        return True
    if suffix in (".jsonl", ".json", ".ndjson"):
        return False
    line = line.removeprefix(b"\xef\xbb\xbf").strip()
    # A header has a separator between its columns, and is not JSON.
    return line[:1] not in (b"{", b"[") and any(sign.encode() in line for sign in DELIMITERS) and not _is_json(line)


def _is_json(line: bytes) -> bool:
    from simpleturk.mturk.strict_json import parse_json

    try:
        parse_json(line.decode())
    except ValueError:
        return False
    return True
