"""CSV → numbered inputs: an object for each row, with the names of the columns.

In a CSV file of the requester site, the columns `Input.x` are the variables x; all other columns are left out. Results
that simpleturk wrote are read with their exact values; see csv_cells.py.
"""

from collections.abc import Iterator
from typing import Any

from simpleturk.batch.inputs.csv_cells import as_written
from simpleturk.batch.inputs.csv_reader import Rows, header_of, rows_of, wrong_length
from simpleturk.batch.inputs.jsonl import Input, Inputs
from simpleturk.errors import Problem, Problems
from simpleturk.text_files import NotText


class Table(Inputs):
    """A CSV file of inputs. The line of an input is the one on which its row begins."""

    suffix = ".csv"

    def __iter__(self) -> Iterator[Input | Problem]:
        try:
            yield from self._items()
        except NotText as error:
            yield error.problem(self.name)
        except Problems as error:
            yield from error.problems

    def _items(self) -> Iterator[Input | Problem]:
        """The inputs and problems. Raises NotText or Problems for the rest of a file that cannot be read."""
        with self.open() as file:
            rows = rows_of(file)
            header = self._header(rows)
            if isinstance(header, list):
                yield from header
                return
            seen: set[str] = set()
            for line, row in rows:
                item = self._row(header, line, row)
                # Results of the requester site have a row for each assignment: the rows of a HIT are one input.
                hit_id = row[header.hit_id] if header.hit_id is not None and header.hit_id < len(row) else ""
                if item is not None and (not hit_id or hit_id not in seen):
                    yield item
                seen.update(filter(None, [hit_id]))

    def value_at(self, line: int, offset: int) -> Any:
        """The input of the row that begins on a line, which begins at this offset of the file."""
        with self.open() as file:
            header = self._header(rows_of(file))
            if isinstance(header, list):
                raise Problems(header)
            file.seek(offset)
            rows = rows_of(file, header.delimiter, line)
            try:
                item = self._row(header, *next(rows, (line, [])))
            except NotText as error:
                item = error.problem(self.name)
        if isinstance(item, Problem):
            raise Problems([item])
        if item is None:
            raise KeyError(line)
        return item.value

    def _header(self, rows: Rows) -> "_Header | list[Problem]":
        """The columns, or their problems."""
        line, names = header_of(rows)
        header = _Header(names, rows.delimiter)
        if names and not header.columns:
            return [Problem(self.where(line), "has no column for an input", "begin the file with a header")]
        columns = list(header.columns.values())
        twice = dict.fromkeys(name for name in columns if columns.count(name) > 1)
        hint = "give each column its own name"
        return [Problem(self.where(line), f"has the column {name!r} twice", hint) for name in twice] or header

    def _row(self, header: "_Header", line: int, row: list[str]) -> Input | Problem | None:
        if not any(row):
            return None
        if len(row) < header.number or any(row[header.number :]):
            return Problem(self.where(line), *wrong_length(row, header.number, header.delimiter))
        # Data frames have row numbers in a first column without a name.
        unnamed = next((number for number in header.unnamed if number and row[number]), None)
        if unnamed is not None:
            return Problem(
                self.where(line),
                f"field {unnamed + 1} has a value, but its column has no name",
                "add the name to the header",
            )
        read = as_written if header.is_results else str
        return Input(line, {name: read(row[number]) for number, name in header.columns.items()})


class _Header:
    """The columns of a table: their number, the names of inputs by position, and the position of HITId.

    `is_results`: the inputs are in columns `Input.x`, as in results.
    """

    def __init__(self, names: list[str], delimiter: str) -> None:
        stripped = [name.strip() for name in names]
        self.delimiter = delimiter
        self.number = len(stripped)
        self.unnamed = [number for number, name in enumerate(stripped) if not name]
        named = {number: name for number, name in enumerate(stripped) if name}
        inputs = {
            number: as_written(name)[6:] for number, name in named.items() if name.startswith("Input.") and name[6:]
        }
        self.is_results = bool(inputs)
        self.columns = inputs or {n: name for n, name in named.items() if not name.startswith("Answer.")}
        self.hit_id = stripped.index("HITId") if inputs and "HITId" in stripped else None
