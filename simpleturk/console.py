"""Where words go: records to stdout; notes, warnings, hints, progress and questions to stderr."""

import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from simpleturk.errors import NotConfirmed, SimpleturkError

#: What could steer a terminal, in text that came from workers, files or services.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def note(message: str) -> None:
    """Say something to stderr."""
    _say(message)


def warn(message: str, hint: str | None = None) -> None:
    """Warn on stderr."""
    _say(f"warning: {message}")
    if hint:
        _say(f"hint: {hint}")


def failure(message: str) -> None:
    """Name one item that failed, on stderr, while others go on."""
    _say(f"error: {message}")


def error(problem: SimpleturkError) -> None:
    """Show an expected failure on stderr."""
    for label, sentence in problem.lines():
        _say(f"{label}: {sentence}")


def data(text: str) -> None:
    """Write data to stdout, as UTF-8 whatever the terminal's settings say, exactly as it is."""
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode("utf-8"))


def flush() -> None:
    """Bring the data out: a full disk or a closed pipe shows itself here, not after the command reported success."""
    sys.stdout.flush()
    sys.stdout.buffer.flush()


def table(title: str, rows: Sequence[tuple[str, ...]], header: tuple[str, ...] = (), right: bool = True) -> None:
    """Print a table that somebody asked for, to stdout. Columns but the first are aligned right, if `right`."""
    from rich.console import Console

    console = Console(highlight=False)
    with console.capture() as captured:
        console.print(_table(title, rows, header, right))
    data(captured.get())


@contextmanager
def table_in_place(title: str) -> Iterator[Callable[[Sequence[tuple[str, ...]]], None]]:
    """A table on the terminal that stdout is; call what it yields with the rows each time that they change."""
    from rich.console import Console
    from rich.live import Live

    # What is said meanwhile goes above the table, unless it goes elsewhere anyway.
    redirect = sys.stderr.isatty()
    with Live(console=Console(highlight=False), auto_refresh=False, redirect_stderr=redirect) as live:
        yield lambda rows: live.update(_table(title, rows, (), True), refresh=True)


def is_terminal() -> bool:
    """Whether stdout is one."""
    return sys.stdout.isatty()


def _table(title: str, rows: Sequence[tuple[str, ...]], header: tuple[str, ...], right: bool) -> Any:
    from rich.table import Table
    from rich.text import Text

    shown = Table(title=Text(_plain(title)), title_justify="left", show_header=bool(header), box=None, pad_edge=False)
    for number, name in enumerate(header or rows[0]):
        align = "right" if right and number else "left"
        shown.add_column(name if header else "", justify=align, overflow="fold")  # type: ignore[arg-type]
    for row in rows:
        shown.add_row(*(Text(_plain(cell)) for cell in row))
    return shown


@contextmanager
def progress(noun: str, total: int) -> Iterator[Callable[[], None]]:
    """A progress bar on stderr while the block runs, if that is a terminal; call what it yields for every step."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(bar_width=None), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    # Rich would take over stdout too, and send printed data to the terminal instead of the user's file.
    bar = Progress(*columns, console=console, transient=True, redirect_stdout=False, disable=not console.is_terminal)
    with bar:
        task = bar.add_task(noun, total=total)
        yield lambda: bar.advance(task)


def confirm(question: str, yes: bool, stdin_is_data: bool = False) -> None:
    """Ask on stderr whether to go on; only y or yes does.

    Without a terminal one line is read from stdin, unless stdin holds data. Raises NotConfirmed.
    """
    if yes:
        return
    if stdin_is_data:
        raise NotConfirmed(f"{question} Nobody can answer: stdin is data", "add --yes if you mean it")
    _say(f"{question} [y/N] ", end="")
    answer = sys.stdin.readline()
    if not sys.stdin.isatty():
        _say("")
    if answer.strip().lower() not in ("y", "yes"):
        hint = None if answer else "nobody answered; add --yes if you mean it"
        raise NotConfirmed("not confirmed: nothing was done", hint)


def plural(number: int, noun: str) -> str:
    """ "1 HIT", "2,000 HITs", "2 bonuses"."""
    return f"{number:,} {noun}{'' if number == 1 else 'es' if noun.endswith('s') else 's'}"


def _say(message: str, end: str = "\n") -> None:
    text = _plain(message) + end
    encoding = sys.stderr.encoding or "utf-8"
    # Nobody may be listening any more: that must not stop the work.
    with suppress(OSError):
        sys.stderr.write(text.encode(encoding, "backslashreplace").decode(encoding))
        sys.stderr.flush()


def _plain(text: Any) -> str:
    return _CONTROL.sub("\ufffd", str(text))
