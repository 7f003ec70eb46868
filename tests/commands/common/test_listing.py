"""Lists: a table on a terminal, JSON Lines elsewhere."""

import json

import pytest

from tests.conftest import Run, records
from tests.terminal import run_on_terminal

LISTS = [
    (("hits",), ("Describe an image", "$0.10", "Assignable"), "No HITs yet"),
    (("worker", "list"), ("ann", "invited", "no"), "No workers yet"),
    (("requester", "list"), ("Local requester", "no limit", "$0.60"), ""),
    (("block", "--list"), ("eve", "random answers"), "No worker is blocked"),
]


@pytest.mark.parametrize(("command", "cells", "empty"), LISTS, ids=lambda value: str(value[:2]))
def test_people_get_a_table_and_programs_json_lines(
    words: list[str], run: Run, command: tuple[str, ...], cells: tuple[str, ...], empty: str
) -> None:
    run("worker", "add", "ann")
    run("block", "--yes", "--reason", "random answers", "eve")
    assert records(run(*command).stdout)
    status, output = run_on_terminal(*command)
    assert status == 0
    assert all(cell in output for cell in cells), output
    assert "{" not in output


@pytest.mark.parametrize(("command", "cells", "empty"), [item for item in LISTS if item[2]])
def test_an_empty_list_says_so_on_a_terminal_only(
    run: Run, command: tuple[str, ...], cells: tuple[str, ...], empty: str
) -> None:
    database = ("--database", "m.db")
    assert run(*command, *database).stdout == ""
    status, output = run_on_terminal(*command, *database)
    assert (status, output.startswith(empty), output.count("\n")) == (0, True, 1)


def test_texts_of_others_do_not_control_the_terminal(words: list[str], run: Run) -> None:
    run("block", "--yes", "--reason", "\x1b[2Jgone", "eve")
    assert json.loads(run("block", "--list").stdout)["reason"] == "\x1b[2Jgone"
    assert "\x1b[2J" not in run_on_terminal("block", "--list")[1]
