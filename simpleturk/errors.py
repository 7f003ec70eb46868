"""Failures that the user can act on, and the exit codes.

SimpleturkError                  a message, an optional hint with the next step, an exit code
├── Problems                     all problems of the user's files, reported together
├── UsageError                   options that do not go together
├── WrongMarketplace             the batch is on another marketplace, or the marketplace's option is missing
├── NotConfirmed                 the user did not answer yes
├── SomeFailed                   some items failed; they have been named
└── MarketplaceError             the marketplace refused a request, or cannot be reached
    ├── NoSuchHIT
    ├── NoSuchAssignment
    ├── WrongState               the state of the HIT or assignment does not allow the operation
    ├── AlreadyExists            a repeated request; has the id of the HIT that the first one created
    └── InputRefused             the marketplace refuses the HIT of one input; has the input's line
"""

import difflib
import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import IntEnum


class ExitStatus(IntEnum):
    """The exit codes of simpleturk."""

    DONE = 0
    """Done."""
    FAILED = 1
    """Failed; the message gives the reason."""
    USAGE = 2
    """Wrong usage."""
    SOME_FAILED = 3
    """Some items failed. They are named on stderr, at most 10 with the same problem."""
    INTERRUPTED = 130
    """Interrupted with Ctrl-C."""


class SimpleturkError(Exception):
    """An expected failure: a message that says what failed and where, and an optional hint with the next step."""

    status = ExitStatus.FAILED

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def lines(self) -> Iterable[tuple[str, str]]:
        """The lines to print: pairs of a label ("error", "hint") and a text."""
        yield "error", self.message
        if self.hint:
            yield "hint", self.hint


@dataclass(frozen=True)
class Problem:
    """A problem of a file: `where` names the file and, if known, the line."""

    where: str
    what: str
    hint: str | None = None


class Repetitions:
    """Counts messages of the same kind, so that at most `MOST` of a kind are printed.

    Messages are of one kind if they differ only in numbers, ids and quoted text.
    """

    MOST = 10

    def __init__(self) -> None:
        self._kinds: dict[str, list[str]] = {}

    def is_shown(self, message: str) -> bool:
        """Count a message; return whether it is among the first of its kind, which are printed."""
        messages = self._kinds.setdefault(_VARIABLE.sub("_", message), [])
        messages.append(message)
        return len(messages) <= self.MOST

    def summaries(self, noun: str = "") -> Iterator[str]:
        """Yield a line for each kind of which messages were not printed, such as "and 495 more HITs: in progress"."""
        for messages in self._kinds.values():
            hidden = messages[self.MOST :]
            if hidden:
                nouns = f" {noun}{'' if len(hidden) == 1 else 's'}" if noun else ""
                same = len(set(hidden)) == 1
                yield f"and {len(hidden):,} more{nouns}" + (f": {hidden[0]}" if same else " with the same problem")


#: The parts in which messages of one kind differ: quoted text, numbers, ids.
_VARIABLE = re.compile(r"""'[^']*'|"[^"]*"|\b\w*\d[\w,.]*""")


class Problems(SimpleturkError):
    """All problems of the user's files, reported together."""

    #: The number of problems that are printed; the others are counted.
    MOST = 25

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(f"{problem.where}: {problem.what}" for problem in problems[: self.MOST]))
        self.problems = problems

    def lines(self) -> Iterable[tuple[str, str]]:
        repetitions, shown, more = Repetitions(), 0, 0
        hints = {self.hint}
        for problem in self.problems:
            if shown == self.MOST:
                more += 1
            elif repetitions.is_shown(problem.what):
                shown += 1
                yield "error", f"{problem.where}: {problem.what}"
                if problem.hint and problem.hint not in hints:
                    hints.add(problem.hint)
                    yield "hint", problem.hint
        for summary in repetitions.summaries():
            yield "error", summary
        if more:
            yield "error", f"and {more:,} more problem{'s' if more > 1 else ''}"
        if self.hint:
            yield "hint", self.hint


class UsageError(SimpleturkError):
    """Options that do not go together."""

    status = ExitStatus.USAGE


class WrongMarketplace(SimpleturkError):
    """The batch is on another marketplace, or the option of a marketplace that spends real money is missing."""


class NotConfirmed(SimpleturkError):
    """The user did not answer yes."""


class SomeFailed(SimpleturkError):
    """Some items failed; they have been named on stderr before this is raised."""

    status = ExitStatus.SOME_FAILED


class MarketplaceError(SimpleturkError):
    """The marketplace refused a request, or cannot be reached. `code` is its TurkErrorCode or error code, if any.

    `is_passing`: the same request may succeed later.
    """

    is_passing = False

    def __init__(self, message: str, hint: str | None = None, code: str = "") -> None:
        super().__init__(message, hint)
        self.code = code


class NoSuchHIT(MarketplaceError):
    """The account has no HIT with this id."""


class NoSuchAssignment(MarketplaceError):
    """The account has no assignment with this id."""


class WrongState(MarketplaceError):
    """The state of the HIT or assignment does not allow the operation."""


class AlreadyExists(MarketplaceError):
    """A request to create was repeated with its token. `hit_id` is the HIT created first, "" if unknown."""

    def __init__(self, message: str, hit_id: str) -> None:
        super().__init__(message)
        self.hit_id = hit_id


class InputRefused(MarketplaceError):
    """The marketplace refuses the HIT of one input; a retry would not help. `line` is the input's line in its file."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


@contextmanager
def reporting_missing_file(name: object, hint: str | None = None) -> Iterator[None]:
    """Raise SimpleturkError for a file that the block opens and that does not exist."""
    try:
        yield
    except FileNotFoundError as error:
        raise SimpleturkError(f"{name}: no such file", hint) from error


def shortened(name: str, most: int = 80) -> str:
    """A name of a file of the user's for a message, which a name of any length would hide."""
    return name if len(name) <= most else f"{name[:most]}…"


def named(names: Sequence[str]) -> str:
    """Names for a message, separated by commas: at most 20 of them, and the number of the others."""
    more = f" and {len(names) - 20:,} more" if len(names) > 20 else ""
    return ", ".join(map(shortened, names[:20])) + more


def suggestion(name: str, known: Iterable[str]) -> str | None:
    """The hint for an unknown name that is similar to a known one; None without a similar name.

    Comparing takes time: names of more than 100 characters and all but the first 1,000 known names are left out.
    """
    if len(name) > 100:
        return None
    names = [other for other in itertools.islice(known, 1000) if len(other) <= 100]
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.7) or [
        other for other in names if other.lower() == name.lower()
    ]
    return f"did you mean {close[0]}?" if close else None
