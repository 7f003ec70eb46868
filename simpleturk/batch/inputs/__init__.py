"""The inputs of a batch: JSON Lines or CSV, one value for each HIT."""

from pathlib import Path

from simpleturk.batch.inputs.csv_inputs import Table
from simpleturk.batch.inputs.csv_reader import is_table
from simpleturk.batch.inputs.jsonl import Inputs


def open_inputs(path: Path, name: str | None = None, kept: bool = False) -> Inputs:
    """The inputs in a file, JSON Lines or CSV: detected by its suffix, else by its first line."""
    return (Table if is_table(path, name or str(path)) else Inputs)(path, name, kept)
