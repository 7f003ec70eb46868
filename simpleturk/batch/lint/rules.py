"""A batch's pages → what a worker would stumble over, found before anybody does.

Each rule has a name; README.md lists them. An error keeps a HIT from being done or submitted; a warning may be meant.
"""

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from simpleturk.assets.local import SERVED
from simpleturk.batch.batch import Batch
from simpleturk.batch.inputs.jsonl import Input, Inputs
from simpleturk.batch.lint.html import Element, Markup, read_markup
from simpleturk.batch.lint.urls import addresses_in, addresses_in_style, check_url
from simpleturk.batch.templates.source import QuestionSource
from simpleturk.batch.templates.source_map import SourceLocation, SourceMap
from simpleturk.errors import Problem, Problems
from simpleturk.mturk.questions import is_question_xml

#: How many pages that differ in their markup are read, and not only in what stands in it.
MOST_PAGES = 200

#: Attributes whose address a browser loads, or to which it sends the answers.
_LOADED = ("src", "poster", "action", "formaction", "srcset")
_LOADED_BY = {
    "link": ("href",),
    "image": ("href",),
    "object": ("data",),
    "body": ("background",),
    "td": ("background",),
}

#: Scripts that make elements: what a page will hold in the end, its source does not tell.
_MAKES = re.compile(
    r"createElement|\bimport\b|innerHTML|insertAdjacent|outerHTML|document\.write|DOMParser|cloneNode|\.(?:append|prepend|html|after"
    r"|before|appendTo)\(|ReactDOM|createRoot|createApp|new Vue|angular|React\b|\bfabric\b|\$\([\"']<"
)
_SUBMITS = re.compile(r"\.submit\(|requestSubmit\(|externalSubmit|turkSetAssignmentID|\.trigger\(['\"]submit")
_KNOWN_SCRIPTS = re.compile(
    r"jquery|bootstrap|externalHIT|underscore|lodash|popper|simpleamt|crowd-html", re.IGNORECASE
)
_TEXT_FIELDS = frozenset({"", "text", "email", "number", "search", "tel", "url", "password", "date", "time"})
_BUTTONS = frozenset({"submit", "button", "image", "reset"})

#: How the scripts begin that simpleturk.html and simpleturk/page.html bring.
_OURS = ("var simpleturk = (function", "// The behaviour of simpleturk/page.html")

