"""The syntax of a template: Jinja, or the placeholders `${name}` of Amazon's requester site."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from simpleturk.assets.local import Assets
from simpleturk.batch.inputs.csv_inputs import Table
from simpleturk.batch.inputs.jsonl import Input
from simpleturk.batch.templates.jinja import JinjaTemplate, decoded_template, read_template
from simpleturk.batch.templates.placeholders import Context, Placeholder, read_document, read_placeholders
from simpleturk.batch.templates.question_source import OtherReading, QuestionSource
from simpleturk.batch.templates.requester_site import RequesterSiteTemplate
from simpleturk.errors import Problem, Problems, SimpleturkError
from simpleturk.mturk.questions import is_question_xml

#: How the names of forms end.
FORM_SUFFIXES = (".json", ".yaml", ".yml")

_BEGIN = re.compile(r"\{[{%#]")
_ENDS = {"{{": "}}", "{%": "%}", "{#": "#}"}
_STATEMENT = re.compile(
    r"\{%[-+]?\s*(?:if|for|set|include|extends|import|from|macro|block|call|filter|with|raw|autoescape)\b.*%\}\Z",
    re.DOTALL,
)


#: Libraries whose templates, which run in the worker's browser, have {{ … }} too.
_LIBRARIES = {
    "Vue": r"\bvue[\w./@-]{0,100}\.js\b|\bnew Vue\(|\bcreateApp\(|\sv-(?:for|if|model|bind|on|show|text)\b",
    "Angular": r"\bangular[\w./@-]{0,100}\.js\b|\sng-(?:app|controller|repeat|model|bind|init)\b",
    "Handlebars": r"\bhandlebars\b",
    "Mustache": r"\bmustache\b",
    "Ractive": r"\bractive\b",
    "a client-side template": r"<script[^<>]{0,200}\btype\s*=\s*[\"']?[\w/.+-]*(?:template|tmpl)",
}
_PATTERNS = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in _LIBRARIES.items()}

_RAW_HINT = "write {% raw %} before and {% endraw %} after the parts that are not Jinja"


def open_template(
    path: Path,
    inputs: "Iterable[Input | Problem]",
    folders: Sequence[Path] = (),
    syntax: str | None = None,
    assets: Assets | None = None,
) -> QuestionSource:
    """Open a template for the variables of these inputs. Raises Problems.

    Without a `syntax`, it is detected: Jinja has `{{ … }}`, `{% … %}` or `{# … #}`, a requester-site template has
    placeholders with names of variables. Where both have a meaning, a template for a CSV file is a requester-site
    template, unless it has statements such as `{% if … %}`; the other reading is stored in the source. A file whose
    name ends with .json, .yaml or .yml is a form, and so is a directory with the files of FormComposer.
    """
    if path.is_dir():
        return _form_directory(path, assets)
    data = read_template(path)
    if syntax is None and path.suffix.lower() in FORM_SUFFIXES:
        from simpleturk.batch.templates.forms.form_template import FormTemplate

        return FormTemplate(path, data, assets)
    first = next(iter(inputs), None)
    if isinstance(first, Problem):
        # The variables are unknown until the first input is corrected.
        raise Problems([first])
    names = variables(inputs)
    text = decoded_template(data, path)
    reading = Reading(syntax) if syntax else read_syntax(text, names, isinstance(inputs, Table))
    if reading.syntax == "site":
        site = RequesterSiteTemplate(path, names, data)
        site.other_reading = reading.other
        return site
    return _jinja_template(path, folders, data, assets, reading, library_of(text))


def _form_directory(path: Path, assets: Assets | None) -> QuestionSource:
    """Open a directory of FormComposer. Raises Problems, or SimpleturkError for another directory."""
    from simpleturk.batch.templates.forms.composer.composer_template import ComposerTemplate
    from simpleturk.batch.templates.forms.composer.directory import UNIT, VERSIONS, is_form_directory

    if is_form_directory(path):
        return ComposerTemplate(path, assets)
    raise SimpleturkError(
        f"{path}: is a folder without {VERSIONS} and {UNIT}", "name a file, or the directory of a form, with --template"
    )


def _jinja_template(
    path: Path, folders: Sequence[Path], data: bytes, assets: Assets | None, reading: "Reading", library: str
) -> JinjaTemplate:
    """Open a Jinja template. Where another reading is possible, a mistake of the template gets a hint about it."""
    hint = ""
    if reading.other:
        hint = f"the template was read as Jinja: add --syntax site if {reading.other.part} stands for a value"
    elif library:
        hint = f"the page seems to use {library}: {_RAW_HINT}"
    try:
        template = JinjaTemplate(path, folders, data, assets)
    except Problems as error:
        problems = [replace(problem, hint=hint or problem.hint) for problem in error.problems]
        raise Problems(problems) from error
    template.other_reading, template.hint = reading.other, hint
    return template


@dataclass(frozen=True)
class Reading:
    """The syntax of a template, and the other one if the template could be meant in that."""

    syntax: str
    other: OtherReading | None = None


def read_syntax(text: str, names: Sequence[str], is_table: bool) -> Reading:
    """The syntax of a template's text, by the names of the inputs' variables. `is_table`: the inputs are a CSV file."""
    marks = _jinja_marks(text)
    known = set(names)
    placeholders = [placeholder for placeholder in _placeholders(text) if placeholder.name in known]
    if not marks:
        # A page that uses no input is a requester-site template if the inputs are a CSV file.
        return Reading("site" if placeholders or is_table else "jinja")
    if not placeholders:
        return Reading("jinja")
    # A template literal of a script may have an expression with the name of a variable. In other places, only the
    # requester site has such placeholders.
    evident = next((placeholder for placeholder in placeholders if _is_evident(placeholder)), None)
    mark = _mark_of_jinja(marks, ["input", *names], is_table)
    if mark is None:
        return Reading("site")
    shown = (evident or placeholders[0]).name
    site, jinja = OtherReading("site", f"${{{shown}}}"), OtherReading("jinja", " ".join(mark.split())[:40])
    is_bare = not re.match(r"\{[{%][-+]?\s*(?:input\b|[a-z]+\b.*%)", mark, re.DOTALL)
    if is_table and evident and not _STATEMENT.match(mark):
        return Reading("site", jinja)
    return Reading("jinja", site if evident or (is_table and is_bare) else None)


def _placeholders(text: str) -> list[Placeholder]:
    return read_document(text) if is_question_xml(text) else read_placeholders(text)[0]


def _is_evident(placeholder: Placeholder) -> bool:
    """Whether a placeholder can be no expression of a script."""
    return placeholder.quote != "`" and placeholder.context not in (Context.COMMENT, Context.SCRIPT_COMMENT)


def _mark_of_jinja(marks: Sequence[str], known: Sequence[str], is_table: bool) -> str | None:
    """The first part in Jinja's braces that has a meaning in Jinja for these variables; None if there is none."""
    if statement := next(filter(_STATEMENT.match, marks), None):
        return statement
    if is_table:
        # Angular and Mustache have {{ … }} too: Jinja if it begins with a variable.
        return next((m for m in marks if (f := re.search(r"[A-Za-z_]\w*", m)) and f[0] in known), None)
    return next((m for m in marks if m.startswith("{%") or _uses_any(m, known)), None)


