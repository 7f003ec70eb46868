from decimal import Decimal
from typing import Any

import pytest

from simpleturk.review_app.tables.statistics import field_figures, figures, histogram
from tests.review_app.served_review import the_review


def labels(bars: Any) -> dict[str, int]:
    return {bar.label: bar.count for bar in bars}


def test_choices_are_counted_also_those_of_lists() -> None:
    field = field_figures("kind", ["cat", "dog", "cat", "", "cat"])
    assert (field.kind, labels(field.bars)) == ("choices", {"cat": 3, "dog": 1, "empty": 1})
    assert [bar.share for bar in field.bars] == [1, 1 / 3, 1 / 3]
    assert labels(field_figures("tags", [["a", "b"], ["a"], []] * 4).bars) == {"a": 8, "b": 4, "nothing": 4}
    assert labels(field_figures("ok", [True, False]).bars) == {"true": 1, "false": 1}


def test_numbers_have_a_histogram_also_as_text() -> None:
    field = field_figures("sure", [str(number) for number in range(0, 101, 5)])
    assert (field.kind, field.note) == ("numbers", "median 50, from 0 to 100")
    assert labels(field.bars) == {**{f"{start} – {start + 10}": 2 for start in range(0, 90, 10)}, "90 – 100": 3}


def test_a_few_extreme_numbers_do_not_flatten_the_others() -> None:
    bars = histogram([float(number % 10) for number in range(1000)] + [1e9])
    assert len(bars) >= 5 and sum(bar.count for bar in bars) == 1001


@pytest.mark.parametrize("values", [[], [5.0], [float("inf")], [1e308, -1e308], [0.0] * 9])
def test_strange_numbers_break_nothing(values: list[float]) -> None:
    assert sum(bar.count for bar in histogram(values)) in (len(values), 0)


def test_texts_have_lengths_and_what_is_repeated() -> None:
    field = field_figures("text", [f"answer {number}" for number in range(30)] + ["same", "same"])
    assert (field.kind, labels(field.bars)) == ("text", {"same": 2})
    assert field.note == "31 different values; median length 9 characters"


@pytest.mark.parametrize("values", [[None, {"a": 1}], [[{"deep": [1]}]], ["9" * 400, "nan", "inf", "1_0"], [10**400]])
def test_values_of_any_kind_are_counted(values: list[Any]) -> None:
    assert field_figures("x", values).answers == len(values)


def test_the_figures_of_a_batch(answers: list[str]) -> None:
    review = the_review()
    review.change([review.items.by_id[answers[0]]], "pass", {})
    found = figures(review)
    assert (found.states["Submitted"], found.verdicts["pass"], found.verdicts["undecided"], found.workers) == (
        5,
        1,
        4,
        3,
    )
    assert found.agreement == 0.5
    assert [field.name for field in found.fields] == ["answer"]
    assert found.hourly is None or found.hourly > Decimal(0)


def test_the_figures_of_one_worker_are_about_that_workers_answers(answers: list[str]) -> None:
    review = the_review()
    found = figures(review, "ann")
    number = len(review.items.by_worker["ann"])
    assert (found.states.total(), found.workers, found.fields[0].answers) == (number, 1, number)
    assert found.agreement == review.record("ann").agreement


def test_opinions_are_counted(answers: list[str]) -> None:
    review = the_review()
    for item in list(review.items)[:3]:
        item.record["opinion"] = {"Was it clear?": "yes"}
    [field] = [field for field in figures(review).fields if field.name == "opinion: Was it clear?"]
    assert (field.kind, field.answers, labels(field.bars)) == ("choices", 3, {"yes": 3})


def test_an_empty_batch_has_figures(words: list[str]) -> None:
    found = figures(the_review())
    assert (found.median_seconds, found.hourly, found.agreement, found.fields) == (None, None, None, [])
