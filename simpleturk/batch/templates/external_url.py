"""The property ExternalURL + input → the ExternalQuestion of a page on another host."""

import re
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import TemplateSyntaxError
from jinja2.filters import do_urlencode
from markupsafe import Markup

from simpleturk.batch.templates.cost import TooCostly, bounded
from simpleturk.batch.templates.errors.evaluation import evaluation_error
from simpleturk.batch.templates.errors.syntax import syntax_error
from simpleturk.batch.templates.question_source import OtherReading, ShownTag, UnshownPart
from simpleturk.batch.templates.sandbox.filters import charged
from simpleturk.batch.templates.source_map import SourceMap
from simpleturk.batch.templates.values import DataEnvironment, Missing, printed, variables_of
from simpleturk.errors import Problem, Problems
from simpleturk.mturk.questions import external_question_xml

#: Marks around a value while an address is rendered; no address contains them.
_OPEN, _CLOSE = "\x00", "\x01"
_VALUE = re.compile(f"{_OPEN}([^{_OPEN}{_CLOSE}]*){_CLOSE}")

#: The characters that an address may contain besides letters and digits; and those that a value in it may contain, so
#: that it begins no new part of the address.
_IN_ADDRESSES = "%/:?#[]@!$&'()*+,;=~"
_IN_VALUES = "/:~"

#: A host's name or a part of it, with an optional port: nothing that changes the host.
_HOST = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*(?::[0-9]{1,5})?")


class UnsuitableValue(ValueError):
    """A value of an input would change where the address leads."""


class ExternalPage:
    """The address of a page on another host, with Jinja. Raises Problems for a syntax error.

    A value at the beginning of the address is an address. Other values are data: characters with a meaning in addresses
    (`&`, `?`, `#`, a blank) are written as %26, …. The filter `urlencode` does the same, once.
    """

    def __init__(self, url: str, frame_height: int, path: Path) -> None:
        self.path = path
        self.other_reading: OtherReading | None = None
        self.digest = sha256(b"external\0" + url.encode("utf-8", "surrogatepass")).hexdigest()
        self._height = frame_height
        environment = DataEnvironment(undefined=Missing, finalize=_marked, autoescape=False)
        environment.filters["urlencode"] = charged(lambda value: Markup(do_urlencode(value)))
        try:
            self._template = environment.from_string(url)
        except (TemplateSyntaxError, SyntaxError, RecursionError, ValueError) as error:
            what, hint = syntax_error(getattr(error, "message", None) or str(error))
            raise Problems([Problem(str(path), f"ExternalURL: {what}", hint or None)]) from error

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

    def shown_tags(self, value: Any) -> list[ShownTag]:
        """Nothing: there are no placeholders in HTML."""
        return []

    def traced(self, value: Any) -> tuple[str, SourceMap]:
        """The question document for one input, by its own lines. Raises Problems."""
        document = self.render(value)
        return document, SourceMap.of_page(document)

    def render(self, value: Any) -> str:
        """The ExternalQuestion for one input. Raises Problems for a missing or unsuitable value."""
        try:
            with bounded():
                address = self._template.render(variables_of(value))
            return external_question_xml(_address(address.strip()), self._height)
        except TooCostly as error:
            raise Problems([Problem(str(self.path), f"ExternalURL: {error.message}", error.hint)]) from error
        except UnsuitableValue as error:
            raise Problems([Problem(str(self.path), f"ExternalURL: {error}")]) from error
        # Any other exception is a mistake of an expression in the address.
        except Exception as error:
            what, hint = evaluation_error(error)
            raise Problems([Problem(str(self.path), f"ExternalURL: {what}", hint or None)]) from error


def _marked(value: Any) -> Any:
    """A value as Jinja prints it, in marks; an encoded value stays."""
    if isinstance(value, Markup):
        return value
    text = str(printed(value))
    if _OPEN in text or _CLOSE in text:
        raise UnsuitableValue("a value contains a character that is not allowed in addresses")
    return f"{_OPEN}{text}{_CLOSE}"


def _address(text: str) -> str:
    """The address from a rendered text with marked values.

    Raises UnsuitableValue for a value that changes the host or the folder.
    """
    begins = _VALUE.match(text)
    whole = quote(begins[1].strip(), safe=_IN_ADDRESSES) if begins else ""
    position = begins.end() if begins else 0
    for match in _VALUE.finditer(text, position):
        whole += quote(text[position : match.start()], safe=_IN_ADDRESSES)
        position = match.end()
        value = match[1]
        is_host = re.fullmatch(r"[a-z]+://[^/?#]*", whole, re.IGNORECASE) and not value.startswith("/")
        if is_host and not _HOST.fullmatch(value):
            raise UnsuitableValue(f"{value[:40]!r} is not part of a host's name")
        if not is_host and "?" not in whole and re.search(r"(?:\A|/)\.\.?(?:/|\Z)", value):
            raise UnsuitableValue(f"{value[:40]!r} leads to another folder")
        whole += value if is_host else quote(value, safe=_IN_VALUES)
    return whole + quote(text[position:], safe=_IN_ADDRESSES)
