"""The syntax of a template: Jinja, or the placeholders `${name}` of Amazon's requester site."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from simpleturk.assets.local import Assets
from simpleturk.batch.inputs.csv_inputs import Table
from simpleturk.batch.inputs.jsonl import Input
from simpleturk.batch.templates.jinja import JinjaTemplate, decoded_template, read_template
from simpleturk.batch.templates.placeholders import PLACEHOLDER
from simpleturk.batch.templates.question_source import QuestionSource
from simpleturk.batch.templates.requester_site import RequesterSiteTemplate
from simpleturk.errors import Problem, Problems

_BEGIN = re.compile(r"\{[{%#]")
_ENDS = {"{{": "}}", "{%": "%}", "{#": "#}"}
_STATEMENT = re.compile(
    r"\{%[-+]?\s*(?:if|for|set|include|extends|import|from|macro|block|call|filter|with|raw|autoescape)\b.*%\}\Z",
    re.DOTALL,
)


def open_template(
    path: Path,
    inputs: "Iterable[Input | Problem]",
    folders: Sequence[Path] = (),
    syntax: str | None = None,
    assets: Assets | None = None,
) -> QuestionSource:
    """Open a template for the variables of these inputs. Raises Problems.

    Without a `syntax`, it is detected: Jinja has `{{ … }}`, `{% … %}` or `{# … #}`, a requester-site template has
    placeholders with names of variables. A template with both is Jinja if a part in Jinja's braces uses the input. A
    script's own `${…}` stays.
    """
    data = read_template(path)
    first = next(iter(inputs), None)
    if isinstance(first, Problem):
        # The variables are unknown until the first input is corrected.
        raise Problems([first])
    names = variables(inputs)
    if (syntax or syntax_of(decoded_template(data, path), names, isinstance(inputs, Table))) == "site":
        return RequesterSiteTemplate(path, names, data)
    return JinjaTemplate(path, folders, data, assets)


def syntax_of(text: str, names: Sequence[str], is_table: bool) -> str:
    """The syntax of a template's text, by the names of the inputs' variables. `is_table`: the inputs are a CSV file."""
    marks = _jinja_marks(text)
    has_placeholders = any(name.strip() in names for name in PLACEHOLDER.findall(text))
    if not marks:
        # A page that uses no input is a requester-site template if the inputs are a CSV file.
        return "site" if has_placeholders or is_table else "jinja"
    if not has_placeholders:
        return "jinja"
    known = ["input", *names]
    if is_table:
        # Angular and Mustache have {{ … }} too: Jinja if it begins with a variable.
        firsts = (re.search(r"[A-Za-z_]\w*", mark) for mark in marks if not _STATEMENT.match(mark))
        return "jinja" if any(map(_STATEMENT.match, marks)) or any(f and f[0] in known for f in firsts) else "site"
    if any(mark.startswith("{%") for mark in marks):
        return "jinja"
    code = "\n".join(marks)
    words = set(re.findall(r"\w+", code))
    return "jinja" if any(_uses(code, words, name) for name in known) else "site"


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
