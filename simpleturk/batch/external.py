"""The property ExternalURL + input → the ExternalQuestion of a page on another host."""

import re
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import TemplateSyntaxError
from jinja2.filters import do_urlencode
from markupsafe import Markup

from simpleturk.batch.documents import external_xml
from simpleturk.batch.questions import DataEnvironment, Missing, printed, variables_of
from simpleturk.errors import Problem, Problems

#: What stands around a value while an address is put together; neither can be part of one.
_OPEN, _CLOSE = "\x00", "\x01"
_VALUE = re.compile(f"{_OPEN}([^{_OPEN}{_CLOSE}]*){_CLOSE}")

#: What an address may hold beside letters and digits. A value inside of one may not begin a new part of it.
_IN_ADDRESSES = "%/:?#[]@!$&'()*+,;=~"
_IN_VALUES = "/:~"


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

    def render(self, value: Any) -> str:
        """The question document for one input. Raises Problems for a value that cannot be had, or stand there."""
        try:
            return external_xml(_address(self._template.render(variables_of(value)).strip()), self._height)
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
    begins = _VALUE.match(made)
    head = begins[1].strip() if begins else ""
    rest = _VALUE.sub(lambda match: quote(match[1], safe=_IN_VALUES), made[begins.end() if begins else 0 :])
    return quote(head + rest, safe=_IN_ADDRESSES)
