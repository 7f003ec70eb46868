"""A source map of a rendered page: the file and line of the template that each part comes from."""

import itertools
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream

from simpleturk.resources import shipped

_SHIPPED = shipped("hit_templates", "simpleturk")

#: The mark before each piece of a template's text in a traced page: the number of its file, and its line.
_MARK = re.compile("\ue000([0-9]+):([0-9]+)\ue001")


@dataclass(frozen=True)
class SourceLocation:
    """A line (from 1) of a file, or of the rendered page itself if the file is None.

    The location of text from a macro that ships is the line that calls the macro; `is_ours` is true then. `column` is
    that of the first character (0: the text is not in the file), None if it is not known. The text of a value has one
    column, that of its placeholder.
    """

    file: Path | None
    line: int
    is_ours: bool = False
    column: int | None = None
    is_value: bool = False

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}" if self.file else f"line {self.line} of the page"


class SourceMap:
    """The source of a page's characters: pairs of an offset and the location of the text from there on, in order."""

    def __init__(self, marks: list[tuple[int, SourceLocation]]) -> None:
        self._offsets = [offset for offset, _ in marks]
        self._locations = [place for _, place in marks]

    def at(self, offset: int) -> SourceLocation:
        """The location of the character at an offset."""
        position = bisect_right(self._offsets, offset) - 1
        return self._locations[max(position, 0)]

    def column_at(self, offset: int) -> int | None:
        """The column (from 1) of the character at an offset, 0 if it is not in the file, None if it is not known."""
        position = max(bisect_right(self._offsets, offset) - 1, 0)
        location = self._locations[position]
        if not location.column or location.is_value:
            return location.column
        return location.column + offset - self._offsets[position]

    def renumbered(self, file: Path, lines: Sequence[int]) -> "SourceMap":
        """The same map, in which line N of a file is line `lines[N - 1]`. Columns of such lines are not known."""
        locations = [
            replace(location, line=lines[min(location.line, len(lines)) - 1], column=None)
            if location.file == file
            else location
            for location in self._locations
        ]
        return SourceMap(list(zip(self._offsets, locations, strict=True)))

    @classmethod
    def of_page(cls, page: str) -> "SourceMap":
        """The lines of the page itself, if the template's lines are unknown."""
        return cls([(start, SourceLocation(None, line)) for line, start in enumerate(line_starts(page), start=1)])


def line_starts(text: str) -> list[int]:
    """The offsets of the lines of a text."""
    return [0, *(match.end() for match in re.finditer("\n", text))]


class Marking(Extension):
    """Makes a Jinja environment write a mark before each piece of text, and after each of its line ends."""

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        """The tokens of a template, its text with marks."""
        files: list[str] = self.environment.files  # type: ignore[attr-defined]
        name = stream.filename or stream.name or ""
        if name not in files:
            files.append(name)
        number = files.index(name)
        captured = 0
        tokens = list(stream)
        for position, token in enumerate(tokens):
            if token.type == "block_begin":
                # Captured text may be compared or changed: it must not contain marks.
                captured += _captures(tokens[position + 1 : position + 100])
            elif token.type == "data" and not captured:
                lines = token.value.split("\n")
                marked = (f"\ue000{number}:{token.lineno + index}\ue001{line}" for index, line in enumerate(lines))
                token = Token(token.lineno, token.type, "\n".join(marked))
            yield token


def _captures(tokens: list[Token]) -> int:
    """1 if these tokens begin a block whose text becomes a value, -1 if they end one, else 0."""
    word = tokens[0].value if tokens else ""
    head = itertools.takewhile(lambda token: token.type != "block_end", tokens)
    if word == "filter" or (word == "set" and all(token.type != "assign" for token in head)):
        return 1
    return -1 if word in ("endset", "endfilter") else 0


def unmarked(marked: str, files: list[str]) -> tuple[str, SourceMap]:
    """Remove the marks of a page; return it with its source map."""
    parts: list[str] = []
    marks: list[tuple[int, SourceLocation]] = []
    length = position = 0
    authors: SourceLocation | None = None
    paths = [Path(file) for file in files]
    is_shipped = [path.is_relative_to(_SHIPPED) for path in paths]
    for mark in _MARK.finditer(marked):
        part = marked[position : mark.start()]
        parts.append(part)
        length += len(part)
        number = int(mark[1])
        place = SourceLocation(paths[number], int(mark[2]))
        if is_shipped[number]:
            place = replace(authors, is_ours=True) if authors else replace(place, is_ours=True)
        else:
            authors = place
        marks.append((length, place))
        position = mark.end()
    page = "".join([*parts, marked[position:]])
    return page, SourceMap(marks) if marks else SourceMap.of_page(page)


def marking(environment: Any) -> Any:
    """The same environment, but it writes marks."""
    traced = environment.overlay(extensions=[Marking], cache_size=50)
    traced.files = []
    return traced
