"""Rules that hold for all tables."""

import pytest
from sqlalchemy import Float, Integer, Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from simpleturk.marketplace.store.schema import metadata

TABLES = [pytest.param(table, id=table.name) for table in metadata.sorted_tables]


@pytest.mark.parametrize("table", TABLES)
def test_a_table_can_be_created_in_postgresql(table: Table) -> None:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    assert str(CreateTable(table).compile(dialect=dialect)).strip().startswith("CREATE TABLE")
    for index in table.indexes:
        assert "CREATE" in str(CreateIndex(index).compile(dialect=dialect))


@pytest.mark.parametrize("table", TABLES)
def test_seq_is_a_number_that_the_database_gives_and_money_is_never_a_fraction(table: Table) -> None:
    if "seq" in table.c:
        assert table.c.seq.primary_key and isinstance(table.c.seq.type, Integer)
    for name in ("available", "held"):
        assert name not in table.c or not isinstance(table.c[name].type, Float)
