"""Statements that run again are compiled once, and give the same rows and errors as SQLAlchemy."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import bindparam, delete, event, exists, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError, OperationalError

from simpleturk.marketplace.api import hits as hits_api
from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.store.prepared import prepared
from simpleturk.marketplace.store.schema import hit_types, hits, notification_settings, workers
from simpleturk.marketplace.store.transaction import Transaction
from tests.marketplace.api.test_boto3_programs import HIT

NEW = insert(workers)


def create_hit(transaction: Transaction) -> str:
    return str(hits_api.create_hit(transaction, dict(HIT))["HIT"]["HITId"])


@pytest.fixture
def transaction(marketplace: Marketplace) -> Iterator[Transaction]:
    with marketplace.write() as transaction:
        yield transaction


def runs_of(transaction: Transaction) -> list[str]:
    """The statements that SQLAlchemy itself runs from now on."""
    runs: list[str] = []
    event.listen(transaction.connection, "before_cursor_execute", lambda _, cursor, sql, *rest: runs.append(sql))
    return runs


def test_sqlalchemy_runs_a_statement_only_the_first_time(transaction: Transaction) -> None:
    query = select(workers.c.worker_id).where(workers.c.worker_id == bindparam("which"))
    for name in ("ann", "bob", "cat"):
        transaction.change(NEW, {"worker_id": name, "created": 1.0})
    runs = runs_of(transaction)
    found = [transaction.scalar(query, {"which": name}) for name in ("ann", "bob", "dan", "cat")]
    assert found == ["ann", "bob", None, "cat"]
    assert len(runs) == 1


def test_rows_are_converted_as_sqlalchemy_converts_them(transaction: Transaction) -> None:
    create_hit(transaction)
    query = select(hit_types, hits.c.expired, hits.c.hit_review_policy, exists().where(hits.c.pending > 0)).join(
        hits, hits.c.hit_type_id == hit_types.c.hit_type_id
    )
    [expected] = transaction.execute(query).all()
    rows = [transaction.one(lambda *values: values, query) for _ in range(3)]
    assert rows == [tuple(expected)] * 3
    assert [type(value) for value in rows[2]] == [type(value) for value in expected]
    assert prepared(transaction.connection, query, {}) is not None


def test_new_rows_get_the_defaults_of_their_columns_and_converted_values(transaction: Transaction) -> None:
    hit_id = create_hit(transaction)
    statement = insert(hits)
    copied: dict[str, Any] = {
        column.name: value
        for column, value in zip(
            hits.columns, transaction.execute(select(hits).where(hits.c.hit_id == hit_id)).one(), strict=True
        )
        if column.name not in ("seq", "expired", "reviewing", "question", "hit_review_policy")
    }
    for number in range(3):
        values = {"hit_id": f"copy {number}", "question": "é", "hit_review_policy": {"PolicyName": "é"}}
        assert transaction.change(statement, copied | values) == 1
    assert prepared(transaction.connection, statement, copied | values) is not None
    names = ("hit_id", "expired", "reviewing", "question", "hit_review_policy", "assignment_review_policy")
    query = select(*(hits.c[name] for name in names)).where(hits.c.hit_id.startswith("copy"))
    rows = [tuple(row) for row in transaction.execute(query)]
    policy = {"PolicyName": "é"}
    assert rows == [(f"copy {number}", False, False, "é", policy, None) for number in range(3)]


def test_the_values_of_a_statement_and_those_of_its_caller_are_both_used(transaction: Transaction) -> None:
    for name in ("ann", "bob"):
        transaction.change(NEW, {"worker_id": name, "created": 1.0})
    later = (
        update(workers)
        .where(workers.c.worker_id == bindparam("which"))
        .values(created=workers.c.created + 2, terms="x")
    )
    assert [transaction.change(later, {"which": name}) for name in ("ann", "bob", "bob", "eve")] == [1, 1, 1, 0]
    columns = select(workers.c.created, workers.c.terms)
    assert [tuple(row) for row in transaction.execute(columns)] == [(3.0, "x"), (5.0, "x")]
    other = update(workers).where(workers.c.worker_id == bindparam("which"))
    for values in ({"terms": "y"}, {"created": 7.0}, {"terms": "z"}, {"terms": "z", "created": 8.0}):
        transaction.change(other, {"which": "ann", **values})
    assert transaction.execute(columns).first() == (8.0, "z")
    gone = delete(workers).where(workers.c.worker_id == bindparam("which"))
    assert [transaction.change(gone, {"which": name}) for name in ("ann", "ann", "bob")] == [1, 0, 1]


def test_a_statement_whose_text_depends_on_its_values_stays_with_sqlalchemy(transaction: Transaction) -> None:
    for name in ("ann", "bob", "cat"):
        transaction.change(NEW, {"worker_id": name, "created": 1.0})
    query = select(workers.c.worker_id).where(workers.c.worker_id.in_(bindparam("names", expanding=True)))
    for names in (["ann"], ["ann", "bob"], [], ["bob", "cat"]):
        assert transaction.scalars(query, {"names": names}) == names
    written = text("SELECT worker_id FROM workers WHERE worker_id = :which")
    assert [transaction.scalar(written, {"which": "bob"}) for _ in range(3)] == ["bob"] * 3


def test_errors_are_sqlalchemys(transaction: Transaction) -> None:
    values = {"worker_id": "ann", "created": 1.0}
    transaction.change(NEW, values)
    for _ in range(3):
        with pytest.raises(IntegrityError, match="UNIQUE"):
            transaction.change(NEW, values)
    missing = select(func.count()).select_from(notification_settings)
    transaction.connection.exec_driver_sql("DROP TABLE notification_settings")
    for _ in range(3):
        with pytest.raises(OperationalError, match="no such table"):
            transaction.scalar(missing)


def test_a_missing_parameter_is_an_error(transaction: Transaction) -> None:
    query = select(workers.c.worker_id).where(workers.c.worker_id == bindparam("which"))
    transaction.scalar(query, {"which": "ann"})
    for _ in range(2):
        with pytest.raises(Exception, match="which"):
            transaction.scalar(query)


def test_the_first_row_and_the_only_row(transaction: Transaction) -> None:
    for name in ("ann", "bob"):
        transaction.change(NEW, {"worker_id": name, "created": 1.0})
    query = select(workers.c.worker_id).where(workers.c.created == bindparam("when")).order_by(workers.c.worker_id)
    for _ in range(3):
        assert transaction.first(str, query, {"when": 1.0}) == "ann"
        assert transaction.first(str, query, {"when": 2.0}) is None
        assert transaction.all(str, query, {"when": 1.0}) == ["ann", "bob"]
        with pytest.raises(ValueError, match="values to unpack"):
            transaction.one(str, query, {"when": 1.0})
        with pytest.raises(ValueError, match="values to unpack"):
            transaction.one(str, query, {"when": 2.0})


def test_a_list_that_belongs_to_the_statement_is_compiled_with_it(transaction: Transaction) -> None:
    for name in ("ann", "bob", "cat"):
        transaction.change(NEW, {"worker_id": name, "created": 1.0})
    query = (
        select(workers.c.worker_id)
        .where(workers.c.worker_id.in_(("ann", "cat")), workers.c.worker_id != bindparam("other"))
        .order_by(workers.c.worker_id)
    )
    none = select(workers.c.worker_id).where(workers.c.worker_id.in_(()))
    runs = runs_of(transaction)
    expected = {"ann": ["cat"], "cat": ["ann"], "bob": ["ann", "cat"]}
    for other in ("ann", "cat", "bob", "ann"):
        assert transaction.scalars(query, {"other": other}) == expected[other]
        assert transaction.scalars(none) == []
    assert len([sql for sql in runs if "IN (?, ?)" in sql]) == 1
