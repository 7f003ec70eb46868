"""A review on the whole screen of a terminal: one assignment at a time, one key for a decision."""

import re
from collections.abc import Sequence
from typing import Any

from simpleturk.commands.review.review.actions import NOT_DONE, act
from simpleturk.commands.review.review.content import Section, headline, sections, warnings, worker_line
from simpleturk.commands.review.review.keys import KeyTerminal
from simpleturk.commands.review.review.plain import chosen
from simpleturk.commands.review.review.session import Session
from simpleturk.console import plural
from simpleturk.mturk.characters import visible

#: How far each key scrolls: lines, or pages.
SCROLLING = {"up": (-1, 0), "down": (1, 0), "page up": (0, -1), "page down": (0, 1), " ": (0, 1)}

KEYS_LINE = "a approve  r reject  p pass  b bonus  n note  u undo  s skip  ? more  q stop"


class Screen:
    """The screen of the terminal that is stdin and stdout."""

    def __init__(self, terminal: KeyTerminal) -> None:
        from rich.console import Console

        self._console = Console(highlight=False)
        self._terminal = terminal
        self._top = 0
        self._said = ""
        self._page = ""
        self._room = 1

    def ask(self, question: str, choices: Sequence[str] = ()) -> str | None:
        """Ask for a text below the assignment; an empty line or Ctrl-C cancels where a text is needed."""
        lines = [f"  {number} {visible(choice)[: self._console.width - 6]}" for number, choice in enumerate(choices, 1)]
        hint = " (a number, or a text)" if choices else ""
        try:
            for line in lines:
                self._write(self._text(line, ""))
            self._console.print(f"{visible(question)}{hint}: ", end="", markup=False)
            text = _without_keys(self._terminal.line())
            return None if text is None else chosen(text, choices)
        except KeyboardInterrupt:
            return None

    def confirm(self, question: str) -> bool:
        """Ask a question of yes or no."""
        return (self.ask(f"{question} [y/N]") or "").strip().lower() in ("y", "yes")

    def tell(self, sentence: str) -> None:
        """Say something below the assignment, or in its place if it has several lines, until the next key."""
        if "\n" in sentence:
            self._page = sentence
        else:
            self._said = sentence
        if sentence.startswith(NOT_DONE):
            # What was typed ahead was meant for the questions that are not asked any more.
            self._terminal.discard()

    def run(self, session: Session) -> None:
        """Show assignments and do what the keys say, until q, Escape, Ctrl-C or Ctrl-D."""
        self._said = " ".join(warnings(session))
        with self._terminal.single_keys(), self._console.screen(hide_cursor=False):
            while True:
                self.show(session)
                try:
                    key = self._terminal.key()
                except (KeyboardInterrupt, EOFError):
                    return
                if key in ("q", "\x1b", "\x03", "\x04"):
                    return
                self._press(key, session)

    def _press(self, key: str, session: Session) -> None:
        self._said = ""
        self._page = ""
        if key in SCROLLING:
            lines, pages = SCROLLING[key]
            self._top += lines + pages * max(1, self._room - 1)
            return
        before = session.item.assignment_id
        session.refresh()
        act("s" if key in "\r\n" else key, session, self)
        if session.is_done and key.lower() in ("a", "r", "p"):
            self._said += ". Everything is decided: q to stop"
        if session.item.assignment_id != before or self._page:
            self._top = 0

    def show(self, session: Session) -> None:
        """Show the item at the place, as much of it as fits from the line on to which it is scrolled."""
        console = self._console
        worker_id = session.item.worker_id
        record = f"{visible(worker_id)}: {worker_line(session.worker(worker_id))}"
        head = [*self._text(headline(session), "bold"), *self._text(record, ""), []]
        foot = [*self._text(visible(self._said), "bold"), *self._text(KEYS_LINE, "dim")]
        body = self._text(self._page, "") if self._page else self._sections(sections(session))
        self._room = max(1, console.height - len(head) - len(foot) - 2)
        self._top = min(max(self._top, 0), max(0, len(body) - self._room))
        shown = body[self._top : self._top + self._room]
        below = len(body) - self._top - len(shown)
        more = self._text(f"{plural(below, 'more line')}: space, or the down arrow", "dim") if below else [[]]
        filler: list[Any] = [[]] * (self._room - len(shown))
        console.clear()
        self._write([*head, *shown, *filler, *more, *foot])

    def _sections(self, found: Sequence[Section]) -> list[Any]:
        """The lines of sections, wrapped to the width of the terminal."""
        from rich.table import Table
        from rich.text import Text

        lines: list[Any] = []
        names = [row.name for section in found for row in section.rows]
        width = min(max(map(len, names), default=0), self._console.width // 3, 24)
        for section in found:
            table = Table.grid(padding=(0, 2, 0, 0))
            table.add_column(width=width + 2, overflow="fold")
            table.add_column(overflow="fold")
            for row in section.rows:
                mark = "≠ " if row.is_marked else "  "
                table.add_row(Text(mark + visible(row.name)), Text(visible(row.value)))
            lines += [*self._text(section.title, "bold"), *self._console.render_lines(table, pad=False), []]
        return lines[:-1]

    def _text(self, text: str, style: str) -> list[Any]:
        from rich.text import Text

        return self._console.render_lines(Text(text, style=style), pad=False) if text else []

    def _write(self, lines: Sequence[Any]) -> None:
        from rich.segment import SegmentLines

        self._console.print(SegmentLines(lines, new_lines=True), end="")


def _without_keys(text: str | None) -> str | None:
    """A line without the characters of arrow keys; None if the reviewer pressed Escape, or at the end of the input."""
    text = re.sub("\x1b[\\[O][0-9;]*[A-Za-z~]", "", text or "") if text is not None else None
    return None if text is None or "\x1b" in text else text
