"""The body of a response → the document that botocore's parser makes of it, in a fifth of the time.

What each shape of the service's model needs is found out once, not for each value: of MTurk's values, only times differ
from their JSON. tests/client/test_response_reader.py compares the results with botocore's.
"""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

Read = Callable[[Any], Any]


class ResponseReader:
    """Reads the bodies of successful responses. `parse_time` makes a time of a timestamp's JSON."""

    def __init__(self, parse_time: Read) -> None:
        self._parse_time = parse_time
        #: The functions of structures and lists by the names of their shapes; None for a value that stays as it is.
        self._known: dict[str, Read | None] = {}

    def read(self, shape: Any, body: bytes) -> dict[str, Any]:
        """The document in a response of this output shape. `shape` is None for an operation without output."""
        read = self._reader(shape) if shape is not None else None
        return dict(read(json.loads(body))) if read else {}

    def _reader(self, shape: Any) -> Read | None:
        """The function that reads a value of a shape; None if the value stays as it is."""
        if shape.type_name == "timestamp":
            return self._parse_time
        if shape.type_name not in ("structure", "list"):
            return None
        if shape.name not in self._known:
            self._known[shape.name] = self._made(shape)
        return self._known[shape.name]

    def _made(self, shape: Any) -> Read | None:
        if shape.type_name == "list":
            read_item = self._reader(shape.member)
            return partial(_read_list, read_item) if read_item else None
        # A model may name a member in the JSON otherwise.
        names = {member.serialization.get("name", name): name for name, member in shape.members.items()}
        readers = {name: self._reader(shape.members[member]) for name, member in names.items()}
        return partial(_read_structure, names, readers)


def _read_list(read_item: Read, values: list[Any]) -> list[Any]:
    return [read_item(value) for value in values]


def _read_structure(names: dict[str, str], readers: dict[str, Read | None], value: dict[str, Any]) -> dict[str, Any]:
    document = {}
    for name, member in value.items():
        if member is not None and name in names:
            read = readers[name]
            document[names[name]] = read(member) if read else member
    return document
