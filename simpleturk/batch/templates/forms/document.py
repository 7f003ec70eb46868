"""A JSON or YAML file → its value, and the line of each part. Words of YAML such as yes and no are text."""

import json
import re
from pathlib import Path
from typing import Any

from simpleturk.errors import Problem, Problems
from simpleturk.mturk.strict_json import json_positions, json_problem, parse_json
from simpleturk.text_files import text_named

#: The most values in a file. An alias of YAML counts as often as it is used.
MAX_VALUES = 100_000

#: The deepest nesting of a file.
MAX_LEVELS = 100

#: The path of a part: names of members and numbers of items, from the outside in.
Place = tuple[str | int, ...]

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,300})(?:\.[0-9]{1,300})?(?:[eE][-+]?[0-9]{1,3})?")
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}


def read_document(data: bytes, path: Path) -> tuple[Any, dict[Place, int]]:
    """The value in a file's bytes, and the line (from 1) of each part. Raises Problems."""
    text = text_named(data, path)
    if path.suffix.lower() == ".json":
        return _read_json(text, path)
    return _read_yaml(text, path)


def _read_json(text: str, path: Path) -> tuple[Any, dict[Place, int]]:
    try:
        value = parse_json(text)
    except json.JSONDecodeError as error:
        raise Problems(
            [Problem(f"{path}, line {error.lineno}, column {error.colno}", f"not JSON: {json_problem(error)}")]
        ) from error
    except ValueError as error:
        raise Problems([Problem(str(path), str(error))]) from error
    return value, {place: line for place, (line, _) in json_positions(text).items()}


def _read_yaml(text: str, path: Path) -> tuple[Any, dict[Place, int]]:
    import yaml

    try:
        node = yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{path}, line {mark.line + 1}, column {mark.column + 1}" if mark else str(path)
        raise Problems([Problem(where, f"not YAML: {error.problem or error.context}")]) from error
    except (yaml.YAMLError, RecursionError) as error:
        raise Problems([Problem(str(path), f"not YAML: {str(error).splitlines()[0]}")]) from error
    reader = _YAMLReader(path)
    value = reader.value(node, ()) if node is not None else None
    if reader.problems:
        raise Problems(reader.problems)
    return value, reader.lines


class _YAMLReader:
    """Makes values of the nodes of a YAML file, and notes their lines."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lines: dict[Place, int] = {}
        self.problems: list[Problem] = []
        self._values = 0

    def value(self, node: Any, place: Place) -> Any:
        """The value of a node. Raises Problems if there are too many, as with aliases of aliases."""
        import yaml

        self._values += 1
        if self._values > MAX_VALUES or len(place) > MAX_LEVELS:
            raise Problems([Problem(str(self.path), "is too large, or nested too deeply")])
        if isinstance(node, yaml.ScalarNode):
            return _scalar(node.value) if not node.style else node.value
        if isinstance(node, yaml.SequenceNode):
            return [self._item(item, (*place, number)) for number, item in enumerate(node.value)]
        members: dict[str, Any] = {}
        for key, item in node.value:
            name, line = str(key.value), key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                self.problems.append(Problem(f"{self.path}, line {line}", "a name must be text"))
                continue
            if name in members:
                self.problems.append(
                    Problem(f"{self.path}, line {line}", f"{name} is written twice", "remove one of them")
                )
            self.lines[*place, name] = line
            members[name] = self.value(item, (*place, name))
        return members

    def _item(self, node: Any, place: Place) -> Any:
        self.lines[place] = node.start_mark.line + 1
        return self.value(node, place)


def _scalar(text: str) -> Any:
    """The value of a plain scalar. Words such as yes, no and on, times and dates are text, unlike in YAML 1.1."""
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    if _NUMBER.fullmatch(text):
        return float(text) if re.search("[.eE]", text) else int(text)
    return text
