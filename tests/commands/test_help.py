"""help: topics, commands, suggestions, and what a terminal gets."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from simpleturk.commands import help as manual
from tests.conftest import Run

pty = pytest.importorskip("pty", reason="needs a pseudo-terminal")


def on_a_terminal(*arguments: str, columns: int = 60, lines: int = 1000, pager: str = "cat") -> str:
    """Run `simpleturk help` with a terminal as stdout, and return what the terminal received."""
    controller, terminal = pty.openpty()
    environment = {**os.environ, "COLUMNS": str(columns), "LINES": str(lines), "PAGER": pager, "TERM": "dumb"}
    command = [sys.executable, "-m", "simpleturk", "help", *arguments]
    with subprocess.Popen(command, stdout=terminal, env=environment) as process:
        os.close(terminal)
        received = b""
        while block := read(controller):
            received += block
        assert process.wait() == 0
    os.close(controller)
    return received.decode().replace("\r\n", "\n")


def read(controller: int) -> bytes:
    """The next bytes from a terminal; b"" when the program has closed it."""
    try:
        return os.read(controller, 65536)
    except OSError:  # Linux reports the end so
        return b""


def test_help_lists_every_topic_by_role(run: Run) -> None:
    result = run("help")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "## I write tasks" in result.stdout
    for topic in manual.topics():
        assert f"- `{topic}`: " in result.stdout


def test_a_topic_is_printed_as_markdown_in_a_pipe(run: Run) -> None:
    result = run("help", "words")
    assert result.stdout.startswith("# Words\n")
    assert "See `inputs`." in result.stdout


def test_generated_parts_are_printed_without_their_comments(run: Run) -> None:
    assert "<!--" not in run("help", "properties").stdout


@pytest.mark.parametrize("command", ["balance", "worker add", "worker"])
def test_a_command_is_explained_by_its_help(run: Run, command: str) -> None:
    assert run("help", *command.split()).stdout.rstrip() == run(*command.split(), "--help").stdout.rstrip()


def test_a_command_that_is_also_a_topic_shows_its_help_and_then_the_topic(run: Run) -> None:
    text = run("help", "launch").stdout
    assert text.startswith("Usage: simpleturk launch")
    assert text.index("\n# Launch\n") > text.index("--dry-run")


@pytest.mark.parametrize(
    ("subject", "hint"),
    [
        (["template"], "did you mean templates or render-template?"),
        (["worker", "ad"], "did you mean worker add, worker or workers?"),
        (["qqq"], 'run "simpleturk help" for all topics'),
    ],
)
def test_an_unknown_topic_suggests_similar_ones(run: Run, subject: list[str], hint: str) -> None:
    result = run("help", *subject)
    assert (result.exit_code, result.stdout) == (2, "")
    name = " ".join(subject)
    assert result.stderr == f"error: the manual has no topic '{name}', and there is no such command\nhint: {hint}\n"


def test_a_terminal_gets_formatted_text_of_its_width() -> None:
    text = on_a_terminal("words", columns=60)
    assert "**" not in text and "# Words" not in text
    assert "Human Intelligence Task" in text
    assert max(map(len, text.splitlines())) <= 60


def test_text_longer_than_the_screen_goes_through_the_pager() -> None:
    pager = "sed s/^/paged:/"
    assert all(line.startswith("paged:") for line in on_a_terminal("words", lines=24, pager=pager).splitlines())
    assert "paged:" not in on_a_terminal("words", pager=pager)


def test_without_a_pager_the_text_is_printed() -> None:
    assert "Human Intelligence Task" in on_a_terminal("words", lines=24, pager="no-such-pager")


def test_a_pager_that_ends_early_is_no_error() -> None:
    on_a_terminal("commands", lines=24, pager="true")


def test_help_works_beside_a_broken_configuration(folder: Path, run: Run) -> None:
    (folder / "simpleturk.toml").write_text("nonsense")
    assert run("help", "words").exit_code == 0


def test_the_wheel_holds_the_manual(installed: Path) -> None:
    shipped = {path.name for path in (installed / "simpleturk" / "manual").iterdir()}
    assert shipped == {f"{topic}.md" for topic in ("index", *manual.topics())}
    assert (installed / "simpleturk" / "py.typed").is_file()
