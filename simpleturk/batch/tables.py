"""CSV → numbered inputs: a row with its column's names, whatever spreadsheet or site wrote the file.

Comma, semicolon or tab, told by the header; quoted fields may hold line ends; UTF-8 with or without BOM. In a file of
the requester site's, the columns `Input.x` are the variables x, and the site's own and `Answer.x` are left alone.
"""

import codecs
import csv
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from simpleturk.batch.inputs import Input, Inputs
from simpleturk.errors import Problem, Problems

DELIMITERS = ",;\t"

#: What Excel writes before the header to say how fields are apart.
_SEPARATOR_LINE = re.compile(r"sep=(.)\r?\n?")

#: Excel's other encodings cannot be told from each other.
_AS_UTF_8 = 'save the file as UTF-8: in Excel, choose "CSV UTF-8"'


class Table(Inputs):
    """A CSV file of inputs. A line is the one on which a row begins."""

    suffix = ".csv"

    def __iter__(self) -> Iterator[Input | Problem]:
        with self.open() as file:
            rows = _rows(self._lines(file))
            try:
                header = self._header(rows)
                if isinstance(header, list):
                    yield from header
                    return
                seen: set[str] = set()
                for line, row in rows:
                    found = self._row(header, line, row)
                    # The site's results have a row for each assignment: a HIT is one input.
                    hit_id = row[header.hit_id] if header.hit_id is not None and header.hit_id < len(row) else ""
                    if found is not None and (not hit_id or hit_id not in seen):
                        yield found
                    seen.update(filter(None, [hit_id]))
            except _Unreadable as error:
                yield Problem(self.where(error.line), error.what, error.hint)

    def value_at(self, line: int, offset: int) -> Any:
        """The input of the row that begins on a line, which begins at this offset of the file."""
        with self.open() as file:
            header = self._header(_rows(self._lines(file)))
            if isinstance(header, list):
                raise Problems(header)
            file.seek(offset)
            rows = _rows(self._lines(file, line), header.delimiter, line)
            found = self._row(header, *next(rows, (line, [])))
        if isinstance(found, Problem):
            raise Problems([found])
        if found is None:
            raise KeyError(line)
        return found.value

    def _lines(self, file: Iterable[bytes], first: int = 1) -> Iterator[str]:
        for number, line in enumerate(file, start=first):
            if number == 1:
                if line.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
                    raise _Unreadable(1, "the file is UTF-16, not UTF-8", _AS_UTF_8)
                line = line.removeprefix(codecs.BOM_UTF8)
            try:
                yield line.decode()
            except UnicodeDecodeError as error:
                what = f"not UTF-8 text (byte {error.start + 1} is 0x{line[error.start]:02x})"
                raise _Unreadable(number, what, _AS_UTF_8) from error

    def _header(self, rows: "_Rows") -> "_Header | list[Problem]":
        """The columns; or what is wrong with them."""
        line, names = next(rows, (1, []))
        header = _Header(names, rows.delimiter)
        if names and not header.columns:
            return [Problem(self.where(line), "names no column that could be an input", "begin with a header")]
        columns = list(header.columns.values())
        twice = dict.fromkeys(name for name in columns if columns.count(name) > 1)
        hint = "give each column a name of its own"
        return [Problem(self.where(line), f"names the column {name!r} twice", hint) for name in twice] or header

    def _row(self, header: "_Header", line: int, row: list[str]) -> Input | Problem | None:
        if not any(row):
            return None
        wanted = header.number
        if len(row) < wanted or any(row[wanted:]):
            hint = "put quotes around a field that holds the separator or a line end"
            return Problem(self.where(line), f"has {len(row)} fields; the header has {wanted}", hint)
        unnamed = next((number for number in header.unnamed if row[number]), None)
        if unnamed is not None:
            return Problem(self.where(line), f"field {unnamed + 1} has a value, but its column no name")
        return Input(line, {name: row[number] for number, name in header.columns.items()})


class _Unreadable(Exception):
    """A file that cannot be read on."""

    def __init__(self, line: int, what: str, hint: str | None = None) -> None:
        super().__init__(what)
        self.line, self.what, self.hint = line, what, hint


class _Header:
    """A table's columns: the number of fields, names by position, the position of the site's HITId."""

    def __init__(self, names: list[str], delimiter: str) -> None:
        stripped = [name.strip() for name in names]
        self.delimiter = delimiter
        self.number = len(stripped)
        self.unnamed = [number for number, name in enumerate(stripped) if not name]
        named = {number: name for number, name in enumerate(stripped) if name}
        inputs = {number: name[6:] for number, name in named.items() if name.startswith("Input.") and name[6:]}
        self.columns = inputs or {n: name for n, name in named.items() if not name.startswith("Answer.")}
        self.hit_id = stripped.index("HITId") if inputs and "HITId" in stripped else None


class _Rows(Iterator[tuple[int, list[str]]]):
    """Rows with the line on which each begins. Without a delimiter, the first row tells it."""

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
            what = "a quote is opened and never closed" if "unexpected end" in str(error) else f"not CSV: {error}"
            hint = 'a quote inside of a quoted field is written twice: ""' if '"' in str(error) else None
            raise _Unreadable(begun, what, hint) from error

    def _begin(self) -> None:
        """Find out how fields are apart, by what the header has most of outside of quotes."""
        first = next(self._lines, "")
        said = _SEPARATOR_LINE.fullmatch(first)
        if said:
            self._before, self.delimiter = self._before + 1, said[1]
            self._reader = csv.reader(self._lines, delimiter=self.delimiter, strict=True)
            return
        bare = re.sub('"[^"]*("|$)', "", first)
        self.delimiter = max(DELIMITERS, key=bare.count)
        self._reader = csv.reader(_chained(first, self._lines), delimiter=self.delimiter, strict=True)


def _rows(lines: Iterator[str], delimiter: str = "", first: int = 1) -> _Rows:
    csv.field_size_limit(2**31 - 1)
    return _Rows(lines, delimiter, first)


def _chained(first: str, lines: Iterator[str]) -> Iterator[str]:
    if first:
        yield first
    yield from lines


def is_table(path: Path, name: str) -> bool:
    """Whether a file of inputs is CSV: by its name, or where that says nothing by its first line."""
    suffix = Path(name).suffix.lower()
    if suffix in (".csv", ".tsv"):
        return True
    if suffix in (".jsonl", ".json", ".ndjson") or not path.is_file():
        return False
    with path.open("rb") as file:
        line = file.readline(100_000).removeprefix(codecs.BOM_UTF8).strip()
    # A row of JSON begins as JSON does; a header of several columns holds what sets them apart.
    return line[:1] not in (b"{", b"[") and any(sign.encode() in line for sign in DELIMITERS) and not _is_json(line)


def _is_json(line: bytes) -> bool:
    from simpleturk.batch.jsontext import parse_json

    try:
        parse_json(line.decode())
    except ValueError:
        return False
    return True
