"""Output: data to stdout; notes, warnings, errors, hints, progress bars and questions to stderr."""

import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from simpleturk.errors import NotConfirmed, SimpleturkError

#: Characters that could control a terminal, in text from workers, files or services.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def note(message: str) -> None:
    """Print a note on stderr."""
    _say(message)


def warn(message: str, hint: str | None = None) -> None:
    """Print a warning, and a hint if there is one, on stderr."""
    _say(f"warning: {message}")
    if hint:
        _say(f"hint: {hint}")


def failure(message: str) -> None:
    """Print the failure of one item on stderr, while the command continues with the others."""
    _say(f"error: {message}")


def error(problem: SimpleturkError) -> None:
    """Print an expected failure on stderr."""
    for label, sentence in problem.lines():
        _say(f"{label}: {sentence}")


def data(text: str) -> None:
    """Write data to stdout, unchanged and as UTF-8, whatever the terminal's settings are."""
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode("utf-8"))


def flush() -> None:
    """Flush stdout: a full disk or a closed pipe must raise here, not after the command has reported success."""
    sys.stdout.flush()
    sys.stdout.buffer.flush()


def table(title: str, rows: Sequence[tuple[str, ...]], header: tuple[str, ...] = (), right: bool = True) -> None:
    """Print a table to stdout. With `right`, all columns but the first are aligned right."""
    from rich.console import Console

    console = Console(highlight=False)
    with console.capture() as captured:
        console.print(_table(title, rows, header, right))
    data(captured.get())


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
    from rich.table import Table
    from rich.text import Text

    shown = Table(title=Text(_plain(title)), title_justify="left", show_header=bool(header), box=None, pad_edge=False)
    for number, name in enumerate(header or rows[0]):
        align = "right" if right and number else "left"
        # Names in the first column are never broken; the last column, the longest text, takes the rest of the width.
        narrow = 0 < number < len(header or rows[0]) - 1
        shown.add_column(
            name if header else "",
            justify=align,  # type: ignore[arg-type]
            overflow="fold",
            no_wrap=number == 0,
            min_width=8 if narrow else None,
        )
    for row in rows:
        shown.add_row(*(Text(_plain(cell)) for cell in row))
    return shown


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


def plural(number: int, noun: str) -> str:
    """ "1 HIT", "2,000 HITs", "2 bonuses"."""
    return f"{number:,} {noun}{'' if number == 1 else 'es' if noun.endswith('s') else 's'}"


def _say(message: str, end: str = "\n") -> None:
    text = _plain(message) + end
    encoding = sys.stderr.encoding or "utf-8"
    # stderr may be closed: that must not stop the command.
    with suppress(OSError):
        sys.stderr.write(text.encode(encoding, "backslashreplace").decode(encoding))
        sys.stderr.flush()


def _plain(text: Any) -> str:
    return _CONTROL.sub("\ufffd", str(text))
