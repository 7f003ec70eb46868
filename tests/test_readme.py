"""The README: every command is in it, and every command line in it is one that the program understands."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer.main

from simpleturk.cli import app
from simpleturk.config import SITE, load_config
from simpleturk.errors import ExitStatus
from tests.conftest import REPOSITORY

README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
GROUP: Any = typer.main.get_command(app)


def command_lines() -> list[str]:
    """Everything that stands as a simpleturk command in a console block, up to a pipe or a redirection."""
    blocks = re.findall(r"```console\n(.*?)```", README, re.DOTALL)
    lines = [line[2:].split("  #")[0] for block in blocks for line in block.splitlines() if line.startswith("$ ")]
    parts = [part.strip() for line in lines for part in re.split(r"\||&&|>", line)]
    return [part for part in parts if part.startswith("simpleturk ")]


@pytest.mark.parametrize("name", sorted(GROUP.commands))
def test_every_command_is_in_the_readme_with_its_first_line_of_help(name: str) -> None:
    first = GROUP.commands[name].help.splitlines()[0]
    assert first[0].isupper() and first.endswith(".") and len(first) <= 58, "fits the list of commands"
    assert f"| `simpleturk {name}` | {first}" in README


@pytest.mark.parametrize("line", command_lines())
def test_every_command_line_is_understood(line: str) -> None:
    _, name, *arguments = shlex.split(line)
    options = ["--template=t", "--properties=p", "--inputs=i"] if name in ("launch", "check", "render-template") else []
    command = GROUP.commands[name]
    if hasattr(command, "commands"):
        command = command.commands[arguments.pop(0)]
    known = {spelling for parameter in command.params for spelling in parameter.opts}
    context = command.make_context(name, [*(o for o in options if o.split("=")[0] in known), *arguments])
    assert context.command is command


def test_the_exit_codes_are_those_of_the_program() -> None:
    table = dict(re.findall(r"^\| (\d+) \| (.*) \|$", README, re.MULTILINE))
    assert {int(code) for code in table} == {int(status) for status in ExitStatus}


def test_the_pictures_are_there() -> None:
    pictures = re.findall(r"!\[[^]]+\]\(([^)]+)\)", README)
    assert len(pictures) == 15
    assert all((REPOSITORY / Path(picture)).is_file() for picture in pictures)


def test_the_tours_files_are_a_batch_that_launches(folder: Path, run: Any) -> None:
    html = re.search(r"```html\n(.*?)```", README, re.DOTALL)
    properties, inputs = re.findall(r"```json\n(.*?)```", README, re.DOTALL)[:2]
    toml = re.search(r"```toml\n(.*?)```", README, re.DOTALL)
    assert html and toml
    for name, text in {"page.html": html[1], "hit.json": properties, "inputs.jsonl": inputs}.items():
        (folder / name).write_text(text)
    (folder / "simpleturk.toml").write_text(toml[1])
    result = run("launch")
    assert result.exit_code == 0
    for line in result.stderr.splitlines():
        assert line in README
    page = run("render-template").stdout
    assert "capital of <b>Peru</b>" in page


def test_the_sites_settings_are_as_the_readme_writes_them(tmp_path: Path) -> None:
    [table] = re.findall(r"```toml\n(\[site\]\n.*?)```", README, re.DOTALL)
    (tmp_path / "simpleturk.toml").write_text(table)
    assert set(load_config(tmp_path / "simpleturk.toml").site) == set(SITE)
