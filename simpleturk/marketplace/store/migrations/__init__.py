"""Migration of a database of an older version to the tables of this one.

`to_N.sql` in this folder brings a database from version N - 1 to version N. It is written once, against the tables as
they were at that time, and never changed afterwards: it must not depend on schema.py, which changes with each version.
"""

from pathlib import Path

from sqlalchemy import Connection

STEPS = Path(__file__).parent


def migrate(connection: Connection, old: int, new: int) -> None:
    """Bring the tables from version `old` to version `new`, one step after the other, in the caller's transaction."""
    for version in range(old + 1, new + 1):
        for statement in _statements((STEPS / f"to_{version}.sql").read_text(encoding="utf-8")):
            connection.exec_driver_sql(statement)


def _statements(sql: str) -> list[str]:
    """The statements of a step; each ends with a semicolon at the end of its line."""
    return [statement for statement in map(str.strip, sql.split(";\n")) if statement]
