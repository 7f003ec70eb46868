"""The inputs of a batch: JSON Lines, CSV or a JSON array, one value for each HIT."""

from pathlib import Path

from simpleturk.batch.inputs.csv_inputs import Table
from simpleturk.batch.inputs.csv_reader import is_table
from simpleturk.batch.inputs.json_array import ArrayInputs, is_array
from simpleturk.batch.inputs.jsonl import Inputs


def open_inputs(path: Path, name: str | None = None, kept: bool = False) -> Inputs:
    """The inputs in a file, JSON Lines, CSV or a JSON array: detected by its suffix and its first line."""
    if is_array(path, name or str(path)):
        return ArrayInputs(path, name, kept)
    return (Table if is_table(path, name or str(path)) else Inputs)(path, name, kept)
