"""Output: data to stdout; notes, warnings, errors, hints, progress bars and questions to stderr.

Texts of workers, files and services never control the terminal: on stderr, in tables, and on stdout if it is a
terminal, the characters that a terminal would obey are escapes. Data in a pipe or a file is exact.
"""

import sys
import textwrap
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from simpleturk.errors import NotConfirmed, SimpleturkError
from simpleturk.mturk.characters import visible


def note(message: str) -> None:
    """Print a note on stderr."""
    _say(message)


def warn(message: str, hint: str | None = None) -> None:
    """Print a warning, and a hint if there is one, on stderr."""
    _say_labelled("warning", message)
    if hint:
        _say_labelled("hint", hint)


def failure(message: str) -> None:
    """Print the failure of one item on stderr, while the command continues with the others."""
    _say_labelled("error", message)


def error(problem: SimpleturkError) -> None:
    """Print an expected failure on stderr."""
    for label, sentence in problem.lines():
        _say_labelled(label, sentence)


def data(text: str) -> None:
    """Write data to stdout as UTF-8, whatever the terminal's settings are: unchanged, unless stdout is a terminal."""
    _write(visible(text) if is_terminal() else text)


def flush() -> None:
    """Flush stdout: a full disk or a closed pipe must raise here, not after the command has reported success."""
    sys.stdout.flush()
    sys.stdout.buffer.flush()


def table(title: str, rows: Sequence[tuple[str, ...]], header: tuple[str, ...] = (), right: bool = True) -> None:
    """Print a table to stdout. With `right`, all columns but the first are aligned right.

    A table that would break words in a narrow terminal is printed row by row, a cell per line.
    """
    from rich.console import Console

    console = Console(highlight=False)
    if header and sum(_minimum_widths(rows, header)) + len(header) > console.width:
        _write(_row_by_row(title, rows, header, console.width))
        return
    with console.capture() as captured:
        console.print(_table(title, rows, header, right))
    _write(captured.get())


@contextmanager
def table_in_place(title: str) -> Iterator[Callable[[Sequence[tuple[str, ...]]], None]]:
    """Show a table on the terminal while the block runs; yield a function that replaces its rows."""
    from rich.console import Console
    from rich.live import Live

    # Notes and warnings are printed above the table, unless stderr is not a terminal.
    redirect = sys.stderr.isatty()
    with Live(console=Console(highlight=False), auto_refresh=False, redirect_stderr=redirect) as live:
        yield lambda rows: live.update(_table(title, rows, (), True), refresh=True)


def is_terminal() -> bool:
    """Whether stdout is a terminal."""
    return sys.stdout.isatty()


def _table(title: str, rows: Sequence[tuple[str, ...]], header: tuple[str, ...], right: bool) -> Any:
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    shown = Table(show_header=bool(header), box=None, pad_edge=False)
    widths = _minimum_widths(rows, header) if header else [None] * len(rows[0])
    for number, name in enumerate(header or rows[0]):
        align = "right" if right and number else "left"
        # Names in the first column are never broken.
        shown.add_column(
            name if header else "",
            justify=align,  # type: ignore[arg-type]
            overflow="fold",
            no_wrap=number == 0,
            min_width=widths[number],
        )
    for row in rows:
        shown.add_row(*(Text(visible(cell)) for cell in row))
    # A title of the table itself would be broken at the table's width.
    return Group(Text(visible(title), style="italic"), shown) if title else shown


def _minimum_widths(rows: Sequence[tuple[str, ...]], header: tuple[str, ...]) -> list[int]:
    """The width of each column in which no word is broken: the first column holds names, the last one sentences."""
    widths: list[int] = []
    for column in zip(header, *rows, strict=True):
        pieces = column if not widths else [word for cell in column for word in cell.split()]
        widths.append(max(len(piece) for piece in pieces))
    widths[-1] = max(widths[-1], 24)
    return widths


def _row_by_row(title: str, rows: Sequence[tuple[str, ...]], header: tuple[str, ...], width: int) -> str:
    lines = [visible(title)] if title else []
    for row in rows:
        lines.append(visible(row[0]))
        for name, cell in zip(header[1:], row[1:], strict=True):
            if cell:
                text = visible(f"{name}: {cell}")
                lines += textwrap.wrap(text, width, initial_indent="  ", subsequent_indent="    ")
    return "\n".join(lines) + "\n"


def qr_code(rows: Sequence[Sequence[int]]) -> None:
    """Print a QR code on stderr, two of its rows on one line, if stderr is a terminal. `rows` has 1 for dark."""
    if not sys.stderr.isatty():
        return
    from rich.console import Console
    from rich.text import Text

    # Where the terminal has no colors, light is the color of letters, as most terminals are dark.
    glyphs = {(0, 0): "█", (0, 1): "▀", (1, 0): "▄", (1, 1): " "}
    pairs = zip(rows[::2], [*rows[1::2], [1] * len(rows[0])], strict=False)
    lines = ["".join(glyphs[bool(above), bool(below)] for above, below in zip(*pair, strict=True)) for pair in pairs]
    Console(stderr=True, highlight=False).print(Text("\n".join(lines), style="bright_white on black"), no_wrap=True)


@contextmanager
def progress(noun: str, total: int) -> Iterator[Callable[[], None]]:
    """Show a progress bar while the block runs, if stderr is a terminal; yield a function that advances it by one."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(bar_width=None), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    # Rich would redirect stdout, too: printed data would go to the terminal instead of the user's file.
    bar = Progress(*columns, console=console, transient=True, redirect_stdout=False, disable=not console.is_terminal)
    with bar:
        task = bar.add_task(noun, total=total)
        yield lambda: bar.advance(task)


def confirm(question: str, yes: bool, stdin_is_data: bool = False) -> None:
    """Ask a question on stderr. Raises NotConfirmed unless the answer is y or yes.

    Without a terminal, one line is read from stdin, unless stdin is data.
    """
    if yes:
        return
    if stdin_is_data:
        raise NotConfirmed(f"{question} Cannot ask: stdin is data", "add --yes to confirm")
    _say(f"{question} [y/N] ", end="")
    answer = sys.stdin.readline()
    if not sys.stdin.isatty():
        _say("")
    if answer.strip().lower() not in ("y", "yes"):
        hint = None if answer else "no answer; add --yes to confirm"
        raise NotConfirmed("not confirmed: nothing was done", hint)


def ask(question: str) -> bool | None:
    """Ask a question on the terminal, whatever --yes says; None if there is no terminal to ask on."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return None
    _say(f"{question} [y/N] ", end="")
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def plural(number: int, noun: str) -> str:
    """ "1 HIT", "2,000 HITs", "2 bonuses"."""
    return f"{number:,} {noun}{'' if number == 1 else 'es' if noun.endswith('s') else 's'}"


def _say_labelled(label: str, message: str) -> None:
    # A message of several lines must not look like several messages.
    _say(f"{label}: {message}".replace("\n", "\n  "))


def _say(message: str, end: str = "\n") -> None:
    text = visible(message) + end
    encoding = sys.stderr.encoding or "utf-8"
    # stderr may be closed: that must not stop the command.
    with suppress(OSError):
        sys.stderr.write(text.encode(encoding, "backslashreplace").decode(encoding))
        sys.stderr.flush()


def _write(text: str) -> None:
    sys.stdout.flush()
    # Bytes of a file name that are no UTF-8 cannot be encoded.
    sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace"))
