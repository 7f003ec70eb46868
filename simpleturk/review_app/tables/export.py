"""What a table shows, as a file: JSON Lines, or a flat CSV table, in the forms in which `results` prints them."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Any

from simpleturk.batch.results.csv import FlatTable, TableForm
from simpleturk.batch.results.flat import flat_row
from simpleturk.files import json_line

if TYPE_CHECKING:
    from simpleturk.batch.review.queue.items import Item
    from simpleturk.review_app.session import Review

#: The keys of a decision that results say already.
_KNOWN = ("assignment_id", "hit_id", "batch_id")


def json_lines(review: "Review", items: "Sequence[Item]") -> Iterator[str]:
    """The lines of results, with the decision about each under `review`."""
    return (json_line(_record(review, item)) for item in items)


def csv_lines(review: "Review", items: "Sequence[Item]") -> Iterator[str]:
    """The lines of a table with a column for each field of answer, input and decision.

    Cells that a spreadsheet would run are shown as text.
    """
    with closing(FlatTable(form=TableForm(flat=True))) as table:
        for item in items:
            table.add([flat_row(_record(review, item))])
        yield from table.text()


def _record(review: "Review", item: "Item") -> dict[str, Any]:
    decision = review.log.get(item.assignment_id)
    if decision is None:
        return item.record
    return item.record | {"review": {k: v for k, v in decision.as_record().items() if k not in _KNOWN}}
