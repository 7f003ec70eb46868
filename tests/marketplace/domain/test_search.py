"""Finding HITs: search, sorting, skipping, what they really pay; and the per-worker limits of batches."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from simpleturk.marketplace.domain import search
from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.domain.search import Search
from tests.conftest import Clock, Worker
from tests.marketplace.api.test_boto3_programs import create
from tests.marketplace.conftest import Browser

WorkerOf = Callable[[str], Worker]
ADULT = [{"QualificationTypeId": "00000000000000000060", "Comparator": "EqualTo", "IntegerValues": [1]}]


def titles(marketplace: Marketplace, **terms: Any) -> list[str]:
    with marketplace.read() as transaction:
        return [group.title for group in search.groups(transaction, "ann", Search(**terms))]


@pytest.fixture
def groups(mturk: Any, worker: WorkerOf) -> None:
    worker("ann")
    create(mturk, Title="Cats", Reward="0.05", Keywords="animal, Pets", AssignmentDurationInSeconds=60)
    create(mturk, Title="Dogs", Reward="0.50", Description="Bark", QualificationRequirements=ADULT)
    create(mturk, Title="Émus", Reward="0.20", AssignmentDurationInSeconds=3600)
    create(mturk, Title="Émus", Reward="0.20", AssignmentDurationInSeconds=3600)


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ({}, ["Émus", "Dogs", "Cats"]),
        ({"words": "émus"}, ["Émus"]),
        ({"words": "PETS animal"}, ["Cats"]),
        ({"words": "bark"}, ["Dogs"]),
        ({"words": "local requester"}, ["Émus", "Dogs", "Cats"]),
        ({"words": "nothing"}, []),
        ({"least": Decimal("0.20")}, ["Émus", "Dogs"]),
        ({"qualified": True}, ["Émus", "Cats"]),
        ({"sort": "reward"}, ["Dogs", "Émus", "Cats"]),
        ({"sort": "most"}, ["Émus", "Dogs", "Cats"]),
        ({"sort": "shortest"}, ["Cats", "Dogs", "Émus"]),
        ({"sort": "no such"}, ["Émus", "Dogs", "Cats"]),
    ],
)
def test_groups_are_searched_and_sorted(
    groups: None, marketplace: Marketplace, search: dict[str, Any], found: list[str]
) -> None:
    assert titles(marketplace, **search) == found


@pytest.mark.parametrize("query", ["least=x", "least=1e999", "least=nan", "sort=%00", "page=0", "page=x", "words=%ff"])
def test_invalid_search_parameters_are_ignored(groups: None, ann: Browser, query: str) -> None:
    ann.get(f"/?{query}")
    assert ann.status == 200


def test_a_long_list_of_groups_has_pages(mturk: Any, ann: Browser) -> None:
    for n in range(27):
        create(mturk, Title=f"Group {n}.")
    assert "Group 2." in ann.get("/").html and "Group 1." not in ann.get("/").html
    page = ann.get("/?words=Group&page=2")
    assert "Group 1." in page.html and "Group 2." not in page.html


def test_hourly_pay_is_shown_after_enough_submissions(
    mturk: Any,
    ann: Browser,
    worker: WorkerOf,
    clock: Clock,
) -> None:
    group = create(mturk, Reward="0.10", MaxAssignments=20)["HITGroupId"]
    for n in range(10):
        assert "an hour" not in ann.get(f"/projects/{group}/tasks").html
        held = worker(f"w{n}").accept(group)
        clock.advance(60)
        worker(f"w{n}").submit(held)
    assert "about $6.00 an hour" in ann.get(f"/projects/{group}/tasks").html
    assert "takes about 60 seconds" in ann.get(f"/projects/{group}/tasks").html
    assert "about $6.00" in ann.get("/").html


def test_skip_shows_the_next_hit_and_accept_takes_the_hit_shown(
    mturk: Any,
    ann: Browser,
) -> None:
    hits = [create(mturk) for _ in range(3)]
    page = ann.get(f"/projects/{hits[0]['HITGroupId']}/tasks")
    [skip] = [link for link in page.links if "after=" in link]
    second = ann.get(skip)
    form = second.form("/accept")
    assert form and form[1]["hit_id"] == hits[1]["HITId"]
    ann.post(*form)
    states = [mturk.get_hit(HITId=hit["HITId"])["HIT"]["NumberOfAssignmentsPending"] for hit in hits]
    assert states == [0, 1, 0]


def test_accepting_a_hit_that_is_no_longer_available_gives_the_next_one(
    mturk: Any, ann: Browser, worker: WorkerOf
) -> None:
    hits = [create(mturk) for _ in range(2)]
    form = ann.get(f"/projects/{hits[0]['HITGroupId']}/tasks").form("/accept")
    assert form
    worker("bob").accept(hits[0]["HITGroupId"])
    ann.post(*form)
    assert mturk.get_hit(HITId=hits[1]["HITId"])["HIT"]["NumberOfAssignmentsPending"] == 1


def test_a_hit_of_another_group_cannot_be_accepted(mturk: Any, ann: Browser) -> None:
    mine, other = create(mturk), create(mturk, Title="Other", QualificationRequirements=ADULT)
    form = ann.get(f"/projects/{mine['HITGroupId']}/tasks").form("/accept")
    assert form
    ann.post(form[0], form[1] | {"hit_id": other["HITId"]})
    assert mturk.get_hit(HITId=other["HITId"])["HIT"]["NumberOfAssignmentsPending"] == 0


def test_an_empty_list_says_why_it_is_empty_for_this_worker(
    mturk: Any, worker: WorkerOf, marketplace: Marketplace, ann: Browser
) -> None:
    ann.get("/")  # she is registered

    def shown() -> str:
        return " ".join(ann.get("/").html.split())

    assert "No HITs are open at the moment. This is not your fault." in shown()
    hit = create(mturk, MaxAssignments=1)
    other = worker("bob").accept(hit["HITGroupId"])
    assert "Other workers are doing the last ones." in shown()
    worker("bob").submit(other)
    assert "Other workers are doing the last ones." not in shown()
    own = worker("ann").accept(create(mturk, Title="second", MaxAssignments=1)["HITGroupId"])
    assert "There are no more HITs for you right now." in shown()
    worker("ann").submit(own)
    assert "You have done all HITs that are open to you. Thank you." in shown()
    hidden = [ADULT[0] | {"ActionsGuarded": "DiscoverPreviewAndAccept"}]
    create(mturk, Title="third", QualificationRequirements=hidden)
    page = shown()
    assert "You have done all HITs that are open to you. Thank you." in page
    assert "The HITs that are left are for workers with other" in page


def test_an_empty_list_names_the_limit_for_each_worker(mturk: Any, worker: WorkerOf, ann: Browser) -> None:
    for number in range(2):
        create(mturk, RequesterAnnotation=f"MaxPerWorker=1 simpleturk:b:{number}")
    worker("ann").do(create(mturk, RequesterAnnotation="MaxPerWorker=1 simpleturk:b:3")["HITGroupId"])
    page = ann.get("/").html
    assert "You have reached the number of HITs that each worker may do." in page
    assert "You have done all" not in page


def test_a_blocked_worker_does_not_learn_what_others_do(
    mturk: Any, worker: WorkerOf, marketplace: Marketplace, ann: Browser
) -> None:
    ann.get("/")
    hit = create(mturk, MaxAssignments=1)
    worker("bob").accept(hit["HITGroupId"])
    mturk.create_worker_block(WorkerId="ann", Reason="spam")
    with marketplace.read() as transaction:
        assert search.why_none(transaction, "ann") == search.WhyNone("", False)


def test_skipping_the_last_hit_starts_again(mturk: Any, worker: WorkerOf, marketplace: Marketplace) -> None:
    worker("ann")
    first, second = create(mturk), create(mturk)
    with marketplace.read() as transaction:
        following = search.next_hit(transaction, "ann", first["HITGroupId"], first["HITId"])
        assert (following.hit and following.hit.hit_id, following.starts_again) == (second["HITId"], False)
        following = search.next_hit(transaction, "ann", first["HITGroupId"], second["HITId"])
        assert (following.hit and following.hit.hit_id, following.starts_again) == (first["HITId"], True)
