"""A message in calls for a hundred workers each."""

from simpleturk.batch.review.ledger import Entries
from simpleturk.batch.review.messages import Recipients, message_effects, recipients


def test_a_call_has_at_most_a_hundred_workers() -> None:
    workers = [f"w{number}" for number in range(250)]
    effects = message_effects(workers, "s", "t")
    assert [len(effect.workers) for effect in effects] == [100, 100, 50]
    assert [worker for effect in effects for worker in effect.workers] == workers


def test_workers_are_divided_by_what_the_ledger_says() -> None:
    entries = Entries("local")
    for workers, phase, failed in (("ab", "done", ["b"]), ("cd", "failed", []), ("ef", None, [])):
        [effect] = message_effects(list(workers), "s", "t")
        entries.add({"key": effect.key, "phase": "begun", **effect.as_record()})
        if phase:
            entries.add({"key": effect.key, "phase": phase, "failed": failed})
    assert recipients(entries, list("abcdefga"), "s", "t") == Recipients(list("bcdg"), ["a"], list("ef"))
    assert recipients(entries, ["a"], "s", "other") == Recipients(["a"], [], [])
