"""Local files that inputs name → addresses under which pages show them: `{{ asset(input.image) }}`.

An address is made of the file's contents, so rendering needs no network, and the same file is published once.
"""

import base64
import hashlib
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from simpleturk.errors import SimpleturkError
from simpleturk.files import stamp
from simpleturk.mturk.media_types import media_type
from simpleturk.task_folder import outside, refusal

#: Where a simpleturk marketplace serves the files of its HITs, relative to the page's own address.
SERVED = "/assets/"


class AssetError(SimpleturkError):
    """A file that a template names cannot be shown. The code that renders adds the input's line."""


@dataclass(frozen=True)
class Asset:
    """A local file as it was when it was hashed. `name` is its SHA-256 in hex and its suffix; `size` is in bytes."""

    path: Path
    name: str
    size: int
    media_type: str

    def data(self) -> bytes:
        """The file's contents. Raises SimpleturkError if they have changed."""
        data = self.path.read_bytes()
        self._compare(hashlib.sha256(data).hexdigest())
        return data

    def check_unchanged(self) -> None:
        """Read the file again, in pieces. Raises SimpleturkError if it has changed."""
        with self.path.open("rb") as file:
            self._compare(hashlib.file_digest(file, "sha256").hexdigest())

    def _compare(self, digest: str) -> None:
        if not self.name.startswith(digest):
            raise SimpleturkError(f"{self.path} has just changed", "run the command again")


def served(asset: Asset) -> str:
    """The address of a file on a simpleturk marketplace."""
    return f"{SERVED}{asset.name}"


def inlined(max_bytes: int) -> Callable[[Asset], str]:
    """A function that gives files data: addresses, which put them into the page itself; larger files are refused."""

    def address(asset: Asset) -> str:
        if asset.size > max_bytes:
            raise AssetError(
                f"{asset.path} has {asset.size:,} bytes; a page can hold files of up to {max_bytes:,} bytes",
                "put the file on a web server and name its URL, or upload it with --assets s3://BUCKET/PREFIX",
            )
        is_text = asset.media_type.startswith("text/")
        media_type = f"{asset.media_type};charset=utf-8" if is_text else asset.media_type
        return f"data:{media_type};base64,{base64.b64encode(asset.data()).decode()}"

    return address


@dataclass
class Assets:
    """The files of a batch, searched for in these folders in this order. `address` gives the address of a file.

    `found` has every file that a page has asked for, by name.
    """

    folders: Sequence[Path]
    address: Callable[[Asset], str]
    found: dict[str, Asset] = field(default_factory=dict)
    _known: dict[str, tuple[object, Asset]] = field(default_factory=dict)

    def __call__(self, reference: object) -> str:
        """The address of a file that an input names. A URL stays as it is.

        Raises AssetError for a file that does not exist or is outside of the folders: inputs may come from strangers.
        """
        text = os.fspath(reference) if isinstance(reference, Path) else str(reference)
        if _is_address(text):
            return text
        asset = self._asset(text)
        self.found[asset.name] = asset
        return self.address(asset)

    def _asset(self, text: str) -> Asset:
        path = self._path(text)
        try:
            mark = stamp(path)
            known = self._known.get(text)
            if known and known[0] == mark:
                return known[1]
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
                size = file.tell()
        except OSError as error:
            raise AssetError(f"{path} cannot be read: {error.strerror}") from error
        suffix = path.suffix.lower() if re.fullmatch(r"\.[A-Za-z0-9]{1,10}", path.suffix) else ""
        asset = Asset(path, digest + suffix, size, media_type(path.name))
        self._known[text] = (mark, asset)
        return asset

    def _path(self, text: str) -> Path:
        """The first file of that name. Neither names nor links lead out of a folder: see task_folder.outside."""
        for folder in self.folders:
            home = os.path.abspath(folder)
            path = os.path.abspath(os.path.join(home, text))
            inside = path.startswith(home + os.sep) or home == os.sep
            # A hidden file is hardly a picture, but may be a key.
            is_hidden = any(part.startswith(".") for part in Path(os.path.relpath(path, home)).parts)
            if inside and not is_hidden and os.path.isfile(path):
                target = outside(Path(path), folder)
                if target is not None:
                    raise AssetError(*refusal(Path(text), target))
                return Path(os.path.relpath(path)) if path.startswith(os.getcwd() + os.sep) else Path(path)
        looked = " and ".join("this folder" if folder == Path() else str(folder) for folder in self.folders)
        raise AssetError(
            f"there is no file {text[:200]!r} in {looked}",
            "name it relative to the inputs, or copy it into that folder",
        )


def local_files(inputs: Path | None, template: Path | None, address: Callable[[Asset], str]) -> Assets:
    """The files of a batch, searched for beside its inputs and beside its template.

    Inputs without a file (from a pipe) name files of the working directory.
    """
    folders = [inputs.parent if inputs else Path(), *([template.parent] if template else [])]
    return Assets(list(dict.fromkeys(folders)), address)


def _is_address(text: str) -> bool:
    if text.startswith("//"):
        return True
    return re.match(r"(?:https?|data|blob):", text, re.IGNORECASE) is not None
