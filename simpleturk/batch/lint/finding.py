"""What the rules find: a mistake of a page, and the same as a problem of the user's files."""

from dataclasses import dataclass

from simpleturk.errors import Problem


@dataclass(frozen=True)
class Mistake:
    """A mistake of a page: the offset in the page, the problem, the next step.

    An error keeps workers from doing or submitting the HIT; a warning may be intended.
    """

    offset: int
    problem: str
    hint: str
    is_error: bool = False


@dataclass(frozen=True)
class Finding:
    """A mistake in the user's files. `rule` is the rule's name.

    `where` names the file, the line and the column. `input` is the first input whose page has the mistake, "" if the
    mistake does not depend on an input; `more` counts the other inputs that have it.
    """

    rule: str
    where: str
    what: str
    hint: str
    is_error: bool = False
    input: str = ""
    more: int = 0

    def problem(self) -> Problem:
        """The finding as a message, with the rule and the inputs."""
        also = f", and {self.more:,} more line{'s' if self.more > 1 else ''}" if self.more else ""
        inputs = f" (for {self.input}{also})" if self.input else ""
        return Problem(self.where, f"{self.what} [{self.rule}]{inputs}", self.hint)
