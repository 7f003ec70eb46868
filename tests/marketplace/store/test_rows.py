"""Row types say what the tables hold."""

import types
import typing
from typing import Any

import pytest
from sqlalchemy import JSON, Column, Table, literal, select

from simpleturk.marketplace.store import rows, schema
from simpleturk.marketplace.store.rows import columns

#: Each row type's tables, and the fields that are no column of theirs.
SOURCES: dict[Any, tuple[list[Table], set[str]]] = {
    rows.HITRow: ([schema.hits, schema.hit_types], {"is_watched"}),
    rows.HITDetailsRow: ([schema.hits, schema.hit_types], set()),
    rows.HITTypeRow: ([schema.hit_types], set()),
    rows.GroupRow: ([schema.hit_types], {"requester"}),
    rows.AssignmentRow: ([schema.assignments], set()),
    rows.WorkerAssignmentRow: ([schema.assignments, schema.hits, schema.hit_types], {"requester"}),
    rows.WorkerRow: ([schema.workers], set()),
    rows.RequesterRow: ([schema.requesters], set()),
    rows.AccessKeyRow: ([schema.access_keys], set()),
    rows.LedgerRow: ([schema.ledger_entries], set()),
    rows.QualificationTypeRow: ([schema.qualification_types], set()),
    rows.QualificationRow: ([schema.qualifications], set()),
    rows.QualificationRequestRow: ([schema.qualification_requests], set()),
    rows.MessageRow: ([schema.messages], {"requester"}),
}


def test_every_row_type_is_checked() -> None:
    assert {value for value in vars(rows).values() if hasattr(value, "_fields")} == set(SOURCES)


@pytest.mark.parametrize("row_type", SOURCES, ids=lambda row_type: row_type.__name__)
def test_a_field_has_the_type_of_its_column(row_type: Any) -> None:
    tables, others = SOURCES[row_type]
    for name, annotation in typing.get_type_hints(row_type).items():
        if name in others:
            continue
        column: Column[Any] = next(table.c[name] for table in tables if name in table.c)
        is_union = isinstance(annotation, types.UnionType)
        assert is_union == bool(column.nullable), name
        python_type = typing.get_args(annotation)[0] if is_union else annotation
        if isinstance(column.type, JSON):
            assert typing.get_origin(python_type) in (list, dict), name
        else:
            assert python_type is column.type.python_type, name


def test_columns_stand_in_the_order_of_the_fields_and_an_expression_comes_before_a_table() -> None:
    selected = columns(rows.QualificationRow, schema.qualifications, worker_id=literal("ann"))
    assert [column.name for column in selected] == list(rows.QualificationRow._fields)
    assert "'ann' AS worker_id" in str(select(*selected).compile(compile_kwargs={"literal_binds": True}))
