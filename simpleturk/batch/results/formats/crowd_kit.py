"""The table of crowd-kit: a row for each answer, with the columns task, worker and label."""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from simpleturk.batch.results.formats.field import Field, answer_of


class CrowdKit:
    """A CSV table with the columns task, worker and label.

    The task is the line of the input, or the HIT's id if the line is not known. A label that is no text is JSON.
    """

    def __init__(self, field: str = "") -> None:
        self.left_out: Counter[str] = Counter()
        self._field = Field(field, lambda value: value is not None, "one value")
        self._rows: list[tuple[str, str, str]] = []

    def add(self, record: Mapping[str, Any]) -> None:
        """Take the label of a record. Raises UsageError if the answer has several fields and none is chosen."""
        label = self._field.of(answer_of(record))
        if label is None:
            self.left_out["answer without the field"] += 1
            return
        text = label if isinstance(label, str) else json.dumps(label, ensure_ascii=False)
        self._rows.append((str(record.get("line") or record["hit_id"]), record["worker_id"], text))

    def lines(self) -> Iterator[str]:
        """The lines of the table, with the header."""
        for row in (("task", "worker", "label"), *self._rows):
            line = io.StringIO()
            csv.writer(line, lineterminator="\n").writerow(row)
            yield line.getvalue()
