"""What happened to each item that a command acted on: how many succeeded, and which failed."""

from collections.abc import Iterable

from simpleturk import console
from simpleturk.batch.outcomes import Outcome
from simpleturk.errors import Repetitions, SomeFailed


class Failures:
    """Prints failures of items as they happen, at most 10 of a kind; the others are counted at the end."""

    def __init__(self, noun: str) -> None:
        self.noun = noun
        self.number = 0
        self._repetitions = Repetitions()

    def add(self, item: str, problem: str) -> None:
        """Report the failure of an item."""
        self.number += 1
        if self._repetitions.is_shown(problem):
            # The marketplace's messages begin with the item in their own words.
            is_named = problem.lower().startswith(f"{self.noun} {item} ".lower())
            console.failure(problem if is_named or not self.noun else f"{self.noun} {item}: {problem}")

    def finish(self) -> None:
        """Print the counts of the failures that were not printed."""
        for summary in self._repetitions.summaries(self.noun):
            console.failure(summary)


def report(outcomes: Iterable[Outcome], number: int, noun: str, done: str, doing: str, when: str | None = None) -> None:
    """Print every failure as it happens, then a summary. Raises SomeFailed if an item failed.

    `noun` names the items ("HIT"), `done` and `doing` the action ("Expired", "Expiring"); `when` is the time at which
    the action takes effect, None for now.
    """
    failed, already = count(outcomes, number, noun, doing)
    before = f"; {already:,} had been {done.lower()} before" if already else ""
    items = console.plural(number - failed - already, noun)
    console.note(f"{items} will be {done.lower()} {when}." if when else f"{done} {items}{before}.")
    raise_if_some(failed, number, noun, done)


def count(outcomes: Iterable[Outcome], number: int, noun: str, doing: str) -> tuple[int, int]:
    """Print every failure as it happens; return how many items failed, and how many needed no action."""
    failures, already = Failures(noun), 0
    with console.progress(doing, number) as advance:
        for outcome in outcomes:
            if outcome.problem:
                failures.add(outcome.item, outcome.problem)
            already += outcome.already
            advance()
    failures.finish()
    return failures.number, already


def raise_if_some(failed: int, number: int, noun: str, done: str) -> None:
    """Raise SomeFailed if any of the items failed."""
    if failed:
        raise SomeFailed(f"{failed:,} of {console.plural(number, noun)} could not be {done.lower()}")
