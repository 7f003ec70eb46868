"""What happened to each item of a command that acts on many: the outcomes, yielded one by one."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simpleturk.client.parallel import map_ordered
from simpleturk.errors import MarketplaceError

if TYPE_CHECKING:
    from simpleturk.client.client import MTurk


@dataclass(frozen=True)
class Outcome:
    """The outcome for one item: `problem` is None if it succeeded; `already` if nothing had to be done."""

    item: str
    problem: str | None = None
    already: bool = False


def each(mturk: "MTurk", items: Iterable[str], act: Callable[[str], bool | None]) -> Iterator[Outcome]:
    """Call `act` for every item; an error of the marketplace is the problem of its item.

    `act` returns True if nothing had to be done. Errors that any item would have (no credentials, no connection) are
    raised.
    """

    def attempt(item: str) -> Outcome:
        try:
            return Outcome(item, already=bool(act(item)))
        except MarketplaceError as error:
            if not error.code:
                raise
            return Outcome(item, error.message)

    return map_ordered(attempt, items, mturk.concurrency)
