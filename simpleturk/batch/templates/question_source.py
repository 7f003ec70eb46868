"""What makes questions of inputs: a Jinja template, a requester-site template, or a page on another host."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from simpleturk.batch.templates.source_map import SourceMap

#: The syntaxes of templates, as --syntax names them.
SYNTAXES = ("jinja", "site")


@dataclass(frozen=True)
class UnshownPart:
    """A part of a template, by its line, that appears on no page; the problem and the next step."""

    line: int
    problem: str
    hint: str


@dataclass(frozen=True)
class ShownTag:
    """A tag in a value that the page shows as text: the place of the placeholder, its name, and the tag's name."""

    where: str
    placeholder: str
    tag: str


@dataclass(frozen=True)
class OtherReading:
    """Another syntax that a template could be meant in, and the first part that has a meaning in it."""

    syntax: str
    part: str


class QuestionSource(Protocol):
    """Makes the question of each input.

    A new kind of source is a module with a class that has these members, and a line in `detect.open_template`.
    """

    #: Set by `detect.open_template` if the syntax was detected and another one is possible.
    other_reading: OtherReading | None

    @property
    def path(self) -> Path:
        """The file that problems name."""

    @property
    def digest(self) -> str:
        """SHA-256 in hex of what the questions depend on, without the inputs."""

    @property
    def text(self) -> str:
        """The template as it is written, "" if there is no template."""

    def render(self, value: Any) -> str:
        """The page for one input, or a question's XML. Raises Problems, or ValueError for an impossible character."""

    def traced(self, value: Any) -> "tuple[str, SourceMap]":
        """The page for one input, and the line of the template that each part comes from. Raises Problems."""

    def included(self) -> Sequence[Path]:
        """The files that the template includes, directly or not."""

    def text_with_includes(self) -> str:
        """The template and the user's own includes as one text, to search for names; "" if any name may be used."""

    def unshown_parts(self) -> Sequence[UnshownPart]:
        """The parts of the template that appear on no page."""

    def shown_tags(self, value: Any) -> Sequence[ShownTag]:
        """The tags in the values of one input that the page shows as text although values may have tags."""
