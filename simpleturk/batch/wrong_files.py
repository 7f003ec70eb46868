"""Files of a batch that were named in the place of another: inputs as properties, a template as inputs, and so on."""

import json
from collections.abc import Iterator
from pathlib import Path

from simpleturk.batch.inputs.file_kinds import FileKind, kind_of_file, wrong_kind
from simpleturk.batch.inputs.json_array import is_array
from simpleturk.batch.properties.model import Properties
from simpleturk.errors import Problem, Problems
from simpleturk.text_files import read_text

#: The most characters of a file that is read to recognize it.
_MOST = 1 << 20


def certainly_wrong(template: Path | None, inputs: Path, name: str) -> list[Problem]:
    """The problems of files that could be used, but look like another kind; `name` is that of the inputs."""
    problems = []
    text = _text(template) if template else ""
    if template and text and not any(sign in text for sign in ("<", "{%", "{{", "{#")):
        problems.append(wrong_kind(template, kind_of_file(template), FileKind.TEMPLATE))
    document = _object(inputs)
    if {"Title", "Reward", "AssignmentDurationInSeconds"} <= set(document):
        problems.append(wrong_kind(name, FileKind.PROPERTIES, FileKind.INPUTS))
    return [problem for problem in problems if problem]


def probably_wrong(properties: Path | None, inputs: Path, name: str) -> Iterator[Problem]:
    """The problems of files that cannot be used and look like another kind; `name` is that of the inputs."""
    if _is_file(inputs):
        kind = kind_of_file(inputs)
        if kind is not FileKind.ARRAY or not is_array(inputs, name):
            yield from _listed(wrong_kind(name, kind, FileKind.INPUTS, FileKind.TABLE))
    if properties and _is_file(properties):
        kind = kind_of_file(properties)
        is_empty = _text(properties).strip() == "{}"
        has_properties = is_empty or bool(set(_object(properties)) & set(Properties.model_fields))
        if not has_properties and kind is not FileKind.OBJECT:
            yield from _listed(wrong_kind(properties, kind, FileKind.PROPERTIES))


def _listed(problem: Problem | None) -> list[Problem]:
    return [problem] if problem else []


def _is_file(path: Path) -> bool:
    """Whether a path can be read again; a pipe cannot."""
    return path.is_file()


def _text(path: Path) -> str:
    try:
        return read_text(path) if _is_file(path) and path.stat().st_size <= _MOST else ""
    except (OSError, Problems):
        return ""


def _object(path: Path) -> dict[str, object]:
    """The object that a file holds as its only JSON value; {} if it holds something else."""
    try:
        document = json.loads(_text(path))
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}
