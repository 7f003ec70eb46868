"""Rules about the frame in which a page runs: the form that is submitted, and what browsers refuse in a frame."""

import re
from collections.abc import Collection, Iterator

from simpleturk.batch.lint.finding import Mistake
from simpleturk.batch.lint.html import Element
from simpleturk.batch.lint.page import Page, is_field, is_submit
from simpleturk.mturk.permissions import NEED_AN_ORIGIN

_SUBMIT = re.compile(r"/*(?:https?:)?/*(?:[\w.-]+/+)?mturk/externalSubmit", re.IGNORECASE)

#: The code that needs a permission.
_NEEDS = {
    "geolocation": r"\bgeolocation\s*(?:\?\.|\.)",
    "display-capture": r"\bgetDisplayMedia\b",
    "clipboard-read": r"\bclipboard\s*(?:\?\.|\.)\s*read",
    "clipboard-write": r"\bclipboard\s*(?:\?\.|\.)\s*write",
    "midi": r"\brequestMIDIAccess\b",
    "screen-wake-lock": r"\bwakeLock\s*(?:\?\.|\.)\s*request",
    "encrypted-media": r"\brequestMediaKeySystemAccess\b",
    "accelerometer": r"\bnew (?:Linear)?Accelerat|\bnew Accelerometer\b|[\"']devicemotion[\"']|\bondevicemotion\b",
    "gyroscope": r"\bnew Gyroscope\b|[\"']deviceorientation[\"']|\bondeviceorientation\b",
    "magnetometer": r"\bnew Magnetometer\b|[\"']deviceorientationabsolute[\"']",
}
_MEDIA = re.compile(r"\bgetUserMedia\s*\(\s*(\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\})?")
_SPEECH = re.compile(r"\b(?:webkit)?SpeechRecognition\b")

#: Players that refuse to play where they see no address of the page around them (YouTube's error 153).
_PLAYERS = re.compile(r"(?:https?:)?//(?:www\.)?(youtube(?:-nocookie)?\.com)/embed/", re.IGNORECASE)
_STORAGE = re.compile(r"\b(?:localStorage|sessionStorage|indexedDB)\b")
_PDF = re.compile(r"\.pdf(?:[?#]|$)|^data:application/pdf", re.IGNORECASE)
_ONE_NAME = "where the site has one host name, such as 127.0.0.1"
_SECOND_NAME = "use the address that `simpleturk serve` prints; on a server for others, set frames in [site]"


def other_form(page: Page) -> Iterator[Mistake]:
    """The rule `other-form`."""
    # Browsers ignore a form inside another.
    outer = [form for form in page.forms if form.tag == "form" and form.form is None]
    forms = [form for form in outer if form.get("method").lower() != "dialog" and not _leads_elsewhere(form)]
    if page.code.strip() or page.may_add_elements:
        return
    own = [form for form in forms if _is_submission(form)] or forms[:1]
    submitting = {id(page.form_of(element)) for element in page.elements if is_submit(element)}
    if not own:
        return
    named = [field for field in page.elements if is_field(field) and field.get("name")]
    names = {field.get("name") for field in named if page.form_of(field) is own[0]}
    waiting = {id(form) for form in forms if form is not own[0]}
    for element in named:
        form = page.form_of(element)
        if form is None and element.get("name") in names and "disabled" not in element.attributes:
            yield Mistake(element.offset, *_hidden_by_name(page, element, own[0]), True)
        elif form is not None and id(form) in waiting:
            waiting.remove(id(form))
            problem = f"the field {element.get('name')!r} is in another form than the one in {page.line_of(own[0])}"
            # Each of two forms may be a whole answer: the worker presses the button of one.
            is_answer = _is_submission(form) and id(form) in submitting
            what = f"{problem}: only one of them is submitted"
            yield Mistake(element.offset, what, "put all fields into one form", not is_answer)


def _is_submission(form: Element) -> bool:
    return bool(_SUBMIT.match(form.get("action").strip()))


def _leads_elsewhere(form: Element) -> bool:
    """Whether a form is sent to another host, such as a search, so that it is no part of the answer."""
    action = form.get("action").strip()
    return bool(re.match(r"(?:https?:)?//", action, re.IGNORECASE)) and not _is_submission(form)


def _hidden_by_name(page: Page, element: Element, form: Element) -> tuple[str, str]:
    """The problem of a field outside of all forms that is not submitted, and the next step."""
    problem = f"the field {element.get('name')!r} is outside of the form in {page.line_of(form)}, where a field has its"
    return f"{problem} name: its answer is lost", "move it into the form, or give it a name of its own"


def missing_permissions(page: Page, allowed: Collection[str]) -> Iterator[Mistake]:
    """The rule `permission`; `allowed` is the property Allow."""
    for name, code in _needed(page):
        if name not in allowed:
            at = max(page.html.find(code), 0)
            problem = f"the page uses {code}, which browsers refuse in a HIT's frame without the permission {name}"
            names = ", ".join(f'"{other}"' for other in dict.fromkeys([*allowed, name]))
            yield Mistake(at, problem, f'add it to the property Allow: "Allow": [{names}]')


def frame(page: Page) -> Iterator[Mistake]:
    """The rule `frame`."""
    for element in page.elements:
        address = element.get("data" if element.tag == "object" else "src")
        if element.tag in ("embed", "object", "iframe"):
            if _PDF.search(address) or element.get("type").lower() == "application/pdf":
                hint = 'show the pages as images, or write a link: <a target="_blank" href="…">'
                problem = (
                    f"<{element.tag}> shows a PDF, which browsers block in a HIT's frame: workers see a link instead"
                )
                yield Mistake(element.offset, problem, hint)
            elif player := _PLAYERS.match(address):
                problem = f"the player of {player[1]} does not play {_ONE_NAME}"
                yield Mistake(element.offset, problem, _SECOND_NAME)
    if storage := _STORAGE.search(page.code):
        problem = f"what {storage[0]} stores is lost when the page is left, {_ONE_NAME}"
        yield Mistake(max(page.html.find(storage[0]), 0), problem, _SECOND_NAME)
    for name, code in _needed(page):
        if name in NEED_AN_ORIGIN:
            problem = f"the {name} that {code} needs is refused {_ONE_NAME}"
            yield Mistake(max(page.html.find(code), 0), problem, _SECOND_NAME)


def _needed(page: Page) -> Iterator[tuple[str, str]]:
    """The permissions that a page's own scripts need, each with the code that needs it."""
    for call in _MEDIA.finditer(page.code):
        constraints = call[1] or ""
        for kind, name in (("audio", "microphone"), ("video", "camera")):
            if not constraints or re.search(rf"\b{kind}\b(?!\s*:\s*(?:false|0)\b)", constraints):
                yield name, "getUserMedia"
    if _SPEECH.search(page.code):
        yield "microphone", "SpeechRecognition"
    for name, pattern in _NEEDS.items():
        if match := re.search(pattern, page.code):
            yield name, match[0].strip("\"'. ")
