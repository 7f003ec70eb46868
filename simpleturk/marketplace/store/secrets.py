"""The marketplace's root secret: 32 random bytes in a file of its own, from which a key for each purpose is derived.

The file is not part of the database: a copy of the database is not enough to sign sessions or API calls.
"""

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

    The caller makes sure that only one process at a time gets here.
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
    """Write a file that only its owner can read. It appears under its name when it is complete and on the disk."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
