"""The marketplace's root secret: 32 random bytes in a file of its own, from which a key for each purpose is derived.

The file is not part of the database: a copy of the database is not enough to sign sessions or API calls.
"""

import contextlib
import hmac
import os
import secrets
import tempfile
from pathlib import Path

from simpleturk.marketplace.errors import StoreUnavailable

ROOT_BYTES = 32


def derive_key(root: bytes, purpose: str) -> bytes:
    """The key for one purpose, 32 bytes; keys of different purposes say nothing about each other or the root."""
    return hmac.digest(root, purpose.encode(), "sha256")


def read_or_create_root(path: Path) -> bytes:
    """Read the root secret, and create it on first use. Raises StoreUnavailable.

    The caller lets one process at a time get here, where the file system has locks.
    """
    try:
        if not path.exists():
            _create(path, secrets.token_hex(ROOT_BYTES))
        root = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except OSError as error:
        raise StoreUnavailable(f"{path}: {error.strerror}") from error
    except ValueError as error:
        raise StoreUnavailable(f"{path}: is damaged") from error
    if len(root) != ROOT_BYTES:
        raise StoreUnavailable(f"{path}: is damaged")
    return root


def _create(path: Path, text: str) -> None:
    """Write a file that only its owner can read, complete and on the disk, unless another process was faster."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())
        _publish(temporary, path)
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)


def _publish(temporary: str, path: Path) -> None:
    """Give a file its name. A file that has the name already stays: keys may have been derived from it.

    Only a link refuses an existing name. Where there are no links, the caller's lock is the only protection.
    """
    try:
        os.link(temporary, path)
    except FileExistsError:
        pass
    except (AttributeError, OSError):  # no such function, or a file system without links
        os.replace(temporary, path)
