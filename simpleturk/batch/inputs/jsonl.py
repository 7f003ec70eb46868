"""JSON Lines → numbered inputs: any JSON value on a line, blank lines skipped, UTF-8 with or without BOM."""

import codecs
import hashlib
import json
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from simpleturk.errors import Problem, Problems, SimpleturkError
from simpleturk.files import stamp
from simpleturk.mturk.strict_json import parse_json


@dataclass(frozen=True)
class Input:
    """One input: the line of the file on which it stands (from 1), and its value."""

    line: int
    value: Any


class Inputs:
    """A file of inputs, JSON Lines, read anew by every iteration: nothing is held in memory.

    `name` is what messages call it; `kept` says that it is a copy of what came through a pipe. Iterating yields
    Input for good lines and Problem for bad ones.
    """

    #: How a copy of such a file is named.
    suffix = ".jsonl"

    def __init__(self, path: Path, name: str | None = None, kept: bool = False) -> None:
        self.path = path
        self.kept = kept
        self.name = name or str(path)

    def __iter__(self) -> Iterator[Input | Problem]:
        with self.open() as file:
            for number, line in enumerate(file, start=1):
                found = self._parse(number, line)
                if found is not None:
                    yield found

    def value_at(self, line: int, offset: int) -> Any:
        """The input on a line, which begins at this offset of the file. Raises Problems, or KeyError without one."""
        with self.open() as file:
            file.seek(offset)
            found = self._parse(line, file.readline())
        if isinstance(found, Problem):
            raise Problems([found])
        if found is None:
            raise KeyError(line)
        return found.value

    def open(self) -> IO[bytes]:
        """The file. Raises SimpleturkError when there is none."""
        try:
            return self.path.open("rb")
        except FileNotFoundError as error:
            raise SimpleturkError(f"{self.name}: no such file", "name the inputs with --inputs") from error
        except IsADirectoryError as error:
            raise SimpleturkError(f"{self.name}: is a folder, not a file", "name the inputs with --inputs") from error

    def values(self) -> Iterator[Input]:
        """The inputs of a file that has been checked. Raises Problems at the first bad line."""
        for item in self:
            if isinstance(item, Problem):
                raise Problems([item])
            yield item

    def digest(self) -> str:
        """The SHA-256 of the file's bytes."""
        with self.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def begins_with(self, digest: str) -> bool:
        """Whether the file's first lines are, to the byte, the file that had this digest."""
        sha256 = hashlib.sha256()
        with self.path.open("rb") as file:
            for line in file:
                bare = line.rstrip(b"\r\n")
                # The last line of what it was may have had no end.
                for part in (bare, line[len(bare) :]):
                    sha256.update(part)
                    if sha256.hexdigest() == digest:
                        return True
        return False

    def where(self, line: int) -> str:
        """How messages name a line: "inputs.jsonl, line 7"."""
        return f"{self.name}, line {line}"

    def _parse(self, number: int, line: bytes) -> Input | Problem | None:
        if number == 1:
            if line.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
                return Problem(self.where(number), "the file is UTF-16, not UTF-8", "save it as UTF-8")
            line = line.removeprefix(codecs.BOM_UTF8)
        if not line.strip():
            return None
        try:
            return Input(number, parse_json(line.decode("utf-8")))
        except UnicodeDecodeError as error:
            text = f"not UTF-8 text (byte {error.start + 1} is 0x{line[error.start]:02x})"
            return Problem(self.where(number), text, "save the file as UTF-8")
        except json.JSONDecodeError as error:
            hint = 'text needs quotes: write "…" around it' if line.strip()[:1].isalpha() else None
            if number == 1 and line.strip() in (b"[", b"{"):
                hint = "put every input on one line; for a JSON array: jq -c '.[]' FILE"
            return Problem(self.where(number), f"not JSON: {error.msg} (column {error.colno})", hint)
        except ValueError as error:
            return Problem(self.where(number), f"not JSON: {error}")


class ListedInputs(Inputs):
    """Inputs that no file holds: these values, numbered from 1."""

    def __init__(self, name: str, values: Sequence[Any]) -> None:
        super().__init__(Path(name))
        self._values = values

    def __iter__(self) -> Iterator[Input | Problem]:
        return (Input(line, value) for line, value in enumerate(self._values, start=1))


class InputLines:
    """The values of a file of inputs by line, in any order. `digest` is the SHA-256 of its bytes."""

    def __init__(self, inputs: Inputs) -> None:
        self._inputs = inputs
        # Where each line begins: a hundred thousand take less than a megabyte.
        self._offsets = array("Q", [0])
        self._stamp = stamp(inputs.path)
        sha256 = hashlib.sha256()
        with inputs.path.open("rb") as file:
            for line in file:
                sha256.update(line)
                self._offsets.append(self._offsets[-1] + len(line))
        self.digest = sha256.hexdigest()
        self._last: tuple[int, Any] = (0, None)

    def value(self, number: int) -> Any:
        """The input on a line (from 1).

        Raises Problems for one that cannot be read, KeyError where there is none, and OSError when the file is not the
        one any more whose digest was taken.
        """
        if self._last[0] != number:
            if not 0 < number < len(self._offsets):
                raise KeyError(number)
            if stamp(self._inputs.path) != self._stamp:
                raise OSError(f"{self._inputs.name} has changed")
            # A HIT's assignments come one after the other, and have one input.
            self._last = (number, self._inputs.value_at(number, self._offsets[number - 1]))
        return self._last[1]
