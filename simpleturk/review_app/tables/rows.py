"""Tables of assignments, workers and HITs: searched, filtered, sorted, and cut into pages."""

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from simpleturk.batch.results.fields import flat_fields
from simpleturk.batch.review.queue.worker_record import WorkerRecord

if TYPE_CHECKING:
    from simpleturk.batch.review.queue.items import Item
    from simpleturk.mturk.models import HIT
    from simpleturk.review_app.session import Review

#: Rows of a page.
PAGE = 100

#: The longest part of an answer that can be found, in characters.
MAX_SEARCHED = 20_000

T = TypeVar("T")

STATES = ("Submitted", "Approved", "Rejected")
VERDICTS = ("undecided", "approve", "reject", "pass", "corrected", "bonus", "noted")


@dataclass(frozen=True)
class Filter:
    """What a table of assignments shows: those with all of `words`, in this state, with this decision, and so on."""

    words: str = ""
    state: str = ""
    verdict: str = ""
    worker: str = ""
    hit: str = ""
    tag: str = ""
    sort: str = ""
    page: int = 1

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Filter":
        """The filter of an address; unknown values count as none."""
        page, sort = query.get("page", "1"), query.get("sort", "")
        return cls(
            query.get("q", "")[:500],
            _known(query.get("state", ""), STATES),
            _known(query.get("decision", ""), VERDICTS),
            query.get("worker", ""),
            query.get("hit", ""),
            query.get("tag", ""),
            _known(sort, [*_SORTS, *(f"-{name}" for name in _SORTS)]),
            int(page) if page.isdecimal() and page.isascii() and 0 < len(page) < 7 else 1,
        )

    def query(self) -> dict[str, str]:
        """The filter as the query of an address, without the page."""
        values = {"q": self.words, "state": self.state, "decision": self.verdict, "worker": self.worker}
        values |= {"hit": self.hit, "tag": self.tag, "sort": self.sort}
        return {name: value for name, value in values.items() if value}


