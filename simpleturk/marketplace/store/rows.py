"""Rows as the marketplace's functions pass them: one type for each query that is used in more than one place.

A query selects `columns(HITRow, …)`, and `transaction.first(HITRow, query)` returns the row: its values stand in the
order of the type's fields. Fields have the names of columns; joined columns stand at the end. tests/…/test_rows.py
checks each field's type against its column.
"""

from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Table

Requirements = list[dict[str, Any]]


class HITRow(NamedTuple):
    """A HIT without its question, with what its HIT type says of reward and times."""

    seq: int
    hit_id: str
    requester_id: str
    hit_type_id: str
    max_assignments: int
    created: float
    expiration: float
    annotation: str | None
    batch: str | None
    max_per_worker: int | None
    max_concurrent: int | None
    assignment_review_policy: dict[str, Any] | None
    hit_review_policy: dict[str, Any] | None
    reviewing: bool
    expired: bool
    deleted: float | None
    available: int
    pending: int
    completed: int
    title: str
    reward: str
    assignment_duration: int
    auto_approval_delay: int
    #: Whether the requester has notification settings for the HIT type.
    is_watched: bool


class HITDetailsRow(NamedTuple):
    """Everything about a HIT that the API returns, but for its question."""

    seq: int
    hit_id: str
    hit_type_id: str
    max_assignments: int
    created: float
    expiration: float
    annotation: str | None
    reviewing: bool
    expired: bool
    deleted: float | None
    available: int
    pending: int
    completed: int
    hit_group_id: str
    title: str
    description: str
    keywords: str | None
    reward: str
    assignment_duration: int
    auto_approval_delay: int
    requirements: Requirements


class HITTypeRow(NamedTuple):
    """A HIT type."""

    hit_type_id: str
    hit_group_id: str
    requester_id: str
    title: str
    description: str
    keywords: str | None
    reward: str
    assignment_duration: int
    auto_approval_delay: int
    requirements: Requirements
    capped: bool


class GroupRow(NamedTuple):
    """A HIT type as a group in the worker site's list."""

    hit_type_id: str
    hit_group_id: str
    requester_id: str
    title: str
    description: str
    keywords: str | None
    reward: str
    assignment_duration: int
    requirements: Requirements
    done: int
    seconds: float
    capped: bool
    #: The requester's name.
    requester: str


class AssignmentRow(NamedTuple):
    """An assignment."""

    seq: int
    assignment_id: str
    hit_id: str
    worker_id: str
    status: str
    accepted: float
    deadline: float
    submitted: float | None
    auto_approval: float | None
    approved: float | None
    rejected: float | None
    feedback: str | None
    fields: list[Any] | None
    opinion: dict[str, Any] | None


class WorkerAssignmentRow(NamedTuple):
    """An assignment as its worker sees it: with its HIT type and its requester's name."""

    seq: int
    assignment_id: str
    hit_id: str
    worker_id: str
    status: str
    accepted: float
    deadline: float
    submitted: float | None
    auto_approval: float | None
    approved: float | None
    rejected: float | None
    feedback: str | None
    fields: list[Any] | None
    hit_type_id: str
    hit_group_id: str
    title: str
    reward: str
    assignment_duration: int
    requester: str


AnyAssignmentRow = AssignmentRow | WorkerAssignmentRow


class WorkerRow(NamedTuple):
    """A worker with their account."""

    worker_id: str
    created: float
    country: str | None
    subdivision: str | None
    adult: bool
    master: bool
    password: str | None
    link: str | None
    link_expires: float | None
    disabled: float | None
    session_epoch: int
    terms: str | None


class RequesterRow(NamedTuple):
    """A requester with the sums of their account, in cents."""

    requester_id: str
    name: str
    created: float
    prepaid: bool
    available: int
    held: int


class AccessKeyRow(NamedTuple):
    """An access key of a requester; its secret is in no table."""

    access_key_id: str
    requester_id: str
    created: float
    revoked: float | None


class LedgerRow(NamedTuple):
    """An entry of the ledger; amounts in cents."""

    seq: int
    requester_id: str
    time: float
    kind: str
    available: int
    held: int
    hit_id: str | None
    worker_id: str | None
    assignment_id: str | None
    note: str | None
    paid: float | None


class QualificationTypeRow(NamedTuple):
    """A qualification type."""

    seq: int
    qualification_type_id: str
    requester_id: str
    created: float
    name: str
    description: str
    keywords: str | None
    status: str
    test: str | None
    answer_key: str | None
    test_duration: int | None
    retry_delay: int | None
    auto_granted: bool
    auto_granted_value: int | None
    deleted: float | None


class QualificationRow(NamedTuple):
    """A qualification that a worker has, or had before it was revoked."""

    seq: int
    qualification_type_id: str
    worker_id: str
    value: int
    status: str
    granted: float


class QualificationRequestRow(NamedTuple):
    """A worker's request for a qualification, with the test that they take or have taken."""

    seq: int
    qualification_request_id: str
    qualification_type_id: str
    worker_id: str
    status: str
    started: float
    submitted: float | None
    test: str | None
    fields: list[Any] | None
    reason: str | None


class MessageRow(NamedTuple):
    """A message in a worker's inbox, with the requester's name."""

    seq: int
    worker_id: str
    requester_id: str
    time: float
    subject: str
    text: str
    requester: str


def columns(row_type: Any, *tables: Table, **expressions: ColumnElement[Any]) -> list[ColumnElement[Any]]:
    """The columns of a row type in the order of its fields.

    A field is the expression of its name, or else the column of its name in the first table that has one.
    """
    return [
        expressions[name].label(name)
        if name in expressions
        else next(table.c[name] for table in tables if name in table.c)
        for name in row_type._fields
    ]
