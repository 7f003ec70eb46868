"""`simpleturk help`: the manual in the terminal, and the help of a command.

The manual is a folder of Markdown files that ships with simpleturk, one topic a file; index.md lists them by role.
"""

import difflib
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Annotated, Any

import typer

from simpleturk import console
from simpleturk.errors import UsageError
from simpleturk.resources import PACKAGE

MANUAL = PACKAGE / "manual"
INDEX = "index"

#: Lines are no longer than this, however wide the terminal is: longer ones are hard to read.
_MAX_WIDTH = 100

_COMMENT = re.compile(r"<!--.*?-->\n?", re.DOTALL)
_TOPIC_LINK = re.compile(r"\[([^]]+)\]\([^)]*\.md(?:#[^)]*)?\)")


def help_(
    context: typer.Context,
    subject: Annotated[
        list[str] | None, typer.Argument(metavar="TOPIC", help="A topic or a command. Without it, all topics.")
    ] = None,
) -> None:
    """Show the manual, or the help of a command."""
    root: Any = context.find_root()
    words = subject or [INDEX]
    usage, topic = command_help(root, words), find_topic(" ".join(words))
    if usage is None and topic is None:
        message = f"the manual has no topic {' '.join(words)!r}, and there is no such command"
        raise UsageError(message, _hint(root, " ".join(words)))
    _show(usage or "", topic or "")


def topics() -> list[str]:
    """The names of the manual's topics, in alphabetical order."""
    return sorted(path.stem for path in MANUAL.glob("*.md") if path.stem != INDEX)


def find_topic(name: str) -> str | None:
    """Return a topic's Markdown, without comments and with links to other topics as their names; None if unknown."""
    if name not in (INDEX, *topics()):
        return None
    text = (MANUAL / f"{name}.md").read_text(encoding="utf-8")
    return _TOPIC_LINK.sub(r"`\1`", _COMMENT.sub("", text)).strip() + "\n"


def command_help(root: Any, words: Sequence[str]) -> str | None:
    """Return the help of a command, such as ["worker", "add"]; None if there is no such command.

    `root` is the context of the whole program.
    """
    command, context = root.command, root
    for word in words:
        command = command.get_command(context, word) if hasattr(command, "get_command") else None
        if command is None:
            return None
        context = type(root)(command, info_name=word, parent=context)
    return str(command.get_help(context)).rstrip() + "\n"


def _hint(root: Any, subject: str) -> str:
    names = [*topics(), *_command_names(root)]
    similar = difflib.get_close_matches(subject, names, n=3, cutoff=0.6)
    similar += [name for name in names if subject in name and name not in similar]
    if not similar:
        return 'run "simpleturk help" for all topics'
    *others, last = dict.fromkeys(similar[:3])
    return f"did you mean {', '.join(others)} or {last}?" if others else f"did you mean {last}?"


def _command_names(root: Any) -> Iterator[str]:
    """All commands: "launch", "worker add", …."""
    for name in root.command.list_commands(root):
        yield name
        command = root.command.get_command(root, name)
        if hasattr(command, "list_commands"):
            yield from (f"{name} {inner}" for inner in command.list_commands(root))


def _show(usage: str, topic: str) -> None:
    """Print a command's help, then a topic: formatted on a terminal, in a pager if longer than the screen."""
    separator = "\n" if usage and topic else ""
    if not console.is_terminal():
        console.data(usage + separator + topic)
        return
    size = shutil.get_terminal_size()
    text = usage + separator + (_formatted(topic, min(size.columns, _MAX_WIDTH)) if topic else "")
    if text.count("\n") < size.lines or not _page(text):
        console.data(text)


def _formatted(markdown: str, width: int) -> str:
    from rich.console import Console
    from rich.markdown import Markdown

    terminal = Console(width=width)
    with terminal.capture() as captured:
        terminal.print(Markdown(markdown, hyperlinks=False))
    return captured.get()


def _page(text: str) -> bool:
    """Show text in the user's pager (PAGER, or less). False if there is none."""
    pager = shlex.split(os.environ.get("PAGER", "less"))
    program = shutil.which(pager[0]) if pager else None
    if program is None:
        return False
    # LESS: show colors, and leave the last screen on the terminal.
    environment = {"LESS": "-RX", **os.environ}
    process = subprocess.Popen([program, *pager[1:]], stdin=subprocess.PIPE, env=environment)
    with suppress(BrokenPipeError, KeyboardInterrupt):  # the reader has quit the pager, or stopped a search in it
        process.communicate(text.encode("utf-8"))
    with suppress(KeyboardInterrupt):
        process.wait()
    return True
