"""What the table of commands says about each of them."""

from typing import NamedTuple


class Entry(NamedTuple):
    """A command: where its function is, the first line of its docstring, and examples.

    `target` is a module below simpleturk.commands and a function in it. Each example is a purpose and a command line.
    """

    target: str
    help: str
    examples: tuple[tuple[str, str], ...]


class GroupEntry(NamedTuple):
    """A command that has commands of its own."""

    help: str
    commands: dict[str, Entry]
