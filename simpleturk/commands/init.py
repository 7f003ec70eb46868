"""init: a new task folder from an example that ships."""

import shlex
import shutil
from pathlib import Path
from typing import Annotated

import typer

from simpleturk import console
from simpleturk.errors import SimpleturkError, UsageError, suggestion

NewFolderArg = Annotated[Path | None, typer.Argument(metavar="NAME", help="The new folder's name.", show_default=False)]
FromOpt = Annotated[str, typer.Option("--from", metavar="EXAMPLE", help="The example to begin with.")]
ListOpt = Annotated[bool, typer.Option("--list", help="Name the examples, with what they ask of workers.")]

DEFAULT = "text_classification"


def init(name: NewFolderArg = None, from_: FromOpt = DEFAULT, list_: ListOpt = False) -> None:
    """Create a task folder: template, properties, inputs."""
    if list_:
        for example in examples():
            console.data(f"{example}: {_title(example)}\n")
        return
    if name is None:
        raise UsageError("the new folder has no name", "simpleturk init my_task --from image_captioning")
    example = from_.replace("-", "_")
    if example not in examples():
        known = ", ".join(examples())
        raise UsageError(
            f"--from {from_}: there is no such example", suggestion(example, examples()) or f"there are {known}"
        )
    copy_example(example, name)
    console.note(f"Made {name}/ from {example}. Edit its template and inputs, and look at it as you do:")
    console.note(f"  cd {shlex.quote(str(name))}")
    console.note("  simpleturk render-template --preview")
    console.note("then check it, launch it, and let people work:")
    console.note("  simpleturk check && simpleturk launch && simpleturk serve")


def examples() -> list[str]:
    """The names of the examples that ship."""
    from simpleturk.resources import shipped

    return sorted(path.parent.name for path in shipped("examples").glob("*/simpleturk.toml"))


def copy_example(example: str, folder: Path) -> None:
    """Copy an example into a new folder, with template and properties of its own, to be edited at will.

    Raises SimpleturkError when the folder exists, and is not empty.
    """
    from simpleturk.resources import shipped

    try:
        folder.mkdir(parents=True, exist_ok=True)
        is_empty = not any(folder.iterdir())
    except (FileExistsError, NotADirectoryError) as error:
        raise SimpleturkError(f"{folder} exists already, and is no folder", "choose another name") from error
    except OSError as error:
        raise SimpleturkError(f"{folder} cannot be made: {error.strerror}") from error
    if not is_empty:
        raise SimpleturkError(f"{folder} exists already", "choose another name: nothing is overwritten")
    source = shipped("examples", example)
    # What somebody left who tried it in the checkout is no part of it.
    shutil.copytree(source, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("hit_ids*", "results*", "*.db*"))
    for kind, suffix in (("hit_templates", "html"), ("hit_properties", "json")):
        own = shipped(kind, f"{example}.{suffix}")
        if own.exists():
            (folder / kind).mkdir()
            shutil.copyfile(own, folder / kind / own.name)


def _title(example: str) -> str:
    import json

    from simpleturk.resources import shipped

    own = shipped("examples", example, "properties.json")
    path = own if own.exists() else shipped("hit_properties", f"{example}.json")
    return str(json.loads(path.read_text(encoding="utf-8"))["Title"])
