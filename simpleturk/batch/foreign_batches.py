"""Foreign batches, launched by other programs → their HIT ids, and their inputs if the files have them.

amti's folder                    `_INCOMPLETE` and data.jsonl, or results/hit-*/; or a hits.jsonl
the requester site's batch, CSV  the column HITId, a row for each assignment; `Input.x` of each
JSON Lines                       HITId or hit_id in each record
"""

import codecs
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from simpleturk.batch.inputs.csv_reader import begins_table, input_of, records
from simpleturk.batch.inputs.id_lists import HITS, is_header, read_id_list, unquoted
from simpleturk.batch.inputs.jsonl import Inputs
from simpleturk.errors import Problem, Problems, SimpleturkError
from simpleturk.text_files import open_utf8, read_text

_HIT_ID = re.compile("[A-Z0-9]{1,64}")

#: In the folder of an amti batch without saved results: its HIT ids, in the order of its data.
_INCOMPLETE = "_INCOMPLETE"


@dataclass
class ForeignBatch:
    """A foreign batch: each of its HIT ids once, and known inputs by HIT id."""

    hit_ids: list[str]
    inputs: dict[str, Any] = field(default_factory=dict)


def is_hit_id(text: str) -> bool:
    """Whether a text may be a HIT id of any marketplace."""
    return _HIT_ID.fullmatch(text) is not None


def is_foreign(ids: Path) -> bool:
    """Whether a path that was named as an ids file is a foreign batch."""
    if not ids.is_file():
        return ids.is_dir()
    with open_utf8(ids) as file:
        lines = (line.removeprefix(codecs.BOM_UTF8).strip(b"\0\t\r\n ") for line in file)
        first = next((line[:100_000] for line in lines if line and not line.startswith(b"#")), b"")
    text = unquoted(first[:100].decode("utf-8", "replace"))
    if not first or is_hit_id(text):
        return False
    if is_header(text, HITS):
        return True
    return first.startswith(b"{") or ids.suffix.lower() in (".csv", ".tsv") or begins_table(str(ids), first)


def read_foreign(ids: Path) -> ForeignBatch:
    """Read a foreign batch. Raises Problems, or SimpleturkError for a folder without HIT ids."""
    if ids.is_dir():
        return _folder(ids)
    with open_utf8(ids) as file:
        if not _begins_json(ids):
            return _table(file, ids)
        return ForeignBatch([item.id for item in read_id_list(file, str(ids), HITS).ids])


def _begins_json(ids: Path) -> bool:
    with open_utf8(ids) as file:
        return file.read(1000).removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"{")


def _table(file: Iterable[bytes], ids: Path) -> ForeignBatch:
    batch = ForeignBatch([])
    seen: set[str] = set()
    problems = []
    for item in records(file, str(ids), "HITId"):
        if isinstance(item, Problem):
            problems.append(item)
            continue
        line, row = item
        hit_id = row["HITId"].strip()
        if not is_hit_id(hit_id):
            problems.append(Problem(f"{ids}, line {line}", f"HITId is {hit_id[:60]!r}, which is not a HIT id"))
        elif hit_id not in seen:
            seen.add(hit_id)
            batch.hit_ids.append(hit_id)
            value = input_of(row)
            if value:
                batch.inputs[hit_id] = value
    if problems:
        raise Problems(problems)
    return batch


def _folder(folder: Path) -> ForeignBatch:
    incomplete, data = folder / _INCOMPLETE, folder / "data.jsonl"
    if incomplete.is_file():
        hit_ids = _incomplete(incomplete)
        inputs = list(Inputs(data).values()) if data.is_file() else []
        # HIT k belongs to the k-th line that is not blank. If the numbers differ, the inputs are unknown.
        values = [item.value for item in inputs] if len(inputs) == len(hit_ids) else []
        return ForeignBatch(hit_ids, dict(zip(hit_ids, values, strict=False)))
    if (folder / "hits.jsonl").is_file():
        return read_foreign(folder / "hits.jsonl")
    prefix = "hit-"
    named = sorted(path.name.removeprefix(prefix) for path in folder.glob(f"results/{prefix}*") if path.is_dir())
    if not named:
        hint = "name an ids file, or the folder of a batch of amti: it contains _INCOMPLETE or results/hit-…"
        raise SimpleturkError(f"{folder}: is a folder without HIT ids", hint)
    wrong = [name for name in named if not is_hit_id(name)]
    if wrong:
        raise Problems([Problem(str(folder), f"the name of 'results/{prefix}{name}' has no HIT id") for name in wrong])
    return ForeignBatch(named)


def _incomplete(path: Path) -> list[str]:
    try:
        document = json.loads(read_text(path))
        hit_ids = document["hit_ids"]
        if not isinstance(hit_ids, list) or not all(
            isinstance(hit_id, str) and is_hit_id(hit_id) for hit_id in hit_ids
        ):
            raise ValueError("hit_ids is not a list of HIT ids")
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Problems([Problem(str(path), f"is not amti's list of HITs: {error}")]) from error
    return list(dict.fromkeys(hit_ids))
