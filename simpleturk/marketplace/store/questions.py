"""The questions of HITs, saved so that a batch takes little more space than its inputs.

The HITs of a HIT type mostly have the same page with other inputs. One question of them is saved whole, in the table
`pages`; the row of a HIT holds how its question differs from that page (mturk/deltas.py). Rows of version 3 of the
tables, and short questions, hold the question itself.
"""

import threading
from collections import OrderedDict
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, bindparam, insert, select

from simpleturk.marketplace.store.ids import new_id
from simpleturk.marketplace.store.schema import hits, pages
from simpleturk.marketplace.store.transaction import Transaction
from simpleturk.mturk.deltas import from_delta, shared_ends, to_delta

#: Shorter questions, in bytes, are saved as they are.
MIN_BYTES = 512

#: A question becomes a page of its own if its delta has more than this part of its bytes, while its HIT type has fewer
#: than MAX_PAGES: a template may change between two launches, but inputs may also be larger than the template.
MAX_PART = 0.5
MAX_PAGES = 8

#: The bytes of pages that a process keeps in memory.
CACHE_BYTES = 8 * 1024 * 1024

#: The columns of `hits` that hold a question, in the order of StoredQuestion.
QUESTION_COLUMNS = (hits.c.question, hits.c.page_id, hits.c.delta)


class StoredQuestion(NamedTuple):
    """A HIT's question as its row holds it: the text, or "" with a page and the difference from it."""

    question: str
    page_id: str | None
    delta: bytes | None


def to_columns(transaction: Transaction, hit_type_id: str, question: str) -> dict[str, Any]:
    """The values of a HIT's columns for its question. Adds a page to the HIT type if none is similar."""
    text = question.encode()
    if len(text) < MIN_BYTES:
        return StoredQuestion(question, None, None)._asdict()
    page_ids = transaction.scalars(_PAGES_OF_HIT_TYPE, {"hit_type_id": hit_type_id})
    best, ends = None, (0, 0)
    for page_id in page_ids:
        found = shared_ends(text, _page(transaction, page_id))
        if best is None or sum(found) > sum(ends):
            best, ends = page_id, found
    delta = to_delta(text, _page(transaction, best), ends) if best else text
    if best is None or (len(delta) > MAX_PART * len(text) and len(page_ids) < MAX_PAGES):
        best, delta = new_id(), to_delta(text, text)
        transaction.change(_NEW_PAGE, {"page_id": best, "hit_type_id": hit_type_id, "question": question})
        _cache.add(best, text)
    return StoredQuestion("", best, delta)._asdict()


def whole(transaction: Transaction, stored: StoredQuestion) -> str:
    """The text of a question."""
    if stored.page_id is None or stored.delta is None:
        return stored.question
    return from_delta(stored.delta, _page(transaction, stored.page_id)).decode()


def question_where(transaction: Transaction, condition: ColumnElement[bool]) -> str:
    """The question of the one HIT that meets a condition."""
    return whole(transaction, transaction.one(StoredQuestion, select(*QUESTION_COLUMNS).where(condition)))


def question_of_hit(transaction: Transaction, hit_id: str) -> str:
    """The question of a HIT that exists."""
    return whole(transaction, transaction.one(StoredQuestion, _OF_HIT, {"hit_id": hit_id}))


class _Cache:
    """The pages used last. An id is never used twice, so a page in the cache is right even after a rollback."""

    def __init__(self) -> None:
        self._pages: OrderedDict[str, bytes] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, page_id: str) -> bytes | None:
        with self._lock:
            if page_id in self._pages:
                self._pages.move_to_end(page_id)
            return self._pages.get(page_id)

    def add(self, page_id: str, text: bytes) -> None:
        with self._lock:
            self._bytes += len(text) - len(self._pages.pop(page_id, b""))
            self._pages[page_id] = text
            while self._bytes > CACHE_BYTES:
                self._bytes -= len(self._pages.popitem(last=False)[1])


def _page(transaction: Transaction, page_id: str) -> bytes:
    text = _cache.get(page_id)
    if text is None:
        text = transaction.one(str, _PAGE, {"page_id": page_id}).encode()
        _cache.add(page_id, text)
    return text


_cache = _Cache()
_PAGE = select(pages.c.question).where(pages.c.page_id == bindparam("page_id"))
_PAGES_OF_HIT_TYPE = (
    select(pages.c.page_id)
    .where(pages.c.hit_type_id == bindparam("hit_type_id"))
    .order_by(pages.c.seq.desc())
    .limit(MAX_PAGES)
)
_NEW_PAGE = insert(pages)
_OF_HIT = select(*QUESTION_COLUMNS).where(hits.c.hit_id == bindparam("hit_id"))
