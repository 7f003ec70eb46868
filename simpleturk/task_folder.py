"""Links that lead out of a task folder: such a folder may come from a stranger, as a ZIP file or a Git repository.

A link `cat.jpg` to `../.ssh/id_rsa` must not publish the user's key, and nothing may be written through a link
`results.jsonl` to `../.bashrc`. The user can allow places outside of the folder; no file in the folder can.
"""

import os
from collections.abc import Iterable
from pathlib import Path

from simpleturk.errors import SimpleturkError

#: The file that marks a task folder.
MARK = "simpleturk.toml"

#: Where Unix keeps devices and open files, such as /dev/stdin. A path there is the user's own.
_SYSTEM = ("/dev/", "/proc/")

#: A folder among them that holds files as any other does.
_SHARED_MEMORY = "/dev/shm/"

#: The largest file that is read into memory, in bytes, and the bytes that are read at a time.
MOST_READ = 128 * 1024 * 1024
_PART = 8 * 1024 * 1024

_allowed: list[str] = []


def set_allowed(places: Iterable[Path]) -> None:
    """Set the files and folders to which links of a task folder may lead, for the rest of the command."""
    _allowed[:] = [os.path.realpath(place) for place in places]


def also_allow(place: Path) -> None:
    """Add a place to which links may lead."""
    _allowed.append(os.path.realpath(place))


def outside(path: Path, folder: Path | None = None) -> Path | None:
    """The file that a path really names, if links lead out of the task folder to it; None if they do not.

    The task folder is the nearest one above with a simpleturk.toml, or else `folder`, by default the folder that holds
    the file. A link to a hidden file counts as outside, too: it is hardly a picture, but may be a key.
    """
    plain = os.path.abspath(path)
    is_of_system = plain.startswith(_SYSTEM) and not plain.startswith(_SHARED_MEMORY)
    if is_of_system or "\0" in plain:
        return None
    root = _root(os.path.abspath(folder) if folder else os.path.dirname(plain))
    target, home = os.path.realpath(plain), os.path.realpath(root)
    if any(_is_below(target, place) for place in _allowed):
        return None
    if not _is_below(target, home):
        return Path(target)
    hidden = _hidden_parts(os.path.relpath(target, home))
    return Path(target) if hidden - _hidden_parts(os.path.relpath(plain, root)) else None


def check_inside(path: Path, folder: Path | None = None) -> None:
    """Raise SimpleturkError if links lead out of the task folder; see `outside`."""
    target = outside(path, folder)
    if target is not None:
        raise SimpleturkError(*refusal(path, target))


def refusal(path: Path, target: Path) -> tuple[str, str]:
    """The message and the hint about a path that leads out of its folder, to `target`."""
    return (
        f"{path} leads out of its folder through a link, to {target}",
        f"replace the link by a copy, or allow it: simpleturk --allow-outside {target} COMMAND …",
    )


def read_regular(path: Path) -> bytes:
    """The contents of a file. Raises OSError; SimpleturkError for a pipe or device, which could block for ever."""
    if path.exists() and not path.is_file() and not path.is_dir():
        raise SimpleturkError(f"{path}: is not a regular file", "replace it by a file")
    return read_bounded(path)


def read_bounded(path: Path) -> bytes:
    """The contents of a file or pipe. Raises OSError; SimpleturkError for one that would fill the memory.

    A file of terabytes takes no room in a folder if most of it was never written.
    """
    with path.open("rb") as file:
        parts, size = list[bytes](), 0
        while part := file.read(_PART):
            parts.append(part)
            size += len(part)
            if size > MOST_READ:
                raise SimpleturkError(f"{path}: is larger than {MOST_READ // 1024**2} MiB", "name another file")
    return b"".join(parts)


def _root(folder: str) -> str:
    """The nearest folder with a simpleturk.toml, from a folder upwards; the folder itself if there is none."""
    place = folder
    while not os.path.isfile(os.path.join(place, MARK)):
        above = os.path.dirname(place)
        if above == place:
            return folder
        place = above
    return place


def _is_below(path: str, place: str) -> bool:
    return path == place or path.startswith(place.rstrip(os.sep) + os.sep)


def _hidden_parts(path: str) -> set[str]:
    return {part for part in path.split(os.sep) if part.startswith(".") and part not in (".", "..")}
