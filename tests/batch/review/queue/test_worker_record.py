"""A worker's work in numbers."""

from decimal import Decimal

from simpleturk.batch.review.decision import Decision
from simpleturk.batch.review.queue.worker_record import busy_seconds, worker_records
from tests.batch.review.queue.made_items import made_item, made_items


def test_decisions_count_before_they_are_applied() -> None:
    items = made_items(
        [
            made_item("3A", seconds=10),
            made_item("3B", seconds=20, began=100, status="Approved"),
            made_item("3C", seconds=60, began=200),
            made_item("3D", seconds=40, began=300, status="Rejected"),
        ]
    )
    decisions = {
        "3A": Decision(assignment_id="3A", decision="pass"),
        "3C": Decision(assignment_id="3C", note="a note decides nothing"),
    }
    record = worker_records(items, decisions)["ann"]
    assert (record.done, record.waiting, record.approved, record.rejected, record.passed) == (4, 1, 2, 1, 1)
    assert record.median_seconds == 30
    # 3 of 4 at 0.50 USD in 130 seconds.
    assert record.hourly == Decimal("41.54")


def test_time_at_work_counts_once_for_assignments_held_together() -> None:
    items = [
        made_item("3A", began=0, seconds=100),
        made_item("3B", began=50, seconds=100),
        made_item("3C", began=60, seconds=10),
        made_item("3D", began=500, seconds=5),
    ]
    assert busy_seconds(items) == 155
    assert busy_seconds([]) == 0
