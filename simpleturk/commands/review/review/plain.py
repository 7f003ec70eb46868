"""A review line by line: for screen readers, for terminals without a screen, and for programs."""

from collections.abc import Callable, Sequence

from simpleturk.commands.review.review.actions import ACTIONS, act
from simpleturk.commands.review.review.content import Section, decision_section, headline, sections, warnings
from simpleturk.commands.review.review.session import Session

#: Characters of a value that are printed; v prints the rest.
MOST_CHARACTERS = 1_000

_SHORT = "a approve, r reject, p pass, s skip, u undo, ? all keys, q stop"


class LineDialog:
    """Asks and tells on lines. `read` gives the next line, None at the end of the input."""

    def __init__(self, read: Callable[[str], str | None], say: Callable[[str], None]) -> None:
        self.read = read
        self.say = say

    def ask(self, question: str, choices: Sequence[str] = ()) -> str | None:
        """Ask for a text; a number chooses one of the choices. An empty line is an empty text."""
        for number, choice in enumerate(choices, start=1):
            self.say(f"  {number}: {choice}")
        hint = " (a number, or a text)" if choices else ""
        text = self.read(f"{question}{hint}: ")
        return chosen(text, choices)

    def confirm(self, question: str) -> bool:
        """Whether the answer is y or yes."""
        return (self.read(f"{question} [y/N] ") or "").strip().lower() in ("y", "yes")

    def tell(self, sentence: str) -> None:
        """Print a sentence."""
        self.say(sentence)


def chosen(text: str | None, choices: Sequence[str]) -> str | None:
    """The choice that a number stands for, or the text itself."""
    number = (text or "").strip()
    if number.isascii() and number.isdigit() and 1 <= int(number) <= len(choices):
        return choices[int(number) - 1]
    return text


def review_lines(session: Session, dialog: LineDialog) -> None:
    """Show one assignment after the other and do what the lines say, until q or the end of the input."""
    for sentence in warnings(session):
        dialog.say(f"warning: {sentence}")
    shown = None
    while True:
        state = (session.item.assignment_id, session.decision)
        if session.is_done and shown is not None and shown[0] == state[0] and shown[1] != state[1]:
            dialog.say("Everything is decided.")
        if shown is None or shown[0] != state[0]:
            print_item(session, dialog.say)
        elif shown[1] != state[1]:
            _print_section(decision_section(session), dialog.say)
        shown = state
        line = dialog.read(f"{_SHORT}: ")
        if line is None or line.strip() == "q":
            return
        key = line.strip()
        session.refresh()
        if key == "v":
            print_item(session, dialog.say, most=None)
        elif key in ACTIONS:
            act(key, session, dialog)
        elif key:
            dialog.say(f"{key!r} is no key of the review. {_SHORT}")


def print_item(session: Session, say: Callable[[str], None], most: int | None = MOST_CHARACTERS) -> None:
    """Print the item at the place, a line for each value."""
    say("")
    say(headline(session))
    for section in sections(session):
        _print_section(section, say, most)


def _print_section(section: Section, say: Callable[[str], None], most: int | None = MOST_CHARACTERS) -> None:
    say(f"{section.title}:" if section.rows else f"{section.title}: none")
    for row in section.rows:
        value = row.value
        if most is not None and len(value) > most:
            value = f"{value[:most]} … ({len(value):,} characters; v shows all)"
        mark = ", differs from others" if row.is_marked and section.title == "Answer" else ""
        name = f"{row.name}{mark}: " if row.name else ""
        say(f"  {name}{value}")
