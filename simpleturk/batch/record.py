"""The batch record beside an ids file: the marketplace of the batch, its HIT type, its source files."""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from simpleturk.batch.inputs.groups import Grouping
from simpleturk.errors import Problem, Problems
from simpleturk.files import write_whole
from simpleturk.task_folder import read_regular

if TYPE_CHECKING:
    from pydantic import ValidationError


@dataclass(frozen=True)
class Source:
    """One of a batch's three files: its path, relative to the ids file's folder if it is inside, and its SHA-256."""

    path: str
    sha256: str

    @classmethod
    def of(cls, path: Path, sha256: str, ids: Path) -> "Source":
        """The source at a path, for the record of an ids file."""
        return cls(portable(path, ids), sha256)

    def located(self, ids: Path) -> Path:
        """The path of the file."""
        return ids.parent / self.path


@dataclass(frozen=True)
class BatchRecord:
    """What simpleturk stores about a batch beside its ids. `skipped` has lines of inputs.

    `reward` is USD, `created` is ISO 8601 UTC. `database` is the local marketplace's file; null for the default one and
    for other marketplaces. `asked_since` is the time of the first request whose HIT id may not be saved, "" if that is
    `created`. `imported` is true if the HITs come from a results file and not from a launch. `masters`: only Masters
    may work. `grouping` says how several inputs were put into each HIT.
    """

    batch_id: str
    marketplace: str
    endpoint: str
    database: str | None
    hit_type_id: str
    hits: int
    max_assignments: int
    reward: str
    template: Source
    properties: Source
    inputs: Source
    skipped: list[int]
    created: str
    version: str
    asked_since: str = ""
    imported: bool = False
    masters: bool = False
    grouping: Grouping | None = None


def record_path(ids: Path) -> Path:
    """The path of an ids file's batch record."""
    return ids.with_name(ids.stem + ".batch.json")


def saved_inputs_path(ids: Path, suffix: str) -> Path:
    """The path where inputs from a pipe are saved; `suffix` is ".jsonl" or ".csv"."""
    return ids.with_name(f"{ids.stem}.inputs{suffix}")


def portable(path: Path, ids: Path) -> str:
    """A path relative to the ids file's folder if it is inside, so that the folder can be moved; else absolute."""
    folder = Path(os.path.abspath(ids.parent))
    absolute = Path(os.path.abspath(path))
    return str(absolute.relative_to(folder)) if absolute.is_relative_to(folder) else str(absolute)


def read_record(ids: Path) -> BatchRecord | None:
    """The batch record of an ids file, None without one. Raises Problems if it is invalid."""
    from pydantic import TypeAdapter, ValidationError

    path = record_path(ids)
    try:
        record = TypeAdapter(BatchRecord).validate_json(read_regular(path), strict=True)
        _check_texts(record)
        return record
    except FileNotFoundError:
        return None
    except (ValidationError, ValueError, ArithmeticError) as error:
        reason = "; ".join(list(_in_words(error))[:3]) if isinstance(error, ValidationError) else str(error)
        hint = "restore it, or move it away: commands work with the ids file alone, but cannot resume the launch"
        raise Problems([Problem(str(path), f"is not a batch record: {reason}", hint)]) from error


def _check_texts(record: BatchRecord) -> None:
    """Parse the record's amounts, times and addresses. Raises ValueError or ArithmeticError."""
    Decimal(record.reward)
    urlsplit(record.endpoint)
    for moment in (record.created, record.asked_since or record.created):
        if datetime.fromisoformat(moment).tzinfo is None:
            raise ValueError(f"the time {moment!r} has no time zone")
    if any("\0" in path for path in (record.database or "", record.inputs.path)):
        raise ValueError("a path holds a zero byte")


#: What is wrong with a value, by Pydantic's type of the error.
_FORMS = {
    "string_type": "is not text",
    "int_type": "is not a whole number",
    "int_from_float": "is not a whole number",
    "bool_type": "is neither true nor false",
    "list_type": "is not a list",
    "dataclass_type": "is not an object",
    "dataclass_exact_type": "is not an object",
    "unexpected_keyword_argument": "is not a key of a batch record",
}


def _in_words(error: "ValidationError") -> Iterator[str]:
    for details in error.errors():
        place = ".".join(map(str, details["loc"]))
        if details["type"] == "missing":
            yield f"{place} is missing"
        elif details["type"] == "json_invalid":
            yield f"it is not JSON ({details['ctx']['error']})"
        else:
            form = _FORMS.get(details["type"], "has a wrong value")
            yield f"{place} {form}" if place else f"it {form}"


def write_record(ids: Path, record: BatchRecord) -> None:
    """Write a batch record; a crash leaves the old or the new one."""
    write_whole(record_path(ids), json.dumps(asdict(record), indent=2, ensure_ascii=False) + "\n")
