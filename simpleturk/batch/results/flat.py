"""Results as a flat table for analysis: a column for each field of answer and input, and for what was decided.

The columns are those of a JSON record, with paths for what is inside of it: input.country, output.boxes.0.label,
review.tags. review.corrected names the fields in which review.output differs from the worker's output.
"""

from collections.abc import Mapping
from typing import Any

from simpleturk.batch.inputs.csv_reader import cell_text
from simpleturk.batch.results.fields import corrected_fields, flat_fields

#: The columns before those of inputs, answers and decisions.
FLAT_COLUMNS = (
    "assignment_id hit_id worker_id status submit_time accept_time seconds_worked auto_approval_time approval_time"
    " rejection_time feedback line problem"
).split()

#: Where the fields of a record's values are. Those of a page beside its JSON must not hide fields of the JSON.
_PREFIXES = {"output": "output.", "fields": "output.fields.", "answer": "output."}


def flat_row(record: dict[str, Any]) -> dict[str, str]:
    """A record of results as a row by the names of its columns. It has a `problem` only if the record has one."""
    row = {name: "" for name in FLAT_COLUMNS if name != "problem"}
    for key, value in record.items():
        prefix = _PREFIXES.get(key, f"{key}.")
        if key == "review":
            row |= review_columns(prefix, value)
            if "output" in value and "output" in record:
                row[f"{prefix}corrected"] = flat_cell(list(corrected_fields(record["output"], value["output"])))
        elif value is not None and (isinstance(value, dict) or key in ("input", *_PREFIXES)):
            fields = flat_fields(value) if isinstance(value, dict) else {key: value}
            row |= {prefix + name: flat_cell(part) for name, part in fields.items()}
        elif key not in ("input", *_PREFIXES):
            row[key] = flat_cell(value)
    return row


def review_columns(prefix: str, review: Mapping[str, Any]) -> dict[str, str]:
    """The columns of a decision: a list as one text, the corrected output as a column for each of its fields."""
    columns = {}
    for name, value in review.items():
        fields = flat_fields(value).items() if name == "output" else [("", value)]
        for field, part in fields:
            path = name if field in ("", "output") else f"{name}.{field}"
            columns[prefix + path] = f"{part:.2f}" if name == "bonus" else flat_cell(part)
    return columns


def flat_cell(value: Any) -> str:
    """A value as the text of a cell, a list of texts as one text with "|" between them."""
    if isinstance(value, list) and value and all(isinstance(part, str) for part in value):
        return "|".join(value)
    return cell_text(value)
