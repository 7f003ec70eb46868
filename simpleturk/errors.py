"""What can go wrong in a way that the user can act on, and the exit statuses.

SimpleturkError                  a sentence, perhaps a hint with the next step, an exit status
├── Problems                     a file's problems, all of them at once
├── UsageError                   options that do not go together
├── WrongMarketplace             the batch lives elsewhere, or the marketplace's flag has to be said
├── NotConfirmed                 the question was not answered with yes
├── SomeFailed                   some items failed; each has been named
└── MarketplaceError             the marketplace refused, or cannot be reached
    ├── NoSuchHIT
    ├── NoSuchAssignment
    ├── WrongState               the HIT's or assignment's state does not allow it
    ├── AlreadyExists            this request was answered before; knows the HIT that it made
    └── InputRefused             the HIT of one input is refused for good; knows the line
"""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum


class ExitStatus(IntEnum):
    """The statuses with which simpleturk ends."""

    DONE = 0
    """Done."""
    FAILED = 1
    """Failed; the message says why."""
    USAGE = 2
    """Wrong usage."""
    SOME_FAILED = 3
    """Some items failed, each named on stderr."""
    INTERRUPTED = 130
    """Ctrl-C."""


class SimpleturkError(Exception):
    """An expected failure: what happened and where, and the next step if there is one."""

    status = ExitStatus.FAILED

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def lines(self) -> Iterable[tuple[str, str]]:
        """What to print: pairs of a label ("error", "hint") and a sentence."""
        yield "error", self.message
        if self.hint:
            yield "hint", self.hint


@dataclass(frozen=True)
class Problem:
    """One thing wrong in a file: `where` names the file and, if known, the line."""

    where: str
    what: str
    hint: str | None = None


class Problems(SimpleturkError):
    """Everything that is wrong in the user's files, reported together."""

    #: More than this many are not read by anybody.
    SHOWN = 25

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(f"{problem.where}: {problem.what}" for problem in problems[: self.SHOWN]))
        self.problems = problems

    def lines(self) -> Iterable[tuple[str, str]]:
        for problem in self.problems[: self.SHOWN]:
            yield "error", f"{problem.where}: {problem.what}"
            if problem.hint:
                yield "hint", problem.hint
        more = len(self.problems) - self.SHOWN
        if more > 0:
            yield "error", f"and {more:,} more problem{'s' if more > 1 else ''}"
        if self.hint:
            yield "hint", self.hint


class UsageError(SimpleturkError):
    """Options that do not go together."""

    status = ExitStatus.USAGE


class WrongMarketplace(SimpleturkError):
    """The command and the batch speak of different marketplaces, or the flag of one with real money is missing."""


class NotConfirmed(SimpleturkError):
    """Nobody said yes."""


class SomeFailed(SimpleturkError):
    """Some items failed; each has been named on stderr before this is raised."""

    status = ExitStatus.SOME_FAILED


class MarketplaceError(SimpleturkError):
    """The marketplace refused a request, or cannot be reached. `code` is its TurkErrorCode or error code, if any.

    `is_passing` says that the same request may get through at another time.
    """

    is_passing = False

    def __init__(self, message: str, hint: str | None = None, code: str = "") -> None:
        super().__init__(message, hint)
        self.code = code


class NoSuchHIT(MarketplaceError):
    """The marketplace knows no such HIT of this account."""


class NoSuchAssignment(MarketplaceError):
    """The marketplace knows no such assignment of this account."""


class WrongState(MarketplaceError):
    """The state of the HIT or assignment does not allow the operation."""


class AlreadyExists(MarketplaceError):
    """A create was repeated with the token of one that succeeded. `hit_id` is the HIT that it made, "" if unknown."""

    def __init__(self, message: str, hit_id: str) -> None:
        super().__init__(message)
        self.hit_id = hit_id


class InputRefused(MarketplaceError):
    """The marketplace refuses the HIT of one input, and would again. `line` is where the input stands."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


def suggestion(name: str, known: Iterable[str]) -> str | None:
    """The hint for a name that is not known but looks like one that is."""
    names = list(known)
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.7) or [
        other for other in names if other.lower() == name.lower()
    ]
    return f"did you mean {close[0]}?" if close else None
