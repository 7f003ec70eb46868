"""A watched batch: what is shown of it, and with how few calls."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from simpleturk.batch.watch import EXACT_ONCE, EXACT_PER_LOOK, Watch
from simpleturk.client.client import MTurk
from simpleturk.client.stats import Stats
from simpleturk.mturk.models import HIT, Assignment
from tests.batch.results.conftest import assignment
from tests.batch.test_progress import hit

DAY = timedelta(days=1)


class Account:
    """An account of HITs with one place each, created a day ago, approved 30 days after submission."""

    concurrency = 1

    def __init__(self, number: int, others: int = 0) -> None:
        self.created = datetime.now(UTC) - DAY
        self.hits = {f"B{n}": self.made(f"B{n}") for n in range(number)}
        self.others = [hit(f"X{n}") for n in range(others)]
        self.submitted: dict[str, datetime] = {}
        self.stats = Stats()

    def made(self, hit_id: str) -> HIT:
        fresh = hit(hit_id, max_assignments=1, available=1)
        return replace(fresh, created=self.created, auto_approval_delay=30 * 86_400)

    def submit(self, hit_id: str, ago: timedelta = timedelta()) -> None:
        self.submitted[hit_id] = datetime.now(UTC) - ago
        self.hits[hit_id] = replace(self.hits[hit_id], status="Reviewable", available=0)

    def review(self, hit_id: str) -> None:
        del self.submitted[hit_id]
        self.hits[hit_id] = replace(self.hits[hit_id], completed=1)

    def hit_pages(self) -> Iterator[list[HIT]]:
        everything = [*self.others, *self.hits.values()]
        for start in range(0, len(everything), 100):
            self.stats.count("list_hits")
            yield everything[start : start + 100]

    def hit(self, hit_id: str) -> HIT:
        self.stats.count("get_hit")
        return self.hits[hit_id]

    def assignments(self, hit_id: str, statuses: Sequence[str], most: int) -> Iterator[Assignment]:
        self.stats.count("list_assignments_for_hit")
        moment = self.submitted[hit_id]
        yield assignment("", hit_id=hit_id, submitted=moment, auto_approval=moment + 30 * DAY)

    def watch(self) -> Watch:
        return Watch(cast(MTurk, self), list(self.hits))

    def calls(self) -> Counter[str]:
        """The calls since this was asked last."""
        counted = Counter(self.stats.calls)
        self.stats = Stats()
        return counted


def look(watch: Watch) -> dict[str, Any]:
    return watch.look().as_json()


def test_a_batch_in_which_nothing_happened_has_no_rate_and_no_finish() -> None:
    seen = look(Account(3).watch())
    names = ("available", "per_hour", "estimated_finish", "oldest_unreviewed", "next_auto_approval", "exact")
    assert [seen[name] for name in names] == [3, None, None, None, None, True]


def test_the_rate_is_that_since_the_batch_began_and_gives_the_finish() -> None:
    account = Account(72)
    for n in range(48):
        account.submit(f"B{n}")
    shown = account.watch().look()
    assert shown.per_hour == 2.0
    assert shown.estimated_finish is not None
    assert timedelta(hours=11.9) < shown.estimated_finish - shown.time < timedelta(hours=12.1)


def test_the_oldest_work_and_its_deadline_are_exact_for_a_call_a_hit() -> None:
    account = Account(5)
    account.submit("B1", timedelta(hours=1))
    account.submit("B3", timedelta(hours=5))
    shown = account.watch().look()
    assert (shown.oldest_unreviewed, shown.due.first_is_exact, shown.due.is_urgent) == (
        account.submitted["B3"],
        True,
        False,
    )
    assert shown.due.first == account.submitted["B3"] + 30 * DAY
    assert account.calls() == {"list_hits": 1, "list_assignments_for_hit": 2}


def test_where_much_waits_the_times_are_bounds_first_and_exact_in_the_end() -> None:
    account = Account(100)
    for n in range(50):
        account.submit(f"B{n}", timedelta(hours=n / 10))
    watch = account.watch()
    shown = [watch.look() for _ in range(4)]
    assert [look.due.first_is_exact for look in shown] == [False, False, False, True]
    assert account.calls()["list_assignments_for_hit"] <= 50 + EXACT_PER_LOOK
    oldest = account.submitted["B49"]
    assert all(look.oldest_unreviewed and look.oldest_unreviewed <= oldest for look in shown)
    assert shown[-1].oldest_unreviewed == oldest


def old(account: Account, days: float) -> None:
    """Make the HITs of an account older than a day."""
    account.created -= days * DAY
    account.hits = {name: account.made(name) for name in account.hits}


def test_work_that_is_due_soon_is_counted_without_calls_where_hits_are_young() -> None:
    account = Account(200)
    for n in range(200):
        account.submit(f"B{n}", timedelta(hours=1))
    watch = account.watch()
    watch.refresh()
    account.calls()
    due = watch.due()
    assert (due.in_an_hour, due.in_a_day, due.is_exact, due.is_urgent) == (0, 0, True, False)
    # The HITs are a day old: no work can be due before 29 days have passed.
    assert due.first is not None
    assert account.created + 30 * DAY - due.first < timedelta(minutes=1)
    assert (due.first_is_exact, account.calls()) == (False, {})


def test_work_that_is_due_soon_is_counted_exactly_for_a_call_a_hit() -> None:
    account = Account(10)
    old(account, 30)
    for n, days in enumerate((29.99, 29.98, 29.5, 29.1, 28.9, 3)):
        account.submit(f"B{n}", days * DAY)
    watch = account.watch()
    watch.refresh()
    account.calls()
    due = watch.due()
    assert (due.in_an_hour, due.in_a_day, due.is_exact, due.is_urgent) == (2, 4, True, True)
    assert (due.first, due.first_is_exact) == (account.submitted["B0"] + 30 * DAY, True)
    assert account.calls() == {"list_assignments_for_hit": 6}
    assert watch.due() == due
    assert account.calls() == {}


def test_where_too_much_may_be_due_the_counts_are_bounds_after_a_hundred_calls() -> None:
    account = Account(150)
    old(account, 30)
    for n in range(150):
        account.submit(f"B{n}", 29.99 * DAY if n < 5 else 10 * DAY)
    watch = account.watch()
    watch.refresh()
    account.calls()
    due = watch.due()
    assert (due.in_a_day, due.is_exact) == (55, False)
    assert account.calls() == {"list_assignments_for_hit": EXACT_ONCE}
    assert (watch.due().in_a_day, watch.due().is_exact) == (5, True)


def test_a_short_delay_is_urgent_only_in_its_last_quarter() -> None:
    account = Account(1)
    account.hits = {"B0": replace(account.made("B0"), created=datetime.now(UTC), auto_approval_delay=30 * 86_400)}
    account.submit("B0", timedelta(seconds=0))
    watch = account.watch()
    watch.refresh()
    watch.hits = {"B0": replace(account.hits["B0"], auto_approval_delay=3600)}
    due = watch.due()
    assert (due.in_an_hour, due.is_urgent) == (0, False)


def test_what_is_near_its_approval_is_urgent() -> None:
    account = Account(2)
    account.created -= 40 * DAY
    account.hits = {name: account.made(name) for name in account.hits}
    account.submit("B0", 29.5 * DAY)
    watch = account.watch()
    assert watch.look().due.is_urgent
    account.review("B0")
    assert not watch.look().due.is_urgent


def test_what_can_change_no_more_is_not_asked_for_again() -> None:
    account = Account(300)
    watch = account.watch()
    watch.refresh()
    assert account.calls() == {"list_hits": 3}
    for n in range(298):
        account.submit(f"B{n}")
        account.review(f"B{n}")
    watch.refresh()
    assert account.calls() == {"list_hits": 3}
    assert watch.refresh().available == 2
    assert account.calls() == {"get_hit": 2}


def test_work_that_arrives_while_watching_needs_no_call_to_be_dated() -> None:
    account = Account(3)
    account.submit("B0", timedelta(hours=2))
    watch = account.watch()
    watch.look()
    account.submit("B1")
    account.calls()
    shown = watch.look()
    assert (shown.oldest_unreviewed, shown.due.first_is_exact) == (account.submitted["B0"], True)
    assert account.calls()["list_assignments_for_hit"] == 0
