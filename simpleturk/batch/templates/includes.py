"""The files that templates include: from the task folder, and not from outside of it."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader
from jinja2.loaders import split_template_path

from simpleturk.errors import SimpleturkError
from simpleturk.task_folder import outside, refusal
from simpleturk.text_files import read_text

#: The largest file that a template includes, in bytes.
MOST_INCLUDED = 16 * 1024 * 1024


class TaskFolderLoader(FileSystemLoader):
    """Loads the includes of a template from folders; links and hidden files are not followed out of them."""

    def __init__(self, folders: Sequence[Path]) -> None:
        # Every file can be read as Latin-1; it is read again in its own encoding.
        super().__init__([str(folder) for folder in folders], encoding="latin-1")

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        """The text of an include. Raises SimpleturkError for a file outside of the task folder, or a hidden one."""
        parts = split_template_path(template)
        for folder in map(os.fspath, self.searchpath):
            path = Path(folder, *parts)
            if path.is_file():
                _check(path, Path(folder), parts)
                break
        _, name, is_current = super().get_source(environment, template)
        return read_text(Path(name)), name, is_current


def working_folder() -> list[Path]:
    """The working directory, in which includes are looked for too, unless it is the user's home.

    From there, a stranger's template could include any file of the user's by its name.
    """
    here = Path.cwd()
    return [] if os.path.realpath(here) == os.path.realpath(os.path.expanduser("~")) else [here]


def _check(path: Path, folder: Path, parts: Sequence[str]) -> None:
    target = outside(path, folder)
    if target is not None:
        raise SimpleturkError(*refusal(path, target))
    if any(part.startswith(".") for part in parts):
        raise SimpleturkError(f"{path} is hidden, and templates cannot include hidden files", "give it another name")
    size = path.stat().st_size
    if size > MOST_INCLUDED:
        what = f"{path} has {size:,} bytes, and templates cannot include files of more than {MOST_INCLUDED:,} bytes"
        raise SimpleturkError(what, "show the file with asset() instead")
