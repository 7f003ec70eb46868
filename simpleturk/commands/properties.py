"""properties: what a properties file may hold."""

import json
from pathlib import Path
from typing import Annotated

import typer

from simpleturk import console
from simpleturk.commands.common.options import data_out
from simpleturk.errors import UsageError

SchemaOpt = Annotated[bool, typer.Option("--schema", help="Print a JSON Schema, by which editors complete and check.")]
CheckOpt = Annotated[
    Path | None, typer.Option("--check", metavar="FILE", help="Check this properties file, and name all mistakes.")
]


def properties(schema: SchemaOpt = False, check: CheckOpt = None) -> None:
    """List all HIT properties, or check a properties file."""
    from simpleturk.batch.properties.describe import describe_properties, json_schema

    if schema and check:
        raise UsageError("--schema and --check exclude each other")
    if check:
        _check(check)
        return
    if schema:
        with data_out():
            console.data(json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n")
        return
    rows = [(item.name, item.type, item.default, item.unit, item.meaning) for item in describe_properties()]
    if console.is_terminal():
        console.table("", rows, ("property", "type", "default", "unit", "meaning"), right=False)
        return
    # For grep, cut and awk.
    with data_out():
        for row in (("property", "type", "default", "unit", "meaning"), *rows):
            console.data("\t".join(row) + "\n")


def _check(path: Path) -> None:
    from simpleturk.batch.properties.file import load_properties
    from simpleturk.resources import find

    found = load_properties(find(path))
    requirements = console.plural(len(found.requirements()), "requirement")
    console.note(f"{path}: {found.Title!r}, ${found.Reward:.2f}, {requirements}: nothing wrong")
