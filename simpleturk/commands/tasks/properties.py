"""properties: what a properties file can set."""

import json
from pathlib import Path
from typing import Annotated

import typer

from simpleturk import console
from simpleturk.batch.properties.describe import describe_properties, json_schema
from simpleturk.batch.properties.file import load_properties
from simpleturk.commands.common.money import usd
from simpleturk.commands.common.options import data_out
from simpleturk.errors import UsageError
from simpleturk.resources import find

SchemaOpt = Annotated[
    bool, typer.Option("--schema", help="Print a JSON Schema, with which editors complete and check the file.")
]
CheckOpt = Annotated[
    Path | None, typer.Option("--check", metavar="FILE", help="Check this properties file and report all problems.")
]
HEADER = ("property", "type", "default", "unit", "meaning")


def properties(schema: SchemaOpt = False, check: CheckOpt = None) -> None:
    """List all HIT properties, or check a properties file."""
    if schema and check:
        raise UsageError("--schema and --check cannot be used together")
    if check:
        _check(check)
        return
    if schema:
        with data_out():
            console.data(json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n")
        return
    rows = [(item.name, item.type, item.default, item.unit, item.meaning) for item in describe_properties()]
    if console.is_terminal():
        console.table("", rows, HEADER, right=False)
        return
    # For grep, cut and awk.
    with data_out():
        for row in (HEADER, *rows):
            console.data("\t".join(row) + "\n")


def _check(path: Path) -> None:
    checked = load_properties(find(path))
    requirements = console.plural(len(checked.requirements()), "requirement")
    console.note(f"{path}: {checked.Title!r}, {usd(checked.Reward)}, {requirements}: no problems")
