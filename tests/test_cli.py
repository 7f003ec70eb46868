"""The command line as a whole: its table of commands, help, hints and completion."""

import ast
import importlib
import inspect
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import simpleturk.commands
from simpleturk.commands.entries import Entry, GroupEntry
from simpleturk.commands.table import TABLE
from tests.conftest import Files, Run

ENTRIES: dict[str, Entry] = {}
for _part in TABLE.values():
    for _name, _entry in _part.items():
        if isinstance(_entry, GroupEntry):
            ENTRIES |= {f"{_name} {name}": entry for name, entry in _entry.commands.items()}
        else:
            ENTRIES[_name] = _entry


@pytest.mark.parametrize("name", ENTRIES)
def test_the_tables_help_is_the_first_line_of_the_commands_docstring(name: str) -> None:
    module, function = ENTRIES[name].target.split(":")
    command = getattr(importlib.import_module(f"simpleturk.commands.{module}"), function)
    assert str(inspect.getdoc(command)).splitlines()[0] == ENTRIES[name].help


@pytest.mark.parametrize("name", ENTRIES)
def test_help_of_a_command_has_examples_of_it_on_the_default_marketplace(run: Run, name: str) -> None:
    help = run(*name.split(), "--help").stdout
    assert ENTRIES[name].examples
    for _, line in ENTRIES[name].examples:
        assert line.startswith(f"simpleturk {name}") and line in help
        assert not {"--prod", "--sandbox"} & set(line.split())


@pytest.mark.parametrize("name", ENTRIES)
def test_usage_and_options_of_a_command_are_named_in_words(run: Run, name: str) -> None:
    help = run(*name.split(), "-h").stdout
    assert help == run(*name.split(), "--help").stdout
    assert not re.search(r"<\w|\[\[|\.\.\.\.|…|<=", help)
    assert re.match(rf"Usage: simpleturk {name} \[OPTIONS\]", help)


def test_every_module_of_commands_with_a_command_is_in_the_table() -> None:
    """A function with Typer options that the table does not name could not be run."""
    root = Path(simpleturk.commands.__file__).parent
    targets = {entry.target for entry in ENTRIES.values()}
    for path in root.rglob("*.py"):
        module = ".".join(path.relative_to(root).with_suffix("").parts)
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef):
                decorators = [ast.unparse(decorator) for decorator in node.decorator_list]
                if "on_a_marketplace" in decorators:
                    assert f"{module}:{node.name}" in targets


def test_help_lists_the_commands_by_heading_and_imports_none_of_them() -> None:
    code = (
        "import sys, simpleturk.cli\n"
        "try: simpleturk.cli.app(['--help'])\n"
        "except SystemExit: pass\n"
        "commands = [name for name in sys.modules if name.startswith('simpleturk.commands.')]\n"
        "print(commands)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    lines = done.stdout.splitlines()
    assert lines[-1] == "['simpleturk.commands.entries', 'simpleturk.commands.table']"
    assert [line for line in lines if line.endswith(":") and not line.startswith(" ")] == [
        "Options:",
        *(f"{heading}:" for heading in TABLE),
    ]


def test_without_arguments_simpleturk_shows_its_help(run: Run) -> None:
    assert run().output == run("--help").stdout


def test_an_unknown_command_suggests_the_nearest(run: Run) -> None:
    result = run("progres")
    assert result.exit_code == 2
    assert result.stderr == ("error: there is no command progres\nhint: did you mean progress? see simpleturk --help\n")


def test_an_unexpected_argument_hints_at_ids(run: Run) -> None:
    for name in ("results", "progress"):
        result = run(name, "hit_ids.txt")
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr == (
            "error: unexpected argument hit_ids.txt\n"
            f"hint: to name the batch's ids file: simpleturk {name} --ids hit_ids.txt\n"
        )
    assert run("balance", "now").stderr.splitlines()[1] == "hint: see simpleturk balance --help"


def test_a_missing_file_outside_of_a_task_folder_hints_at_init(run: Run) -> None:
    result = run("render-template")
    assert result.exit_code == 2
    assert result.stderr == (
        "error: no simpleturk.toml in this folder, and --inputs was not given\n"
        "hint: run `simpleturk init` to make a task folder, or name your files with --template, --properties "
        "and --inputs\n"
    )


def test_a_missing_file_in_a_task_folder_hints_at_its_configuration(run: Run, folder: Path) -> None:
    (folder / "simpleturk.toml").write_text('template = "page.html"\n')
    result = run("launch", "--inputs", "data.jsonl")
    assert result.exit_code == 2
    assert result.stderr == (
        "error: simpleturk.toml does not set properties, and --properties was not given\n"
        'hint: add properties = "FILE" to simpleturk.toml, or give --properties\n'
    )


def complete(*words: str) -> list[str]:
    """What bash offers for the last of these words."""
    line = ["simpleturk", *words]
    own = {"_SIMPLETURK_COMPLETE": "complete_bash", "COMP_WORDS": "\n".join(line), "COMP_CWORD": str(len(words))}
    done = subprocess.run(
        [sys.executable, "-m", "simpleturk"], capture_output=True, text=True, check=True, env=os.environ | own
    )
    return done.stdout.split()


def test_a_shell_completes_commands_and_options() -> None:
    assert complete("pro") == ["properties", "progress"]
    assert complete("worker", "dis") == ["disable"]
    assert complete("launch", "--temp") == ["--template"]
    assert complete("worker", "add", "--wor") == ["--workers"]
    assert complete("--ver") == ["--version"]
    assert set(complete("")) == {name for part in TABLE.values() for name in part}


def test_show_completion_prints_a_script_for_the_shell() -> None:
    command = [sys.executable, "-m", "simpleturk", "--show-completion", "bash"]
    own = {"_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ | own)
    assert "complete -o default -F _simpleturk_completion simpleturk" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["extend", "--hours", "soon"], "--hours is not a number"),
        (["extend", "--assignments-by", "0"], "--assignments-by must be at least 1"),
        (["extend", "--hours", "99999"], "--hours must be at most 8760"),
        (
            ["results", "--format", "xml"],
            "--format: 'xml' is not one of 'jsonl', 'csv', 'flat', 'coco', 'conll', 'crowd-kit'",
        ),
    ],
)
def test_the_reason_why_a_value_is_wrong_is_in_plain_words(
    run: Run, folder: Path, arguments: list[str], reason: str
) -> None:
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f"error: {reason}\nhint: see simpleturk {arguments[0]} --help\n"


@pytest.mark.parametrize("text", ["1_0", " 1 ", "1e1", "inf", "nan", "0x10", "\uff11", "\u0663"])
@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("progress", "--interval"), "is not a number"),
        (("extend", "--hours"), "is not a number"),
        (("extend", "--assignments-by"), "is not a whole number"),
        (("launch", "--skip"), "is not a whole number"),
        (("render-template", "--line"), "is not a whole number"),
        (("launch", "--max-cost"), "is not an amount in USD"),
        (("bonus", "A", "--reason", "x", "--amount"), "is not an amount in USD"),
        (("worker", "invite", "--uses"), "is not a whole number"),
    ],
)
def test_a_number_has_the_digits_0_to_9_and_nothing_else(
    batch_files: Files, run: Run, arguments: tuple[str, ...], reason: str, text: str
) -> None:
    batch_files([{"word": "a"}])
    result = run(*arguments, text)
    assert (result.exit_code, reason in result.stderr) == (2, True), result.stderr
