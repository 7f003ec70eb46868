"""Conditions with literal values, and indexes over some rows."""

from sqlalchemy import Boolean, Column, Index, Integer, MetaData, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateIndex

from simpleturk.marketplace.store.schema import workers
from simpleturk.marketplace.store.schema.metadata import is_literally, partial_index


def test_a_literal_condition_holds_its_value_in_the_statement() -> None:
    assert str(is_literally(workers.c.worker_id, "ann")) == "workers.worker_id = 'ann'"


def test_a_partial_index_writes_false_as_each_database_stores_it() -> None:
    table = Table("payments", MetaData(), Column("seq", Integer), Column("paid", Boolean))
    statement = CreateIndex(Index("unpaid", table.c.seq, **partial_index("paid = {no}")))
    assert str(statement.compile(dialect=sqlite.dialect())).endswith("(seq) WHERE paid = 0")
    assert str(statement.compile(dialect=postgresql.dialect())).endswith("(seq) WHERE paid = false")  # type: ignore[no-untyped-call]
