"""JSON Lines → numbered inputs: a JSON value on each line, blank lines are skipped."""

import hashlib
import json
import tempfile
import weakref
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from simpleturk.errors import Problem, Problems, SimpleturkError
from simpleturk.files import stamp
from simpleturk.mturk.strict_json import json_problem, parse_json
from simpleturk.text_files import NotText, copy_as_utf8, decoded, is_wide, open_utf8


@dataclass(frozen=True)
class Input:
    """An input: its line in the file (from 1), and its value."""

    line: int
    value: Any


class Inputs:
    """A file of inputs, JSON Lines. Each iteration reads it anew; nothing is kept in memory.

    `name` is its name in messages; `kept` is true for a copy of inputs that came through a pipe. Iterating yields an
    Input for each good line and a Problem for each bad one.
    """

    #: The suffix of a copy of such a file.
    suffix = ".jsonl"

    def __init__(self, path: Path, name: str | None = None, kept: bool = False) -> None:
        self.path = path
        self.kept = kept
        self.name = name or str(path)
        #: A copy with the inputs as lines of UTF-8, so that they have offsets; and the stamp of the file.
        self._copy: tuple[Path, object] | None = None

    def __iter__(self) -> Iterator[Input | Problem]:
        try:
            with self.open() as file:
                for number, line in enumerate(file, start=1):
                    item = self._parse(number, line)
                    if item is not None:
                        yield item
        except NotText as error:
            # The other lines have the same encoding.
            yield error.problem(self.name)
        except Problems as error:
            yield from error.problems

    def value_at(self, line: int, offset: int) -> Any:
        """The input on a line, which begins at this offset of the file. Raises Problems, or KeyError if it is blank."""
        with self.open() as file:
            file.seek(offset)
            try:
                item = self._parse(line, file.readline())
            except NotText as error:
                raise Problems([error.problem(self.name)]) from error
        if isinstance(item, Problem):
            raise Problems([item])
        if item is None:
            raise KeyError(line)
        return item.value

    def open(self) -> IO[bytes]:
        """Open the file to read UTF-8. Raises SimpleturkError if it does not exist, and Problems if it is not text."""
        try:
            if not self._needs_copy():
                return open_utf8(self.path, self.name)
            if self._copy is None or self._copy[1] != stamp(self.path):
                self._copy = (self._copied(), stamp(self.path))
            return self._copy[0].open("rb")
        except FileNotFoundError as error:
            raise SimpleturkError(f"{self.name}: no such file", "name the inputs with --inputs") from error
        except IsADirectoryError as error:
            raise SimpleturkError(f"{self.name}: is a folder, not a file", "name the inputs with --inputs") from error

    def _needs_copy(self) -> bool:
        """Whether the file's own lines are not the inputs' lines as UTF-8."""
        return is_wide(self.path)

    def _write_copy(self, copy: Path) -> None:
        """Write the inputs as lines of UTF-8. Raises Problems."""
        copy_as_utf8(self.path, copy, self.name)

    def _copied(self) -> Path:
        """A copy of the inputs as lines of UTF-8, which is deleted with this object."""
        folder = tempfile.TemporaryDirectory(prefix="simpleturk-")
        weakref.finalize(self, folder.cleanup)
        copy = Path(folder.name) / "inputs"
        self._write_copy(copy)
        return copy

    def values(self) -> Iterator[Input]:
        """The inputs of a file that has been checked. Raises Problems for the first bad line."""
        for item in self:
            if isinstance(item, Problem):
                raise Problems([item])
            yield item

    def lines(self) -> "InputLines":
        """The values by line, in any order."""
        return InputLines(self)

    def digest(self) -> str:
        """The SHA-256 of the file's text as UTF-8."""
        with self.open() as file:
            sha256 = hashlib.sha256()
            while chunk := file.read(1 << 18):
                sha256.update(chunk)
            return sha256.hexdigest()

    def begins_with(self, digest: str) -> bool:
        """Whether the file begins with all lines of the file that had this digest, byte by byte."""
        sha256 = hashlib.sha256()
        with self.open() as file:
            for line in file:
                bare = line.rstrip(b"\r\n")
                # The last line of that file may have had no line end.
                for part in (bare, line[len(bare) :]):
                    sha256.update(part)
                    if sha256.hexdigest() == digest:
                        return True
        return False

    def where(self, line: int) -> str:
        """The name of a line in messages: "inputs.jsonl, line 7"."""
        return f"{self.name}, line {line}"

    def _parse(self, number: int, line: bytes) -> Input | Problem | None:
        if not line.strip():
            return None
        text = decoded(line, number)
        if not text.strip():
            return None
        try:
            return Input(number, parse_json(text))
        except json.JSONDecodeError as error:
            column = min(error.pos, len(text.rstrip())) + 1
            hint = 'put quotes around text: "…"' if line.strip()[:1].isalpha() else None
            if number == 1 and line.strip() == b"{":
                hint = "put each input on one line: jq -c . FILE"
            return Problem(self.where(number), f"not JSON: {json_problem(error)} (column {column})", hint)
        except ValueError as error:
            return Problem(self.where(number), f"not JSON: {error}")


class ListedInputs(Inputs):
    """Inputs without a file: these values, numbered from 1."""

    def __init__(self, name: str, values: Sequence[Any]) -> None:
        super().__init__(Path(name))
        self._values = values

    def __iter__(self) -> Iterator[Input | Problem]:
        return (Input(line, value) for line, value in enumerate(self._values, start=1))


class InputLines:
    """The values of a file of inputs by line, in any order. `digest` is the SHA-256 of the file."""

    def __init__(self, inputs: Inputs) -> None:
        self._inputs = inputs
        # The offset of each line: less than a megabyte for a hundred thousand lines.
        self._offsets = array("Q", [0])
        self._stamp = stamp(inputs.path)
        sha256 = hashlib.sha256()
        with inputs.open() as file:
            for line in file:
                sha256.update(line)
                self._offsets.append(self._offsets[-1] + len(line))
        self.digest = sha256.hexdigest()
        self._last: tuple[int, Any] = (0, None)

    def value(self, number: int) -> Any:
        """The input on a line (from 1).

        Raises Problems for an input that cannot be read, KeyError for a line without input, and OSError if the file has
        changed since the digest was computed.
        """
        if self._last[0] != number:
            if not 0 < number < len(self._offsets):
                raise KeyError(number)
            if stamp(self._inputs.path) != self._stamp:
                raise OSError(f"{self._inputs.name} has changed")
            # The assignments of a HIT follow each other and have the same input.
            self._last = (number, self._inputs.value_at(number, self._offsets[number - 1]))
        return self._last[1]
