"""Agreement is the share of equal fields."""

import pytest

from simpleturk.batch.review.queue.agreement import (
    agreement_by_worker,
    agreement_of_answers,
    differing_fields,
    disagreement,
    hit_agreement,
)
from tests.batch.review.queue.made_items import made_item, made_items


@pytest.mark.parametrize(
    ("own", "other", "share"),
    [
        ('{"a": "x", "b": "y"}', '{"a": "x", "b": "z"}', 0.5),
        ('{"a": "Ａ  cat "}', '{"a": "a CAT"}', 1),
        ('{"a": true}', '{"a": 1}', 0),
        ('{"a": 1}', '{"a": 1.0}', 1),
        ('{"a": null}', "{}", 0),
        ("{}", "{}", 1),
        ('{"a": {"b": [1, 2]}}', '{"a": {"b": [2, 1]}}', 0),
    ],
)
def test_equal_fields_count(own: str, other: str, share: float) -> None:
    one, two = made_item("3A", output=own), made_item("3B", "bob", output=other)
    assert agreement_of_answers(made_items([one, two])) == {"3A": share, "3B": share}
    assert hit_agreement([one, two]) == 1 - disagreement([one, two]) == share


def test_without_others_there_is_no_agreement() -> None:
    items = made_items([made_item("3A"), made_item("3B", hit_id="3H2")])
    assert agreement_of_answers(items) == agreement_by_worker(items, {}) == {}
    assert hit_agreement([made_item("3A")]) is None


def test_a_worker_is_compared_only_with_other_workers() -> None:
    items = made_items(
        [
            made_item("3A", "ann", output='{"a": 1}'),
            made_item("3B", "ann", output='{"a": 2}'),
            made_item("3C", "bob", output='{"a": 1}'),
        ]
    )
    of_answers = agreement_of_answers(items)
    assert of_answers == {"3A": 1, "3B": 0, "3C": 0.5}
    assert agreement_by_worker(items, of_answers) == {"ann": 0.5, "bob": 0.5}


def test_an_answer_and_its_hit_agree_each_in_their_own_way() -> None:
    same = [made_item(f"3{worker}", worker, output='{"a": 1}') for worker in ("ann", "bob")]
    other = made_item("3cid", "cid", output='{"a": 2}')
    items = made_items([*same, other])
    assert agreement_of_answers(items) == {"3ann": 0.5, "3bob": 0.5, "3cid": 0}
    assert hit_agreement([*same, other]) == pytest.approx(1 / 3)


def test_the_fields_that_differ_are_named() -> None:
    one = made_item("3A", output='{"a": 1, "b": 2}')
    others = [made_item("3B", "bob", output='{"a": 1, "b": 2}'), made_item("3C", "cid", output='{"a": 1, "c": 3}')]
    assert differing_fields(one, others) == {"b", "c"}
