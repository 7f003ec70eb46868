"""Orders, groups and samples of work."""

import pytest

from simpleturk.batch.review.queue.order import Group, Order, check_size, ordered, sampled
from simpleturk.errors import SimpleturkError
from tests.batch.review.queue.made_items import made_item, made_items

ITEMS = made_items(
    [
        made_item("3A", "ann", "3H1", began=30, due=3),
        made_item("3B", "bob", "3H1", began=10, due=2, output='{"word": "dog"}'),
        made_item("3C", "ann", "3H2", began=20, due=1),
        made_item("3D", "bob", "3H2", began=0, status="Approved", due=0),
    ]
)


@pytest.mark.parametrize(
    ("order", "group", "names"),
    [
        ("ids", None, "3A 3B 3C 3D"),
        ("oldest", None, "3D 3B 3C 3A"),
        ("due", None, "3C 3B 3A 3D"),
        ("disagreement", None, "3A 3B 3C 3D"),
        ("oldest", "worker", "3D 3B 3C 3A"),
        ("due", "worker", "3C 3A 3B 3D"),
        ("due", "hit", "3C 3D 3B 3A"),
    ],
)
def test_work_comes_in_the_order_asked_for(order: str, group: str | None, names: str) -> None:
    result = ordered(ITEMS, ITEMS, Order(order), Group(group) if group else None)
    assert " ".join(item.assignment_id for item in result) == names


def test_a_share_takes_at_least_one_assignment_of_each_worker() -> None:
    many = [made_item(f"3{n:03}", "ann" if n < 95 else f"w{n}") for n in range(100)]
    chosen = sampled(many, "10%")
    assert sum(item.worker_id == "ann" for item in chosen) == 10
    assert len(chosen) == 15


def test_a_sample_does_not_depend_on_the_order_of_arrival_and_differs_by_seed() -> None:
    many = [made_item(f"3{n:03}") for n in range(100)]
    chosen = {item.assignment_id for item in sampled(many, "20", "a")}
    assert len(chosen) == 20
    assert chosen == {item.assignment_id for item in sampled(many[::-1], "20", "a")}
    assert chosen != {item.assignment_id for item in sampled(many, "20", "b")}


@pytest.mark.parametrize("size", ["0", "0%", "-1", "101%", "1.5", "ten", "", "10 %%", "1e3"])
def test_a_size_that_is_none_is_refused(size: str) -> None:
    with pytest.raises(SimpleturkError, match="not the size of a sample"):
        check_size(size)


@pytest.mark.parametrize("size", ["1", "50", "0.5%", "100%"])
def test_numbers_and_shares_are_sizes(size: str) -> None:
    assert check_size(size) == size
