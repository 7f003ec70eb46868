"""init: a new task folder, copied from an example."""

import json
import shlex
import shutil
from pathlib import Path
from typing import Annotated

import typer

from simpleturk import console
from simpleturk.errors import SimpleturkError, UsageError, suggestion
from simpleturk.resources import shipped

NewFolderArg = Annotated[
    Path | None, typer.Argument(metavar="NAME", help="Name of the new folder.", show_default=False)
]
FromOpt = Annotated[str, typer.Option("--from", metavar="EXAMPLE", help="The example to copy.")]
ListOpt = Annotated[bool, typer.Option("--list", help="List the examples with their titles.")]

DEFAULT = "text_classification"


def init(name: NewFolderArg = None, from_: FromOpt = DEFAULT, list_: ListOpt = False) -> None:
    """Create a task folder: template, properties, inputs."""
    if list_:
        for example in examples():
            console.data(f"{example}: {_title(example)}\n")
        return
    if name is None:
        raise UsageError("the new folder has no name", "name it, as in: simpleturk init my_task")
    example = from_.replace("-", "_")
    if example not in examples():
        known = ", ".join(examples())
        raise UsageError(
            f"--from {from_}: no such example", suggestion(example, examples()) or f"the examples are {known}"
        )
    copy_example(example, name)
    console.note(f"Created {name}/ from {example}. Edit its template and inputs, with a preview:")
    console.note(f"  cd {shlex.quote(str(name))}")
    console.note("  simpleturk render-template --preview")
    console.note("Then check it, launch it, and let people work:")
    console.note("  simpleturk check && simpleturk launch && simpleturk serve")


def examples() -> list[str]:
    """The names of the examples."""
    return sorted(path.parent.name for path in shipped("examples").glob("*/simpleturk.toml"))


def copy_example(example: str, folder: Path) -> None:
    """Copy an example into a new folder, with its template and properties.

    Raises SimpleturkError if the folder exists and is not empty.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        is_empty = not any(folder.iterdir())
    except (FileExistsError, NotADirectoryError) as error:
        raise SimpleturkError(f"{folder} already exists, and is not a folder", "choose another name") from error
    except OSError as error:
        raise SimpleturkError(f"{folder} cannot be created: {error.strerror}") from error
    if not is_empty:
        raise SimpleturkError(f"{folder} already exists", "choose another name: init overwrites nothing")
    source = shipped("examples", example)
    # Leave out files of someone who has launched the example in a checkout.
    shutil.copytree(source, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("hit_ids*", "results*", "*.db*"))
    for folder_name, suffix in (("hit_templates", "html"), ("hit_properties", "json")):
        own = shipped(folder_name, f"{example}.{suffix}")
        if own.exists():
            (folder / folder_name).mkdir()
            shutil.copyfile(own, folder / folder_name / own.name)


def _title(example: str) -> str:

    own = shipped("examples", example, "properties.json")
    path = own if own.exists() else shipped("hit_properties", f"{example}.json")
    return str(json.loads(path.read_text(encoding="utf-8"))["Title"])
