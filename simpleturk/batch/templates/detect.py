"""Which syntax a template has: Jinja's, or the holes `${name}` of the requester site's projects."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from simpleturk.assets.local import Assets
from simpleturk.batch.inputs.csv_inputs import Table
from simpleturk.batch.inputs.jsonl import Input
from simpleturk.batch.templates.jinja import JinjaTemplate, decoded_template, read_template
from simpleturk.batch.templates.placeholders import PLACEHOLDER
from simpleturk.batch.templates.requester_site import RequesterSiteTemplate
from simpleturk.batch.templates.source import QuestionSource
from simpleturk.errors import Problem, Problems

_JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
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
    """A template, compiled for the variables of these inputs.

    Without a `syntax` it is told by what is in the template: Jinja's marks, or holes that inputs fill. Where both are,
    it is Jinja if what its marks enclose speaks of the input; a script's own `${…}` is never touched.
    """
    data = read_template(path)
    first = next(iter(inputs), None)
    if isinstance(first, Problem):
        # Which variables there are, nobody knows: what is wrong with the inputs comes first.
        raise Problems([first])
    names = variables(inputs)
    if (syntax or syntax_of(decoded_template(data, path), names, isinstance(inputs, Table))) == "site":
        return RequesterSiteTemplate(path, names, data)
    return JinjaTemplate(path, folders, data, assets)


def syntax_of(text: str, names: Sequence[str], is_table: bool) -> str:
    """The syntax of a template's text for inputs that have these variables, and may come from a CSV file."""
    marks = _JINJA.findall(text)
    has_holes = any(hole.strip() in names for hole in PLACEHOLDER.findall(text))
    if not marks:
        # A page that says nothing of its inputs is one of the site's if its inputs are.
        return "site" if has_holes or is_table else "jinja"
    if not has_holes:
        return "jinja"
    known = ["input", *names]
    if is_table:
        # A page of the site's may be one of Angular or Mustache too: only what begins with a variable is Jinja's.
        firsts = (re.search(r"[A-Za-z_]\w*", mark) for mark in marks if not _STATEMENT.match(mark))
        return "jinja" if any(map(_STATEMENT.match, marks)) or any(f and f[0] in known for f in firsts) else "site"
    spoken_of = re.compile(rf"\b(?:{'|'.join(map(re.escape, known))})\b")
    return "jinja" if any(spoken_of.search(mark) or mark.startswith("{%") for mark in marks) else "site"


def variables(inputs: "Iterable[Input | Problem]") -> list[str]:
    """The names of the first input's values; none where it is no object."""
    first: Any = next((item.value for item in inputs if isinstance(item, Input)), None)
    return list(first) if isinstance(first, dict) else []