#: Names of inputs' values that are there for the requester, and not for the page.
_FOR_THE_REQUESTER = re.compile(
    r"(?:.*[._-])?(?:id|ids|uid|uuid|key|index|idx|no|nr|number|line|row|batch|split|seed|source|gold|expected|meta|notes?)"
    r"|_.*|.*Id",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Finding:
    """What is wrong, where, and what to do. `rule` is the rule's name; `more` counts the other inputs with it."""

    rule: str
    where: str
    what: str
    hint: str
    is_error: bool = False
    input: str = ""
    more: int = 0

    def problem(self) -> Problem:
        """As it is told."""
        also = f", and {self.more:,} more line{'s' if self.more > 1 else ''}" if self.more else ""
        inputs = f" (for {self.input}{also})" if self.input else ""
        return Problem(self.where, f"{self.what} [{self.rule}]{inputs}", self.hint)


def check_batch(batch: Batch, most: int | None = None) -> list[Finding]:
    """What the rules find in a batch's pages, errors first; in those of `most` inputs, spread over all, or of each."""
    step = 1 if most is None else max(1, -(-batch.size // most))
    return check_inputs(
        batch.template,
        batch.inputs,
        itertools.islice(batch.inputs_to_launch(), 0, None, step),
        batch.inputs_to_launch(),
    )


def check_inputs(
    template: QuestionSource, inputs: Inputs, items: Iterable[Input], all_items: Iterable[Input]
) -> list[Finding]:
    """What the rules find in the pages of these inputs, as far as they can be rendered; errors first."""
    found: dict[tuple[str, str, str], Finding] = {}
    seen: set[int] = set()
    for item in items:
        with suppress(Problems, ValueError):
            for finding in _findings(template, item, inputs, seen):
                key = (finding.rule, finding.where, finding.what)
                old = found.get(key)
                found[key] = replace(old, more=old.more + 1) if old else finding
    findings = [*_never_shown(template), *found.values(), *_unused(template, inputs, all_items)]
    return sorted(findings, key=lambda one: not one.is_error)


def check_page(template: QuestionSource, item: Input, inputs: Inputs) -> list[Finding]:
    """What the rules find in the page of one input. Raises Problems where it cannot be rendered."""
    found = [*_never_shown(template), *_findings(template, item, inputs, set())]
    return [*found, *_unused(template, inputs, [item])]


def _findings(template: QuestionSource, item: Input, inputs: Inputs, seen: set[int]) -> Iterator[Finding]:
    page = template.render(item.value)
    where = inputs.where(item.line)
    if is_question_xml(page):
        return
    mark = hash(_skeleton(page))
    if mark in seen or len(seen) >= MOST_PAGES:
        yield from _bad_addresses(page, template.path, item.value, where)
        return
    seen.add(mark)
    page, places = template.traced(item.value)
    reader = _Rules(page, places, template, where)
    yield from reader.findings()


_VALUE = re.compile(r"(?<!value)(?<!name)(?<!\bid)=\s*(?:\"[^\"]*\"|'[^']*')")
_TAG = re.compile(r"<[A-Za-z/][^<>]*>")


def _skeleton(page: str) -> str:
    """The page's tags, with names, ids and values only: pages that agree in these have the same mistakes."""
    return _VALUE.sub("=", "".join(_TAG.findall(page)))


class _Rules:
    """The rules, for one page."""

    def __init__(self, page: str, places: SourceMap, template: QuestionSource, input_: str) -> None:
        self.page, self.places, self.template, self.text = page, places, template.path, template.text
        self.markup: Markup = read_markup(page)
        self.elements = self.markup.elements
        self.input = input_
        scripts = [one.text for one in self.elements if one.tag == "script" and _is_code(one)]
        handlers = " ".join(text for one in self.elements for name, text in one.attributes.items() if name[:2] == "on")
        #: What the page itself does; what our own includes do says nothing about it.
        self.code = "\n".join([*(text for text in scripts if not text.lstrip().startswith(_OURS)), handlers])
        sources = [one.get("src") for one in self.elements if one.tag == "script" and one.get("src")]
        #: Scripts may make anything of the page: what it lacks now may be there later.
        self.is_made = bool(_MAKES.search(self.code)) or any(not _KNOWN_SCRIPTS.search(source) for source in sources)
        #: Relative addresses have a host then.
        self.has_base = any("//" in one.get("href") for one in self.elements if one.tag == "base")
        self.forms = [one for one in self.elements if one.tag in ("form", "crowd-form")]
        self.by_id = {one.get("id"): one for one in reversed(self.elements) if one.get("id")}

    def findings(self) -> Iterator[Finding]:
        """What all rules find, from the page's top to its end."""
        for rule in (
            self._nesting,
            self._no_submit,
            self._no_fields,
            self._unnamed,
            self._collisions,
            self._ids,
            self._images,
            self._addresses,
        ):
            yield from rule()

    def _nesting(self) -> Iterator[Finding]:
        for one in self.markup.nesting:
            yield self._finding("nesting", one.offset, one.what, one.hint, one.swallows)

    def _form_of(self, element: Element) -> Element | None:
        named = self.by_id.get(element.get("form"))
        return named if named is not None and named.tag == "form" else element.form

    def _no_submit(self) -> Iterator[Finding]:
        if not self.forms:
            if not self.is_made:
                what = "the page has no form: nothing can be submitted"
                hint = 'put {% include "simpleturk.html" %} into it, or extend "simpleturk/page.html"'
                yield self._finding("no-submit", 0, what, hint, True)
            return
        if any(one.tag == "crowd-form" for one in self.forms) or _SUBMITS.search(self.code):
            return
        controls = [one for one in self.elements if _is_submit(one) and self._form_of(one)]
        texts = [one for one in self.elements if one.tag == "input" and one.get("type").lower() in _TEXT_FIELDS]
        # One line of text is submitted with the Enter key, but who knows that?
        if not controls and not self.is_made:
            hint = "write <button>Submit</button> before </form>"
            what = "the form has no submit button"
            yield self._finding("no-submit", self.forms[0].offset, what, hint, len(texts) != 1)

    def _no_fields(self) -> Iterator[Finding]:
        if self.is_made or not self.forms or any(one.tag == "crowd-form" for one in self.forms):
            return
        fields = [one for one in self.elements if _is_field(one) and self._form_of(one)]
        if any(one.get("name") or not self._is_ours(one) for one in fields):
            return
        # The button that was pressed may be the answer, and so may what is in a hidden field already.
        hidden = [one for one in self.elements if one.tag == "input" and one.get("type").lower() == "hidden"]
        if any(one.get("name") and one.get("value") for one in [*hidden, *filter(_is_submit, self.elements)]):
            return
        names = [one.get("name") for one in hidden]
        if "setOutput" in self.code or any(name and name != "assignmentId" and name in self.code for name in names):
            return
        hint = 'give it a field, such as <input name="answer">, or call simpleturk.setOutput(…) in a script'
        yield self._finding("no-fields", self.forms[0].offset, "the form has no field: nothing is answered", hint, True)

    def _unnamed(self) -> Iterator[Finding]:
        if "setOutput" in self.code:
            return  # a script says what the answer is
        for one in self.elements:
            if not _is_field(one) or one.attributes.get("name") or not self._form_of(one):
                continue
            if one.get("id") and one.get("id") in self.code:
                continue
            if self._is_ours(one) and "name" not in one.attributes:
                continue  # what our page has for itself
            if any(name.startswith("on") for name in one.attributes):
                continue  # it is there for what its script does
            what = f"<{one.tag}> has no name: what is entered there is not submitted"
            # A script may read it all the same.
            yield self._finding("unnamed-field", one.offset, what, f'write <{one.tag} name="…">', not self.code.strip())

    def _collisions(self) -> Iterator[Finding]:
        first: dict[tuple[int, str], Element] = {}
        values: set[tuple[int, str, str]] = set()
        for one in self.elements:
            name = one.get("name")
            if not name or not _is_field(one) or one.tag.startswith("crowd-"):
                continue
            form = id(self._form_of(one))
            kind = one.get("type").lower() if one.tag == "input" else one.tag
            before = first.setdefault((form, name), one)
            if before is one and kind not in ("radio", "checkbox"):
                continue
            before_kind = before.get("type").lower() if before.tag == "input" else before.tag
            if kind in ("radio", "checkbox") and kind == before_kind:
                value = one.attributes.get("value", "on")
                if (form, name, value) in values:
                    what = f"two options of {name!r} have the same value, {value!r}: the answer does not tell which"
                    yield self._finding("collision", one.offset, what, 'give each its own value="…"')
                values.add((form, name, value))
            elif before is not one:
                what = f"the name {name!r} is taken by the field of {self._at(before.offset)}: their answers are mixed"
                yield self._finding("collision", one.offset, what, "give each field its own name")

    def _ids(self) -> Iterator[Finding]:
        first: dict[str, Element] = {}
        for one in self.elements:
            name = one.get("id")
            if name and first.setdefault(name, one) is not one:
                what = f"the id {name!r} is taken by the <{first[name].tag}> of {self._at(first[name].offset)}"
                yield self._finding("duplicate-id", one.offset, what, "give each element its own id")

    def _images(self) -> Iterator[Finding]:
        for one in self.elements:
            is_image = one.tag == "img" or (one.tag == "input" and one.get("type").lower() == "image")
            if not is_image or "alt" in one.attributes or one.get("role") in ("presentation", "none"):
                continue
            if one.get("aria-label") or one.get("aria-labelledby") or one.get("aria-hidden") == "true":
                continue
            hint = 'write alt="…", what it shows without giving the answer away; alt="" if it is decoration'
            yield self._finding("no-alt", one.offset, f"<{one.tag}> has no text for those who do not see it", hint)

    def _addresses(self) -> Iterator[Finding]:
        for one in self.elements:
            for name in (*_LOADED, *_LOADED_BY.get(one.tag, ())):
                for address in addresses_in(name, one.attributes.get(name)):
                    yield from self._address(one.offset, address, one, "action" in name)
            for address in addresses_in_style(one.get("style")):
                yield from self._address(one.offset, address, one)
            if one.tag == "a" and one.get("href").lower().startswith("file:"):
                yield from self._address(one.offset, one.get("href"), one)
            if one.tag == "style":
                for address in addresses_in_style(one.text):
                    yield from self._address(self.page.find(address, one.offset), address, one)

    def _address(self, offset: int, address: str, element: Element, is_submitted: bool = False) -> Iterator[Finding]:
        judged = check_url(address, is_submitted or self.has_base)
        if element.tag == "script" and (judged or address.startswith(SERVED)) and "//" not in address:
            hint = "write it into the page: <script>{% include 'FILE' %}</script>"
            judged = (f"{address[:80]!r} is a script of yours, which no marketplace serves", hint, True)
        if judged:
            what, hint, is_error = judged
            yield self._finding("reference", max(offset, element.offset), what, hint, is_error)

    def _is_ours(self, element: Element) -> bool:
        return self.places.at(element.offset).is_ours

    def _line(self, place: SourceLocation) -> str:
        """A line of a template as it was written."""
        if place.file is None:
            return ""
        # The template itself may have come through a pipe, which cannot be read again.
        text = self.text if place.file == self.template else ""
        if not text and place.file.is_file():
            text = place.file.read_text(encoding="utf-8-sig", errors="replace")
        lines = text.split("\n")
        return lines[place.line - 1] if place.line <= len(lines) else ""

    def _at(self, offset: int) -> str:
        place = self.places.at(offset)
        return f"line {place.line}" if place.file in (None, self.template) else str(place)

    def _finding(self, rule: str, offset: int, what: str, hint: str, is_error: bool = False) -> Finding:
        place = self.places.at(offset)
        found = re.match(r"</?[A-Za-z][\w-]*", self.page[offset : offset + 40])
        column = _column(self._line(place), found[0]) if found else 0
        where = str(place) if place.file else f"{self.template}, {place}"
        return Finding(rule, where + (f", column {column}" if column else ""), what, hint, is_error, self.input)


def _bad_addresses(page: str, template: Path, value: object, input_: str) -> Iterator[Finding]:
    """Of a page whose markup has been seen before: what is wrong with the addresses that its own values bring."""
    for text in _texts(value):
        if text.startswith(("https:", "data:")) or len(text) > 2000 or re.search(r"\s", text) or not text:
            continue
        used = re.search(r"(?:src|poster)\s*=\s*[\"']?" + re.escape(text.replace("&", "&amp;")) + "[\"'\\s>]", page)
        judged = check_url(text) if used else None
        if judged:
            what, hint, is_error = judged
            yield Finding("reference", str(template), what, hint, is_error, input_)


def _texts(value: object) -> Iterator[str]:
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            yield item
        elif isinstance(item, Mapping):
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)


def _never_shown(template: QuestionSource) -> Iterator[Finding]:
    """What stands in a template that extends another one, but in no block that this one shows."""
    for part in template.unshown_parts():
        yield Finding("block", f"{template.path}, line {part.line}", part.problem, part.hint, is_error=True)


def _unused(template: QuestionSource, inputs: Inputs, items: Iterable[Input]) -> Iterator[Finding]:
    """Values that no page speaks of: a name misspelt in the template, or in the inputs."""
    text = template.text_with_includes()
    if not text or re.search(r"input\s*\||\binput\.(?:items|values|keys)\(|\bin input\b|input\[(?![\"'])", text):
        return
    first: dict[str, int] = {}
    for item in items:
        if not isinstance(item.value, dict):
            return
        for name in item.value:
            first.setdefault(str(name), item.line)
    words = set(re.findall(r"\w+", text))
    for name, line in first.items():
        if set(re.findall(r"\w+", name)) <= words or _FOR_THE_REQUESTER.fullmatch(name):
            continue
        hint = "use it, or take it out; results tell each input whole, used or not"
        yield Finding("unused", inputs.where(line), f"no page speaks of {name!r}", hint)


def _column(line: str, tag: str) -> int:
    """Where a tag begins in its line (from 1), if there is one such tag only; else 0."""
    found = [one.start() for one in re.finditer(re.escape(tag) + r"\b", line, re.IGNORECASE)]
    return found[0] + 1 if len(found) == 1 else 0


def _is_code(script: Element) -> bool:
    return script.get("type").lower() in ("", "text/javascript", "module", "application/javascript", "text/babel")


def _is_submit(one: Element) -> bool:
    kind = one.get("type").lower()
    return (one.tag == "input" and kind in ("submit", "image")) or (
        one.tag == "button" and kind not in ("button", "reset")
    )


def _is_field(one: Element) -> bool:
    if one.tag == "input":
        return one.get("type").lower() not in _BUTTONS | {"hidden"}
    return one.tag in ("select", "textarea") or (one.tag.startswith("crowd-") and bool(one.get("name")))
