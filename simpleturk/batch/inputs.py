"""JSON Lines → numbered inputs: any JSON value on a line, blank lines skipped, UTF-8 with or without BOM."""

import codecs
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simpleturk.batch.jsontext import parse_json
from simpleturk.errors import Problem, Problems, SimpleturkError


@dataclass(frozen=True)
class Input:
    """One input: the line of the file on which it stands (from 1), and its value."""

    line: int
    value: Any


class Inputs:
    """A file of inputs, read anew by every iteration: nothing is held in memory.

    `name` is what messages call it; `kept` says that it is a copy of what came through a pipe. Iterating yields
    Input for good lines and Problem for bad ones.
    """

    def __init__(self, path: Path, name: str | None = None, kept: bool = False) -> None:
        self.path = path
        self.kept = kept
        self.name = name or str(path)

    def __iter__(self) -> Iterator[Input | Problem]:
        try:
            with self.path.open("rb") as file:
                for number, line in enumerate(file, start=1):
                    found = self._parse(number, line)
                    if found is not None:
                        yield found
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