@dataclass(frozen=True)
class Page(Generic[T]):
    """A page of a table: its rows, the number of all rows, and its number among the pages, from 1."""

    rows: Sequence[T]
    number: int
    page: int

    @property
    def pages(self) -> int:
        """The number of pages, at least 1."""
        return max(1, -(-self.number // PAGE))

    @property
    def first(self) -> int:
        """The place of the first row among all rows, from 1."""
        return (self.page - 1) * PAGE + 1


def page_of(rows: Sequence[T], page: int) -> Page[T]:
    """A page of rows; the last page for numbers after it."""
    page = min(max(1, page), max(1, -(-len(rows) // PAGE)))
    return Page(rows[(page - 1) * PAGE : page * PAGE], len(rows), page)


class Search:
    """Finds items by words of their answers, inputs and ids. The texts are made once for each reading of the work."""

    def __init__(self, review: "Review") -> None:
        self._review = review
        self._lock = threading.Lock()
        self._version: object = None
        self._texts: dict[str, str] = {}

    def find(self, chosen: Filter) -> "list[Item]":
        """The items that a filter shows, in its order."""
        items = [item for item in self._review.items if self._is_shown(item, chosen)]
        if chosen.words.strip():
            texts, words = self._all_texts(), chosen.words.casefold().split()
            items = [
                item
                for item in items
                if _has_all(words, texts.get(item.assignment_id, ""), lambda item=item: self._noted(item))  # type: ignore[misc]
            ]
        name = chosen.sort.lstrip("-")
        if name:
            key = _SORTS[name]
            items.sort(key=lambda item: key(self._review, item), reverse=chosen.sort.startswith("-"))
        return items

    def _is_shown(self, item: "Item", chosen: Filter) -> bool:
        return (
            (not chosen.state or item.status == chosen.state)
            and (not chosen.worker or item.worker_id == chosen.worker)
            and (not chosen.hit or item.hit.hit_id == chosen.hit)
            and (not chosen.tag or chosen.tag in self._tags(item))
            and (not chosen.verdict or self._is_decided(item, chosen.verdict))
        )

    def _is_decided(self, item: "Item", verdict: str) -> bool:
        decision = self._review.log.get(item.assignment_id)
        if verdict in ("corrected", "bonus", "noted"):
            parts = {"corrected": "output", "bonus": "bonus", "noted": "note"}
            return decision is not None and getattr(decision, parts[verdict]) is not None
        return self._review.verdict(item) == ("" if verdict == "undecided" else verdict)

    def _tags(self, item: "Item") -> Sequence[str]:
        decision = self._review.log.get(item.assignment_id)
        return decision.tags if decision else ()

    def _noted(self, item: "Item") -> str:
        decision = self._review.log.get(item.assignment_id)
        if decision is None:
            return ""
        parts = (decision.feedback, decision.note, decision.bonus_reason, *decision.tags)
        return "\n".join(part for part in parts if part).casefold()

    def _all_texts(self) -> dict[str, str]:
        with self._lock:
            if self._version is not self._review.items.by_id:
                self._version = self._review.items.by_id
                self._texts = {item.assignment_id: _text(item) for item in self._review.items}
            return self._texts


def worker_rows(review: "Review", sort: str) -> list[WorkerRecord]:
    """The records of all workers, sorted by a column; a minus before it turns the order round."""
    rows = [review.record(worker_id) for worker_id in review.items.by_worker]
    name = sort.lstrip("-")
    if name in WORKER_COLUMNS:
        rows.sort(key=lambda row: _orderable(getattr(row, name)), reverse=sort.startswith("-"))
    else:
        rows.sort(key=lambda row: (-row.done, row.worker_id))
    return rows


#: The columns by which workers are sorted.
WORKER_COLUMNS = (
    "worker_id", "done", "waiting", "approved", "rejected", "passed", "median_seconds", "agreement", "hourly",
)  # fmt: skip


@dataclass(frozen=True)
class HITRow:
    """A HIT with its work. `agreement` is that of the HIT, 0 to 1; None without a second answer."""

    hit: "HIT"
    line: int
    answers: int
    undecided: int
    agreement: float | None


HIT_COLUMNS = ("line", "answers", "undecided", "agreement")


def hit_rows(review: "Review", sort: str) -> list[HITRow]:
    """The HITs with submitted work, sorted by a column."""
    by_hit: dict[str, list[Item]] = {}
    for item in review.items:
        by_hit.setdefault(item.hit.hit_id, []).append(item)
    rows = []
    for items in by_hit.values():
        undecided, agreement = sum(map(review.is_open, items)), review.hit_agreement(items[0].subject)
        rows.append(HITRow(items[0].hit, items[0].record.get("line", 0), len(items), undecided, agreement))
    name = sort.lstrip("-")
    if name in HIT_COLUMNS:
        rows.sort(key=lambda row: _orderable(getattr(row, name)), reverse=sort.startswith("-"))
    return rows


def summary(item: "Item", most: int = 200) -> str:
    """The beginning of an answer on one line: its fields with their names, or its text."""
    fields = flat_fields(item.output) if item.output is not None else {}
    texts = [
        (name, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
        for name, value in list(fields.items())[:20]
    ]
    parts = [text[:most] if name == "output" else f"{name}: {text[:most]}" for name, text in texts]
    text = " ".join(" · ".join(parts).split())
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _known(value: str, values: Sequence[str]) -> str:
    return value if value in values else ""


def _text(item: "Item") -> str:
    parts = [item.assignment_id, item.hit.hit_id, item.worker_id]
    parts += [json.dumps(item.record.get(name), ensure_ascii=False)[:MAX_SEARCHED] for name in ("output", "input")]
    return "\n".join(parts).casefold()


def _has_all(words: Sequence[str], text: str, noted: Callable[[], str]) -> bool:
    missing = [word for word in words if word not in text]
    return not missing or all(word in noted() for word in missing)


def _orderable(value: Any) -> tuple[bool, Any]:
    """Missing values come first."""
    return (value is not None, value if value is not None else 0)


_SORTS: dict[str, Callable[["Review", "Item"], Any]] = {
    "submitted": lambda review, item: _orderable(item.assignment.submitted and item.assignment.submitted.timestamp()),
    "due": lambda review, item: (item.due is None, item.due.timestamp() if item.due else 0),
    "worker": lambda review, item: item.worker_id,
    "seconds": lambda review, item: _orderable(item.seconds),
    "state": lambda review, item: item.status,
    "decision": lambda review, item: review.verdict(item),
    "agreement": lambda review, item: _orderable(review.answer_agreement(item)),
}
