"""The files that workers uploaded: fetched into a folder, each once."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from simpleturk.client.downloads import DownloadError, download
from simpleturk.errors import MarketplaceError, SimpleturkError
from simpleturk.files import replacing
from simpleturk.mturk.answers import AnswerError, parse_answer
from simpleturk.mturk.uploads import Upload, parse_uploads, safe_name

if TYPE_CHECKING:
    from simpleturk.client.client import MTurk
    from simpleturk.mturk.models import Assignment


class UploadedFiles:
    """Fetches uploaded files into `folder`. `new` and `known` count them, `failures` are the ids of
    assignments and what failed. `named` changes the name of a file that is saved, given with its worker's id."""

    def __init__(self, folder: Path, named: Callable[[str, str], str] = lambda name, _: name) -> None:
        self.folder = folder
        self._named = named
        self.new = self.known = 0
        self.failures: list[tuple[str, str]] = []

    def fetch(self, mturk: "MTurk", assignment: "Assignment") -> list[Path]:
        """Fetch all files of an assignment that the folder does not hold; return the paths of those that it holds now.

        A file that fails does not stop the others.

        Raises SimpleturkError if the folder cannot be written to.
        """
        paths = []
        for upload in uploads_of(assignment):
            path = self.folder / self._named(file_name(assignment, upload), assignment.worker_id)
            try:
                if _is_same(path, upload):
                    self.known += 1
                else:
                    self._fetch(mturk, assignment, upload, path)
                    self.new += 1
                paths.append(path)
            except (DownloadError, MarketplaceError) as error:
                self.failures.append((assignment.assignment_id, f"file {upload.name!r}: {error.message}"))
        return paths

    def _fetch(self, mturk: "MTurk", assignment: "Assignment", upload: Upload, path: Path) -> None:
        url = mturk.upload_url(assignment.assignment_id, upload.sha256)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            if path.is_symlink():
                path.unlink()
            with replacing(path) as target:
                download(mturk.marketplace, url, upload.size, upload.sha256, target)
        except OSError as error:
            raise SimpleturkError(
                f"{path}: cannot be written: {error.strerror}", "name another folder with --files"
            ) from error


def uploads_of(assignment: "Assignment") -> Iterator[Upload]:
    """The files that an assignment's answer names."""
    with suppress(AnswerError):
        for value in parse_answer(assignment.answer).values():
            for text in value if isinstance(value, list) else [value]:
                yield from parse_uploads(text)


def file_name(assignment: "Assignment", upload: Upload) -> str:
    """The name of a fetched file: the assignment's id, and a harmless form of the worker's name for it."""
    id_ = "".join(character for character in assignment.assignment_id if character.isalnum() and character.isascii())
    return f"{id_[:64]}-{safe_name(upload)}"


def _is_same(path: Path, upload: Upload) -> bool:
    """Whether a file exists and is the one that was uploaded."""
    try:
        if path.is_symlink() or path.stat().st_size != upload.size:
            return False
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256")
    except OSError:
        return False
    return digest.hexdigest() == upload.sha256
