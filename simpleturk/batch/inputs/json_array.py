"""A file that is one JSON array → numbered inputs: each value of the array is one."""

import json
from pathlib import Path

from simpleturk.batch.inputs.jsonl import Inputs
from simpleturk.errors import Problem, Problems
from simpleturk.files import json_line
from simpleturk.mturk.strict_json import json_problem, parse_json
from simpleturk.text_files import NotText, decoded, first_line, open_utf8

#: The longest first line by which an array is recognized, in bytes.
_MOST = 100_000


class ArrayInputs(Inputs):
    """The values of a JSON array, numbered from 1, as an export of Label Studio or Argilla has them.

    The array is read into memory once, and kept as JSON Lines in a temporary file: the other methods read that.
    """

    suffix = ".json"

    def where(self, line: int) -> str:
        """The name of a value in messages: "tasks.json, item 7"."""
        return f"{self.name}, item {line}"

    def _needs_copy(self) -> bool:
        return True

    def _write_copy(self, copy: Path) -> None:
        try:
            with open_utf8(self.path, self.name) as file:
                text = "".join(decoded(line, number) for number, line in enumerate(file, start=1))
            values = parse_json(text)
        except json.JSONDecodeError as error:
            place = f"line {error.lineno}, column {error.colno}"
            raise Problems([Problem(self.name, f"not a JSON array: {json_problem(error)} ({place})")]) from error
        except NotText as error:
            raise Problems([error.problem(self.name)]) from error
        except ValueError as error:
            raise Problems([Problem(self.name, f"not a JSON array: {error}")]) from error
        with copy.open("w", encoding="utf-8") as file_of_lines:
            file_of_lines.writelines(map(json_line, values))


def is_array(path: Path, name: str) -> bool:
    """Whether a file is one JSON array of inputs: named *.json, or with an array that does not end on its first line.

    A list on one line of another file is one input, as JSON Lines have it.
    """
    if not path.is_file():
        return False
    head = first_line(path, _MOST)
    line = head.removeprefix(b"\xef\xbb\xbf").strip()
    if not line.startswith(b"["):
        return False
    if Path(name).suffix.lower() == ".json":
        return True
    if len(head) >= _MOST:
        return False
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return True
    return False
