import pytest

from simpleturk.review_app.session import Review
from simpleturk.review_app.tables.rows import PAGE, Filter, Search, hit_rows, page_of, summary, worker_rows
from tests.batch.review.queue.made_items import made_item
from tests.review_app.served_review import the_review


@pytest.fixture
def review(answers: list[str]) -> Review:
    review = the_review()
    items = [review.items.by_id[name] for name in answers]
    review.change([items[0]], "reject", {"feedback": "Too short"})
    review.change([items[1]], "tags", {"tags": "blurry"})
    review.change([items[3]], "output", {"field.answer": "a wolf"})
    return review


@pytest.mark.parametrize(
    ("query", "places"),
    [
        ({}, [0, 1, 2, 3, 4]),
        ({"q": "CAT"}, [0, 1]),
        ({"q": "dog bob"}, [3]),
        ({"q": "too short"}, [0]),
        ({"q": "blurry big"}, [1]),
        ({"q": "nothing"}, []),
        ({"decision": "undecided"}, [1, 2, 3, 4]),
        ({"decision": "reject"}, [0]),
        ({"decision": "corrected"}, [3]),
        ({"worker": "ann"}, [0, 2]),
        ({"tag": "blurry"}, [1]),
        ({"state": "Approved"}, []),
        ({"state": "'; drop"}, [0, 1, 2, 3, 4]),
        ({"worker": "ann", "decision": "undecided"}, [2]),
        ({"sort": "-worker"}, [4, 1, 3, 0, 2]),
        ({"sort": "agreement"}, [4, 0, 1, 2, 3]),
        ({"sort": "evil"}, [0, 1, 2, 3, 4]),
    ],
)
def test_a_table_shows_what_matches_all_parts_of_the_filter(
    review: Review, answers: list[str], query: dict[str, str], places: list[int]
) -> None:
    found = Search(review).find(Filter.of(query))
    assert [answers.index(item.assignment_id) for item in found] == places


def test_the_work_of_a_hit_is_found(review: Review, words: list[str]) -> None:
    assert len(Search(review).find(Filter.of({"hit": words[2]}))) == 1


def test_a_filter_survives_in_an_address() -> None:
    query = {
        "q": "cat",
        "state": "Approved",
        "decision": "pass",
        "worker": "ann",
        "hit": "3H",
        "tag": "t",
        "sort": "-due",
    }
    assert Filter.of(query).query() == query


@pytest.mark.parametrize(("asked", "page"), [("2", 2), ("99", 3), ("0", 1), ("-1", 1), ("²", 1), ("x" * 9, 1)])
def test_pages_have_a_hundred_rows(asked: str, page: int) -> None:
    table = page_of(range(2 * PAGE + 5), Filter.of({"page": asked}).page)
    assert (table.page, table.pages, table.number) == (page, 3, 205)
    assert table.rows[0] == (page - 1) * PAGE


def test_workers_and_hits_have_their_figures(review: Review, words: list[str]) -> None:
    assert [(row.worker_id, row.done, row.waiting) for row in worker_rows(review, "-done")][:2] == [
        ("ann", 2, 1),
        ("bob", 2, 2),
    ]
    assert [row.worker_id for row in worker_rows(review, "worker_id")] == ["ann", "bob", "eve"]
    rows = {row.hit.hit_id: row for row in hit_rows(review, "-agreement")}
    assert [rows[hit].agreement for hit in words] == [0.0, 1.0, None]
    assert [(rows[hit].answers, rows[hit].undecided, rows[hit].line) for hit in words] == [
        (2, 1, 1),
        (2, 2, 2),
        (1, 1, 3),
    ]


def test_a_summary_is_one_short_line() -> None:
    assert summary(made_item("3A", output='{"a": "x\\ny", "b": {"c": 1}}')) == "a: x y · b.c: 1"
    assert summary(made_item("3A", output='"just text"')) == "just text"
    assert len(summary(made_item("3A", output='{"a": "' + "word " * 9999 + '"}'))) == 200
