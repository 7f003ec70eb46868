"""The rule `upload`: fields for files whose content no answer would have."""

import re
from collections.abc import Iterator

from simpleturk.batch.lint.finding import Finding, Mistake
from simpleturk.batch.lint.page import Page, control_type

#: Code that may send a file to another host, as pages for Amazon's site did.
_SENDS_FILES = re.compile(r"FileReader|FormData|\.files\b|\bfetch\(|XMLHttpRequest|upload|s3\.", re.IGNORECASE)

_NAMES_ONLY = "this marketplace takes no files: it stores only the file's name"
_CROWD_FORM = "a crowd-form does not submit files"
_HINT = "let a script store the file on another host and its address in a hidden field, or use your own marketplace"


def lost_files(page: Page, takes_uploads: bool) -> Iterator[Mistake]:
    """The rule `upload` for a page. `takes_uploads` is whether the marketplace stores files."""
    for element in page.elements:
        if control_type(element) != "file" or not element.get("name"):
            continue
        form = page.form_of(element)
        is_in_crowd_form = form is not None and form.tag == "crowd-form"
        if takes_uploads and not is_in_crowd_form:
            continue
        # The script of the page may send the file elsewhere.
        is_error = not _SENDS_FILES.search(page.code) and not page.may_add_elements
        problem = f"the file of {element.get('name')!r} is lost: {_CROWD_FORM if takes_uploads else _NAMES_ONLY}"
        hint = "write <form> in the place of <crowd-form>" if takes_uploads else _HINT
        yield Mistake(element.offset, problem, hint, is_error)


def lost_files_of_form(xml: str, takes_uploads: bool, where: str, input_: str) -> Iterator[Finding]:
    """The rule `upload` for the XML of a question; `where` names the template."""
    if not takes_uploads and re.search(r"<(?:\w+:)?FileUploadAnswer\b", xml):
        yield Finding("upload", where, f"a FileUploadAnswer is refused: {_NAMES_ONLY}", _HINT, True, input_)
