"""The README: every command is in it, its commands are ones that the program accepts, and its tour works."""

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main

from simpleturk.cli import app
from simpleturk.commands.help import MANUAL
from simpleturk.marketplace.domain.marketplace import Marketplace
from tests.conftest import REPOSITORY, Run, do

README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
TOURS = {"README": README, "tour": (MANUAL / "tour.md").read_text(encoding="utf-8")}
PROGRAM: Any = typer.main.get_command(app)
CONTEXT: Any = PROGRAM.context_class(PROGRAM, info_name="simpleturk")


def command_lines(text: str) -> list[str]:
    """The simpleturk commands in a document's console blocks, each up to a pipe or a redirection."""
    blocks = re.findall(r"```console\n(.*?)```", text, re.DOTALL)
    lines = [line[2:].split("  #")[0] for block in blocks for line in block.splitlines() if line.startswith("$ ")]
    parts = [part.strip() for line in lines for part in re.split(r"\||&&|>", line)]
    return [part for part in parts if part.startswith("simpleturk ")]


def accept(line: str) -> None:
    """Let the program parse a command line, without running it. Fails if it refuses an option or argument."""
    _, name, *arguments = shlex.split(line)
    files = ["--template=t", "--properties=p", "--inputs=i"] if name in ("launch", "check", "render-template") else []
    command = PROGRAM.get_command(CONTEXT, name)
    assert command is not None, name
    if hasattr(command, "get_command"):
        command = command.get_command(CONTEXT, arguments.pop(0))
    known = {spelling for parameter in command.params for spelling in parameter.opts}
    context = command.make_context(name, [*(o for o in files if o.split("=")[0] in known), *arguments])
    assert context.command is command


@pytest.mark.parametrize("name", sorted(PROGRAM.list_commands(CONTEXT)))
def test_every_command_is_in_the_readme_with_its_first_line_of_help(name: str) -> None:
    first = PROGRAM.get_command(CONTEXT, name).help.splitlines()[0]
    assert first[0].isupper() and first.endswith(".") and len(first) <= 58, "fits the list of commands"
    assert f"| `simpleturk {name}` | {first}" in README


@pytest.mark.parametrize("line", command_lines(README))
def test_every_command_line_is_accepted(line: str) -> None:
    accept(line)


def test_the_readme_is_short() -> None:
    assert len(README.splitlines()) <= 200


def test_the_pictures_exist() -> None:
    pictures = re.findall(r"!\[[^]]+\]\(([^)]+)\)", README)
    assert len(pictures) == 13
    assert all((REPOSITORY / Path(picture)).is_file() for picture in pictures)


def test_links_lead_to_files_that_exist() -> None:
    targets = re.findall(r"\]\(([^)]+)\)", README)
    assert [target for target in targets if "//" not in target and not (REPOSITORY / target).is_file()] == []


@pytest.mark.parametrize("tour", TOURS.values(), ids=TOURS)
def test_the_tours_files_are_a_batch_that_launches(folder: Path, run: Run, tour: str) -> None:
    write_files(folder, tour)
    result = run("launch")
    assert result.exit_code == 0
    for line in result.stderr.splitlines():
        assert line in tour
    assert "capital of Peru" in run("render-template").stdout
    assert "0 error" not in run("check").stderr and run("check", "--strict").exit_code == 0


@pytest.mark.parametrize("tour", TOURS.values(), ids=TOURS)
def test_the_tours_commands_print_what_it_shows(
    folder: Path, run: Run, local: Marketplace, monkeypatch: pytest.MonkeyPatch, tour: str
) -> None:
    monkeypatch.setenv("SIMPLETURK_DATABASE", "market.db")
    write_files(folder, tour)
    for command, shown in outputs(tour, ("launch", "progress", "approve", "delete")):
        if command == ["progress"]:
            for hit_id, capital in zip(Path("hit_ids.txt").read_text().split(), ("Lima", "Accra"), strict=True):
                do(local, hit_id, "ann", ("output", json.dumps({"capital": capital})))
            for record in map(json.loads, run("results").stdout.splitlines()):
                values = [record["worker_id"], record["input"]["country"], record["output"]["capital"]]
                assert json.dumps(values, separators=(",", ":")) in tour
        result = run(*command, input="y\n")
        assert result.exit_code == 0
        printed = [line.rstrip() for line in (result.stdout + result.stderr).splitlines()]
        assert shown in ([], printed)


def outputs(text: str, names: tuple[str, ...]) -> Iterator[tuple[list[str], list[str]]]:
    """The simpleturk commands of these names in a document's console blocks, with the lines that follow each."""
    for block in re.findall(r"```console\n(.*?)```", text, re.DOTALL):
        for part in block.removeprefix("$ ").split("\n$ "):
            first, *shown = part.splitlines()
            program, *command = shlex.split(first)
            if program == "simpleturk" and command[0] in names:
                yield command, [line.removesuffix(" y") for line in shown]


def write_files(folder: Path, tour: str) -> None:
    """Write the four files of a tour."""
    html = re.search(r"```html\n(.*?)```", tour, re.DOTALL)
    properties, inputs = re.findall(r"```json\n(.*?)```", tour, re.DOTALL)[:2]
    toml = re.search(r"```toml\n(.*?)```", tour, re.DOTALL)
    assert html and toml
    for name, text in {"page.html": html[1], "hit.json": properties, "inputs.jsonl": inputs}.items():
        (folder / name).write_text(text)
    (folder / "simpleturk.toml").write_text(toml[1])


def test_the_page_that_the_manual_writes_by_hand_is_rendered(folder: Path, run: Run) -> None:
    write_files(folder, README)
    pages = re.findall(r"```html\n(.*?)```", (MANUAL / "templates.md").read_text(encoding="utf-8"), re.DOTALL)
    (folder / "page.html").write_text(next(page for page in pages if "simpleturk.setupSubmit" in page))
    assert "capital of <b>Peru</b>" in run("render-template").stdout
