"""The property ExternalURL + input → the ExternalQuestion of a page on another host."""

import re
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import TemplateSyntaxError
from jinja2.filters import do_urlencode
from markupsafe import Markup

from simpleturk.batch.templates.jinja import DataEnvironment, Missing, printed, variables_of
from simpleturk.batch.templates.source import UnshownPart
from simpleturk.batch.templates.source_map import SourceMap
from simpleturk.errors import Problem, Problems
from simpleturk.mturk.questions import external_question_xml

#: What stands around a value while an address is put together; neither can be part of one.
_OPEN, _CLOSE = "\x00", "\x01"
_VALUE = re.compile(f"{_OPEN}([^{_OPEN}{_CLOSE}]*){_CLOSE}")

#: What an address may hold beside letters and digits. A value inside of one may not begin a new part of it.
_IN_ADDRESSES = "%/:?#[]@!$&'()*+,;=~"
_IN_VALUES = "/:~"

#: A host's name or part of one, perhaps with a port: nothing that would make another host of what follows.
_HOST = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*(?::[0-9]{1,5})?")


class ExternalPage:
    """The address of a page, with Jinja: in the place of a template. Raises Problems for a syntax error.

    A value with which the address begins is an address. Any other is data: what would mean something in an address
    (`&`, `?`, `#`, a blank) is written as %26, …; the filter `urlencode` does the same, and does it once.
    """

    def __init__(self, url: str, frame_height: int, path: Path) -> None:
        self.path = path
        self.digest = sha256(b"external\0" + url.encode("utf-8", "surrogatepass")).hexdigest()
        self._height = frame_height
        environment = DataEnvironment(undefined=Missing, finalize=_marked, autoescape=False)
        environment.filters["urlencode"] = lambda value: Markup(do_urlencode(value))
        try:
            self._template = environment.from_string(url)
        except (TemplateSyntaxError, SyntaxError, RecursionError, ValueError) as error:
            raise Problems([Problem(str(path), f"ExternalURL: {getattr(error, 'message', None) or error}")]) from error

    @property
    def text(self) -> str:
        """Nothing: there is no template."""
        return ""

    def text_with_includes(self) -> str:
        """Nothing: the page on the other host may use any part of the input."""
        return ""

    def included(self) -> list[Path]:
        """Nothing: there is no template."""
        return []

    def unshown_parts(self) -> list[UnshownPart]:
        """Nothing: there is no template."""
        return []

    def traced(self, value: Any) -> tuple[str, SourceMap]:
        """The question document for one input, by its own lines. Raises Problems."""
        document = self.render(value)
        return document, SourceMap.of_page(document)

    def render(self, value: Any) -> str:
        """The question document for one input. Raises Problems for a value that cannot be had, or stand there."""
        try:
            return external_question_xml(_address(self._template.render(variables_of(value)).strip()), self._height)
        # Whatever an expression raises is the expression's mistake.
        except Exception as error:
            raise Problems([Problem(str(self.path), f"ExternalURL: {error}")]) from error


def _marked(value: Any) -> Any:
    """A value as it is printed: in marks, but for what is encoded already."""
    if isinstance(value, Markup):
        return value
    text = str(printed(value))
    if _OPEN in text or _CLOSE in text:
        raise ValueError("a value holds a character that no address can")
    return f"{_OPEN}{text}{_CLOSE}"


def _address(made: str) -> str:
    """An address out of its text and the marked values in it. Raises ValueError for one that leaves its place."""
    begins = _VALUE.match(made)
    whole = quote(begins[1].strip(), safe=_IN_ADDRESSES) if begins else ""
    position = begins.end() if begins else 0
    for found in _VALUE.finditer(made, position):
        whole += quote(made[position : found.start()], safe=_IN_ADDRESSES)
        position = found.end()
        value = found[1]
        is_host = re.fullmatch(r"[a-z]+://[^/?#]*", whole, re.IGNORECASE) and not value.startswith("/")
        if is_host and not _HOST.fullmatch(value):
            raise ValueError(f"{value[:40]!r} cannot be part of a host's name")
        if not is_host and "?" not in whole and re.search(r"(?:\A|/)\.\.?(?:/|\Z)", value):
            raise ValueError(f"{value[:40]!r} leads to another folder")
        whole += value if is_host else quote(value, safe=_IN_VALUES)
    return whole + quote(made[position:], safe=_IN_ADDRESSES)
