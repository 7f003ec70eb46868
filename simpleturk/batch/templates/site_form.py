"""The form that the requester site added to pages without one, and where it stands in the page."""

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence

from simpleturk.batch.templates.placeholders import Tag
from simpleturk.batch.templates.source_map import line_starts

#: The form that the requester site put around a page without a form. Scripts of pages use its names.
BEFORE = (
    '<form name="mturk_form" method="post" id="mturk_form" action="https://www.mturk.com/mturk/externalSubmit">'
    '<input type="hidden" value="" name="assignmentId" id="assignmentId">'
)
SUBMIT = '<p><input type="submit" id="submitButton" value="Submit"></p>'
AFTER = (
    '</form><script src="https://s3.amazonaws.com/mturk-public/externalHIT_v1.js"></script>'
    "<script>if (window.turkSetAssignmentID) turkSetAssignmentID();</script>"
)


class CompletedPage:
    """A page, the parts that were added to it (pairs of an offset and a length), and places in the file of the user.

    Nothing added contains a line end, so that lines keep their numbers.
    """

    def __init__(self, text: str, added: Sequence[tuple[int, int]] = ()) -> None:
        self.text = text
        self._added = added
        self._starts = line_starts(text)

    def place(self, offset: int) -> tuple[int, int]:
        """The line and the column (from 1) in the user's file; the column 0 in a part that was added."""
        line = bisect_right(self._starts, offset)
        start = self._starts[line - 1]
        before = 0
        for position, length in self._added:
            if position <= offset < position + length:
                return line, 0
            before += length if start <= position < offset else 0
        return line, offset - start - before + 1

    def breaks(self, start: int, end: int) -> list[int]:
        """The offsets between two others at which lines and added parts begin, and where added parts end."""
        lines = self._starts[bisect_right(self._starts, start) : bisect_right(self._starts, end)]
        added = (edge for position, length in self._added for edge in (position, position + length))
        return sorted({*lines, *(edge for edge in added if start < edge <= end)})


def completed(page: str, tags: Sequence[Tag]) -> CompletedPage:
    """Add the form, the hidden assignment id and the submit button that the requester site added to a page.

    A page that has a form or a crowd-form, or whose script makes a form, stays as it is.
    """
    makes_its_own = re.search(r"externalSubmit|createElement\(\s*['\"]form", _without_comments(page))
    if any(tag.name in ("form", "crowd-form") for tag in tags) or makes_its_own or not page.strip():
        return CompletedPage(page)
    # A button without a type submits, but on most pages it has another purpose.
    submits = any(tag.name in ("input", "button") and _is_submit(tag.attributes) for tag in tags)
    after = AFTER if submits else SUBMIT + AFTER
    start, end = _content(page, tags)
    text = page[:start] + BEFORE + page[start:end] + after + page[end:]
    return CompletedPage(text, [(start, len(BEFORE)), (end + len(BEFORE), len(after))])


def _content(page: str, tags: Sequence[Tag]) -> tuple[int, int]:
    """The offsets of a page's content, without the tags of html, head and body."""
    body = next((tag for tag in tags if tag.name == "body"), None)
    end = _last_body_end(page)
    if body:
        return body.end, end.start() if end and end.start() >= body.end else len(page)
    if any(tag.name in ("html", "head") for tag in tags):
        head = re.compile(r"</head\s*>", re.IGNORECASE).search(page)
        return head.end() if head else next(tag.end for tag in tags if tag.name == "html"), len(page)
    return len(_DOCTYPE.match(page)[0]), len(page)  # type: ignore[index]


def _last_body_end(page: str) -> re.Match[str] | None:
    """The last end tag of the body."""
    ends = list(_BODY_END.finditer(page))
    return ends[-1] if ends and ends[-1][1] else None


_BODY_END = re.compile(r"</body(\s*+>)?", re.IGNORECASE)


def _without_comments(page: str) -> str:
    """A page without its comments. One that is not closed stays."""
    parts, position = [], 0
    while (start := page.find("<!--", position)) >= 0 and (end := page.find("-->", start + 4)) >= 0:
        parts.append(page[position:start])
        position = end + 3
    return "".join([*parts, page[position:]])


def _is_submit(attributes: Mapping[str, str]) -> bool:
    return attributes.get("type", "").lower() in ("submit", "image") or attributes.get("id") == "submitButton"


_DOCTYPE = re.compile(r"(?:\s*<!doctype[^>]*>)?", re.IGNORECASE)
