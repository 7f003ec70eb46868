"""Local files that inputs name → addresses under which pages show them: `{{ asset(input.image) }}`.

An address is made of what the file holds, so rendering needs no network, and the same file is published once.
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

#: Where a simpleturk marketplace serves what was launched with its HITs; relative to the page's own address.
SERVED = "/assets/"


class AssetError(SimpleturkError):
    """A file that a template asked for cannot be shown; the input's line is added by whoever renders."""


@dataclass(frozen=True)
class Asset:
    """A local file, by what it holds. `name` is its SHA-256 in hex and its suffix; `size` is in bytes."""

    path: Path
    name: str
    size: int
    media_type: str

    def data(self) -> bytes:
        """What it holds. Raises SimpleturkError when that is not what it was."""
        data = self.path.read_bytes()
        if not self.name.startswith(hashlib.sha256(data).hexdigest()):
            raise SimpleturkError(f"{self.path} has just changed", "run the command again")
        return data


def served(asset: Asset) -> str:
    """The address on a simpleturk marketplace."""
    return f"{SERVED}{asset.name}"


def inlined(most: int) -> Callable[[Asset], str]:
    """What puts files of up to `most` bytes into the page itself, as data: addresses."""

    def address(asset: Asset) -> str:
        if asset.size > most:
            raise AssetError(
                f"{asset.path} has {asset.size:,} bytes, too many to stand in the page (up to {most:,})",
                "put it on a web server and name its address, or let --assets s3://BUCKET/PREFIX upload it",
            )
        kind = f"{asset.media_type};charset=utf-8" if asset.media_type.startswith("text/") else asset.media_type
        return f"data:{kind};base64,{base64.b64encode(asset.data()).decode()}"

    return address


@dataclass
class Assets:
    """The files of a batch. They are looked for in these folders, in this order; `address` says where pages find them.

    `found` is every file that a page asked for, by name.
    """

    folders: Sequence[Path]
    address: Callable[[Asset], str]
    found: dict[str, Asset] = field(default_factory=dict)
    _known: dict[str, tuple[object, Asset]] = field(default_factory=dict)

    def __call__(self, reference: object) -> str:
        """The address of what an input names: a local file; or an address already, which stays as it is.

        Raises AssetError for a file that is not there, or outside of the folders: inputs may come from strangers.
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
        """The first such file. What a link in a folder leads to is meant; what climbs out of it by its name is not."""
        for folder in self.folders:
            home = os.path.abspath(folder)
            path = os.path.abspath(os.path.join(home, text))
            inside = path.startswith(home + os.sep) or home == os.sep
            # What is hidden is nobody's picture, but perhaps somebody's key.
            is_hidden = any(part.startswith(".") for part in Path(os.path.relpath(path, home)).parts)
            if inside and not is_hidden and os.path.isfile(path):
                return Path(os.path.relpath(path)) if path.startswith(os.getcwd() + os.sep) else Path(path)
        looked = " and ".join("this folder" if folder == Path() else str(folder) for folder in self.folders)
        raise AssetError(
            f"there is no file {text[:200]!r} in {looked}",
            "name it relative to the inputs; what lies elsewhere can be linked into that folder",
        )


def local_files(inputs: Path | None, template: Path | None, address: Callable[[Asset], str]) -> Assets:
    """The files of a batch, looked for beside its inputs and beside its template.

    Inputs without a file of their own (from a pipe) stand in the working directory.
    """
    folders = [inputs.parent if inputs else Path(), *([template.parent] if template else [])]
    return Assets(list(dict.fromkeys(folders)), address)


def _is_address(text: str) -> bool:
    if text.startswith("//"):
        return True
    return re.match(r"(?:https?|data|blob):", text, re.IGNORECASE) is not None