def _uses_any(mark: str, known: Sequence[str]) -> bool:
    words = set(re.findall(r"\w+", mark))
    return any(_uses(mark, words, name) for name in known)


def _uses(code: str, words: set[str], name: str) -> bool:
    """Whether code, which has these words, contains a name as a whole."""
    parts = re.findall(r"\w+", name)
    if parts == [name] or not words.issuperset(parts):
        return name in words
    return bool(re.search(rf"\b{re.escape(name)}\b", code))


def _jinja_marks(text: str) -> list[str]:
    """The parts of a text that look like Jinja, with their braces."""
    marks: list[str] = []
    position, unclosed = 0, set[str]()
    while begin := _BEGIN.search(text, position):
        closing = _ENDS[begin[0]]
        # A mark without an end in the rest of the text has none for its next beginnings either.
        end = -1 if closing in unclosed else text.find(closing, begin.end())
        if end < 0:
            unclosed.add(closing)
            position = begin.start() + 1
            if len(unclosed) == len(_ENDS):
                break
        else:
            position = end + 2
            marks.append(text[begin.start() : position])
    return marks


def variables(inputs: "Iterable[Input | Problem]") -> list[str]:
    """The names of the first input's values; none if it is not an object."""
    first: Any = next((item.value for item in inputs if isinstance(item, Input)), None)
    return list(first) if isinstance(first, dict) else []


def library_of(page: str) -> str:
    """The library whose templates a page has, "" if it seems to have none."""
    return next((name for name, pattern in _PATTERNS.items() if pattern.search(page)), "")
