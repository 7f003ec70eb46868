"""What all tables share: the metadata, the schema's version, and partial indexes."""

from typing import Any

from sqlalchemy import Column, ColumnElement, MetaData, String, Table, Text, literal_column, text

#: Add one with every change of a table; migrations/ holds the step from each version to the next.
SCHEMA_VERSION = 5

metadata = MetaData()

settings = Table(
    "settings",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", Text, nullable=False),
)


def is_literally(column: Column[Any], value: str) -> ColumnElement[bool]:
    """column = 'value' with the value in the statement: the planner can then use an index over just these rows."""
    return column == literal_column(f"'{value}'")


def partial_index(condition: str) -> dict[str, Any]:
    """An index over just some rows, in each database's dialect: to SQLite's planner 0 and false are different."""
    return {"sqlite_where": text(condition.format(no=0)), "postgresql_where": text(condition.format(no="false"))}
