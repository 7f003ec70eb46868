"""Items of assignments for tests, made from what matters to the test."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from simpleturk.batch.review.queue.items import Item, Items, item_of
from simpleturk.mturk.answers import answer_xml
from simpleturk.mturk.models import HIT, Assignment

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


def made_item(
    assignment_id: str,
    worker_id: str = "ann",
    hit_id: str = "3H1",
    output: str = '{"word": "cat"}',
    status: str = "Submitted",
    began: float = 0,
    seconds: float = 60,
    due: float = 700,
    **known: Any,
) -> Item:
    """An item accepted `began` seconds after NOW; submitted work is approved automatically `due` hours after NOW."""
    hit = HIT(hit_id, "3T", "Reviewable", "Title", Decimal("0.50"), NOW, NOW, 3, 0, 0, 0, 0, "")
    accepted = NOW + timedelta(seconds=began)
    assignment = Assignment(
        assignment_id,
        hit_id,
        worker_id,
        status,
        answer_xml([("output", output)]),
        accepted,
        accepted + timedelta(seconds=seconds),
        NOW + timedelta(hours=due),
        None,
        None,
        None,
    )
    return item_of(hit, assignment, known)


def made_items(items: Iterable[Item]) -> Items:
    """Items as if they had been loaded."""
    loaded = Items({}, lambda hit: {})
    loaded._replace(items)
    return loaded
