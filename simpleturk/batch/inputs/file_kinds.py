"""What a text file looks like: its kind, for a file that was named in the place of another."""

import json
import re
from enum import StrEnum
from pathlib import Path

from simpleturk.batch.inputs.csv_reader import begins_table, folded
from simpleturk.errors import Problem
from simpleturk.text_files import NotText, text_of

#: The beginning of a file by which its kind is recognized, in bytes.
_HEAD = 1 << 18

_MANY = 2


class FileKind(StrEnum):
    """A kind of file, as messages name it."""

    TEMPLATE = "a template"
    PROPERTIES = "a file of properties"
    INPUTS = "a file of inputs"
    TABLE = "a CSV file"
    RESULTS = "a file of results"
    IDS = "a list of ids"
    ARRAY = "a JSON array"
    OBJECT = "a JSON object"
    SETTINGS = "a simpleturk.toml"
    RECORD = "a batch record"


#: The next step for a file of a kind: where it can be named.
_HINTS = {
    FileKind.TEMPLATE: "name the template with --template",
    FileKind.PROPERTIES: "name the properties with --properties",
    FileKind.INPUTS: "name the inputs with --inputs",
    FileKind.TABLE: "a CSV file can be named with --inputs, --assignments or --workers",
    FileKind.RESULTS: "results can be named with --assignments or --workers, or written with --output",
    FileKind.IDS: "HIT ids can be named with --ids, other ids with --assignments or --workers",
    FileKind.ARRAY: "write each value on one line: jq -c '.[]' FILE > NEW_FILE; inputs may be an array in FILE.json",
    FileKind.OBJECT: "write the object on one line: jq -c . FILE > NEW_FILE",
    FileKind.SETTINGS: "simpleturk reads simpleturk.toml in the working directory",
    FileKind.RECORD: "name the ids file beside it with --ids",
}

#: The members by which documents are recognized. Two of them are enough for properties.
_PROPERTIES = frozenset({"Title", "Reward", "AssignmentDurationInSeconds", "Description", "MaxAssignments"})
_RECORD = frozenset({"batch_id", "hit_type_id"})


def kind_of(text: str) -> FileKind | None:
    """The kind of a file that begins with this text; None if it cannot be recognized. More text may be missing."""
    text = text.lstrip("\ufeff \t\r\n")
    first = text.partition("\n")[0].strip()
    if re.match(r"<[!?A-Za-z]|\{[%#{]", text):
        return FileKind.TEMPLATE
    if text.startswith(("{", "[", '"')) and (kind := _kind_of_json(text, first)):
        return kind
    if re.fullmatch(r"[A-Z0-9]{20,64}", first):
        return FileKind.IDS
    if re.match(r"\[[\w.\"-]+\]\s*$|[A-Za-z_-]+\s*=\s*[\"'\d\[{tf]", first):
        return FileKind.SETTINGS
    if begins_table("", first.encode()):
        return FileKind.RESULTS if "assignmentid" in map(folded, re.split("[,;\t]", first)) else FileKind.TABLE
    return None


def _kind_of_json(text: str, first: str) -> FileKind | None:
    """The kind of JSON or JSON Lines."""
    whole, line = _parsed(text), _parsed(first)
    if isinstance(line, dict) and "assignment_id" in line:
        return FileKind.RESULTS
    if isinstance(whole, dict):
        if len(_PROPERTIES & set(whole)) >= _MANY:
            return FileKind.PROPERTIES
        if _RECORD <= set(whole):
            return FileKind.RECORD
        return FileKind.INPUTS if isinstance(line, dict) else FileKind.OBJECT
    # One line that is an array of objects is more often a whole file than one input.
    if isinstance(whole, list) and (len(text.strip().splitlines()) > 1 or any(isinstance(x, dict) for x in whole)):
        return FileKind.ARRAY
    return None if line is None else FileKind.INPUTS


def _parsed(text: str) -> object:
    try:
        document: object = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return document


def kind_of_file(path: Path) -> FileKind | None:
    """The kind of a file; None if it cannot be read or recognized."""
    try:
        with path.open("rb") as file:
            data = file.read(_HEAD)
        return kind_of(text_of(data if len(data) < _HEAD else data[: data.rfind(b"\n") + 1]))
    except (OSError, NotText):
        return None


def wrong_kind(name: object, kind: FileKind | None, *expected: FileKind) -> Problem | None:
    """The problem of a file of this kind where one of the expected kinds is right; None without a problem."""
    if kind is None or kind in expected:
        return None
    return Problem(str(name), f"looks like {kind}, not {expected[0]}", _HINTS[kind])
