"""The questions of HITs: each page is saved once, and every question comes back as it was sent."""

import random
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, insert, select

from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.store import questions
from simpleturk.marketplace.store.questions import MAX_PAGES, MIN_BYTES, question_of_hit, to_columns
from simpleturk.marketplace.store.schema import hits, pages
from tests.marketplace.api.test_boto3_programs import HTML, create


def noise(seed: str, size: int) -> str:
    return "".join(random.Random(seed).choices("abcdefghijklmnopqrstuvwxyz0123456789é", k=size))


def page_of(seed: int, text: str) -> str:
    """A question of about 20 kB with a page of its own for each seed."""
    return HTML.replace("Hello", noise(f"start {seed}", 10_000) + text + noise(f"end {seed}", 10_000))


@pytest.fixture
def size_of(marketplace: Marketplace) -> Callable[[], tuple[int, int]]:
    """The number of pages, and the bytes that the rows of all HITs take for their questions."""

    def size() -> tuple[int, int]:
        with marketplace.read() as transaction:
            taken = select(func.sum(func.length(hits.c.question) + func.coalesce(func.length(hits.c.delta), 0)))
            return transaction.scalar(select(func.count()).select_from(pages)), transaction.scalar(taken)

    return size


def test_hits_of_one_page_take_little_more_than_their_inputs(
    mturk: Any, size_of: Callable[[], tuple[int, int]]
) -> None:
    asked = [page_of(1, f"<b>{noise(f'input {number}', 50)}</b>") for number in range(30)]
    made = [create(mturk, Question=question)["HITId"] for question in asked]
    assert size_of()[0] == 1 and size_of()[1] < 30 * 150
    listed = mturk.list_hits(MaxResults=100)["HITs"]
    assert [(hit["HITId"], hit["Question"]) for hit in listed] == list(zip(made, asked, strict=True))
    assert [mturk.get_hit(HITId=hit_id)["HIT"]["Question"] for hit_id in made] == asked


def test_a_changed_template_gets_a_page_of_its_own_and_the_old_one_is_still_used(
    mturk: Any, size_of: Callable[[], tuple[int, int]]
) -> None:
    for number in range(5):
        for seed in (1, 2, 3):
            create(mturk, Question=page_of(seed, str(number)))
    number_of_pages, taken = size_of()
    assert number_of_pages == 3 and taken < 15 * 100


def test_inputs_larger_than_the_template_do_not_add_a_page_each(
    mturk: Any, size_of: Callable[[], tuple[int, int]]
) -> None:
    asked = [page_of(number, "") for number in range(1, MAX_PAGES + 4)]
    made = [create(mturk, Question=question)["HITId"] for question in asked]
    assert size_of()[0] == MAX_PAGES
    assert [mturk.get_hit(HITId=hit_id)["HIT"]["Question"] for hit_id in made] == asked


def test_a_short_question_is_saved_as_it_is(mturk: Any, size_of: Callable[[], tuple[int, int]]) -> None:
    assert len(HTML) < MIN_BYTES
    assert create(mturk)["Question"] == HTML
    assert size_of() == (0, len(HTML))


def test_a_page_is_read_from_the_database_when_it_is_not_in_memory(
    mturk: Any, marketplace: Marketplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [create(mturk, Question=page_of(1, str(number)))["HITId"] for number in range(3)]
    monkeypatch.setattr(questions, "CACHE_BYTES", 1000)
    monkeypatch.setattr(questions, "_cache", questions._Cache())
    with marketplace.read() as transaction:
        for number, hit_id in enumerate(made):
            assert question_of_hit(transaction, hit_id) == page_of(1, str(number))
    assert questions._cache._bytes == 0 and not questions._cache._pages


def test_a_page_of_a_request_that_failed_is_not_used(mturk: Any, marketplace: Marketplace) -> None:
    """The page of a transaction that was rolled back may still be in memory."""
    hit = create(mturk)
    with pytest.raises(ZeroDivisionError), marketplace.write() as transaction:
        to_columns(transaction, hit["HITTypeId"], page_of(1, "lost"))
        raise ZeroDivisionError
    assert create(mturk, Question=page_of(1, "kept"))["Question"] == page_of(1, "kept")
    with marketplace.read() as transaction:
        assert transaction.scalars(select(pages.c.question)) == [page_of(1, "kept")]


def test_the_columns_of_a_question_are_those_of_the_table(mturk: Any, marketplace: Marketplace) -> None:
    hit = create(mturk)
    with marketplace.write() as transaction:
        values = to_columns(transaction, hit["HITTypeId"], page_of(1, ""))
        row = transaction.execute(select(hits)).one()._asdict()
        copy = row | values | {"seq": row["seq"] + 1, "hit_id": "3COPY"}
        transaction.execute(insert(hits).values(copy))
        assert question_of_hit(transaction, "3COPY") == page_of(1, "")
