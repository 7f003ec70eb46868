"""The versions of a form in a directory as the inputs of a batch."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from simpleturk.batch.inputs.jsonl import Input, Inputs
from simpleturk.batch.templates.forms.composer.directory import UNIT, VERSIONS, FormDirectory
from simpleturk.errors import Problem, Problems


class FormInputs(Inputs):
    """The versions of a form: each is an input, numbered from 1. The directory is read anew by each iteration."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        super().__init__(directory / (VERSIONS if (directory / VERSIONS).is_file() else UNIT))

    def __iter__(self) -> Iterator[Input | Problem]:
        try:
            yield from super().__iter__()
        except Problems as error:
            yield from error.problems

    def open(self) -> IO[bytes]:
        """The versions as JSON Lines. Raises Problems with all mistakes of the directory."""
        return io.BytesIO(lines_of(self.directory).encode())

    def where(self, line: int) -> str:
        """The name of a version in messages: "birds, version 2"."""
        return f"{self.directory}, version {line}"


def lines_of(directory: Path) -> str:
    """The versions of the form in a directory, one JSON object a line. Raises Problems."""
    versions = FormDirectory(directory).versions()
    return "".join(json.dumps(version, ensure_ascii=False) + "\n" for version in versions)
