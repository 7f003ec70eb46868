"""The generated parts of README.md, CONTRIBUTING.md and the manual: python -m tests.manual writes them.

A part stands between two comments, `<!-- generated: NAME -->` and `<!-- end of generated part -->`.
tests/test_manual.py fails if a part differs from what the code says.
"""

import ast
import inspect
import os
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import typer.main

import simpleturk
from simpleturk import errors
from simpleturk.batch.lint.rules import RULES
from simpleturk.batch.properties.describe import describe_properties
from simpleturk.cli import app
from simpleturk.commands.entries import Entry
from simpleturk.commands.help import MANUAL
from simpleturk.commands.table import TABLE
from simpleturk.config.model import SiteTable
from simpleturk.marketplace.api.operations import OPERATIONS
from tests.conftest import REPOSITORY
from tests.test_imports import ROOMS

#: The documents with generated parts.
DOCUMENTS = (REPOSITORY / "README.md", REPOSITORY / ".github" / "CONTRIBUTING.md", *sorted(MANUAL.glob("*.md")))

_PART = re.compile(r"<!-- generated: ([a-z ]+) -->\n(.*?)<!-- end of generated part -->", re.DOTALL)

#: An option that this many commands share is described once.
_SHARED = 8


def properties() -> str:
    """A list of all properties."""
    lines = []
    for item in describe_properties():
        default = item.default if item.default in ("", "required") else f"default: {item.default}"
        facts = "; ".join(filter(None, (item.type, item.unit, default)))
        lines.append(f"- `{item.name}` ({facts}): {item.meaning}")
    return "\n".join(lines)


def operations() -> str:
    """A list of the API's operations: the first line of each function's docstring, which begins with the name."""
    lines = []
    for name, operation in OPERATIONS.items():
        first = (operation.function.__doc__ or "").splitlines()[0]
        assert first.startswith(name), f"the docstring of {name} begins with another name"
        lines.append(f"- `{name}`{first.removeprefix(name)}")
    return "\n".join(lines)


def rules() -> str:
    """A table of the rules of `check`."""
    return _table(
        ("rule", "severity", "what it finds"), ((f"`{r.name}`", r.severity, r.summary) for r in RULES.values())
    )


def site() -> str:
    """A table of the settings of the worker site."""
    fields = SiteTable.model_fields.items()
    return _table(("setting", "meaning"), ((f"`{name}`", field.description or "") for name, field in fields))


def exit_codes() -> str:
    """A table of the exit codes, from the text below each member of ExitStatus."""
    [definition] = ast.parse(inspect.getsource(errors.ExitStatus)).body
    assert isinstance(definition, ast.ClassDef)
    rows, name = [], ""
    for statement in definition.body:
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            name = statement.targets[0].id
        elif name and isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
            rows.append((str(int(errors.ExitStatus[name])), str(statement.value.value)))
    return _table(("code", "meaning"), rows)


def commands() -> str:
    """Every command with its options; options that many commands share are described once, at the end."""
    everything = list(_commands())
    records: dict[tuple[str, str], int] = {}
    for _, _, context in everything:
        for record in _options(context):
            records[record] = records.get(record, 0) + 1
    shared = [record for record, count in records.items() if count >= _SHARED]
    sections = [_command(name, entry, context, shared) for name, entry, context in everything]
    lines = [f"- `{spelling}`: {text}" for spelling, text in shared]
    return "\n\n".join([*sections, "## Options that many commands share", "\n".join(lines)])


def command_table() -> str:
    """The README's table of commands, by group."""
    rows = []
    for heading, entries in TABLE.items():
        rows.append((f"**{heading}**", ""))
        rows += [(f"`simpleturk {name}`", entry.help) for name, entry in entries.items()]
    return _table(("command", "what it does"), rows)


def tree() -> str:
    """The package's folders and modules, each with the first line of its docstring."""
    package = Path(simpleturk.__file__).parent
    lines = ["simpleturk/"]
    for folder, folders, names in os.walk(package):
        folders[:] = sorted(name for name in folders if (Path(folder) / name / "__init__.py").exists())
        depth = len(Path(folder).relative_to(package).parts)
        if depth:
            lines.append(_entry(depth, f"{Path(folder).name}/", Path(folder) / "__init__.py"))
        for name in sorted(names):
            if name.endswith(".py") and name != "__init__.py":
                lines.append(_entry(depth + 1, name, Path(folder) / name))
    return "\n".join(["```text", *lines, "```"])


def arrows() -> str:
    """A table of the rooms, and the rooms that each may import."""
    rows = [(room, ", ".join(sorted(targets)) or "nothing") for room, targets in ROOMS.items()]
    return _table(("room", "imports only"), rows)


PARTS: dict[str, Callable[[], str]] = {
    "properties": properties,
    "operations": operations,
    "rules": rules,
    "site": site,
    "exit codes": exit_codes,
    "commands": commands,
    "command table": command_table,
    "tree": tree,
    "arrows": arrows,
}


def generate(text: str) -> str:
    """Return a document with its generated parts as the code gives them now."""

    def part(match: re.Match[str]) -> str:
        return f"<!-- generated: {match[1]} -->\n{PARTS[match[1]]()}\n<!-- end of generated part -->"

    return _PART.sub(part, text)


def _entry(depth: int, name: str, path: Path) -> str:
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return f"{'  ' * depth + name:<38} {docstring.splitlines()[0]}"


def _table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [header, tuple("---" for _ in header), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


def _commands() -> Iterator[tuple[str, Entry, Any]]:
    """Each command that runs something: its name, such as "worker add", its entry in the table, and a context of it."""
    root: Any = typer.main.get_command(app)
    top = root.context_class(root, info_name="simpleturk")
    for entries in TABLE.values():
        for name, entry in entries.items():
            command = root.get_command(top, name)
            context = command.context_class(command, info_name=name, parent=top)
            if isinstance(entry, Entry):
                yield name, entry, context
                continue
            for inner, subentry in entry.commands.items():
                subcommand = command.get_command(context, inner)
                yield f"{name} {inner}", subentry, command.context_class(subcommand, info_name=inner, parent=context)


def _options(context: Any) -> list[tuple[str, str]]:
    records = [record for section in context.command.help_sections(context).values() for record in section]
    return [(spelling, re.sub(r"\s+", " ", text)) for spelling, text in records if "--help" not in spelling]


def _command(name: str, entry: Entry, context: Any, shared: list[tuple[str, str]]) -> str:
    usage = " ".join(["simpleturk", name, *context.command.collect_usage_pieces(context)])
    lines = [f"## {name}", "", f"`{usage}`", "", inspect.cleandoc(context.command.help), ""]
    records = _options(context)
    lines += [f"- `{spelling}`: {text}" for spelling, text in records if (spelling, text) not in shared]
    common = [spelling.split(" ")[0].rstrip(",") for spelling, text in records if (spelling, text) in shared]
    if common:
        lines.append(f"- shared options: {', '.join(f'`{spelling}`' for spelling in common)}")
    lines += ["", "```console", *(f"$ {command}  # {purpose}" for purpose, command in entry.examples), "```"]
    return "\n".join(lines)


def main() -> None:
    """Write the generated parts."""
    for path in DOCUMENTS:
        text = path.read_text(encoding="utf-8")
        path.write_text(generate(text), encoding="utf-8")


if __name__ == "__main__":
    main()
