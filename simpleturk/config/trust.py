"""What the user has allowed on this computer: endpoints for the user's keys, places outside of a task folder.

The answers are in trusted.jsonl in the user's data folder, where no task folder can change them:
one JSON array of texts per line, such as ["endpoint", "https://turk.example.org"].
"""

import json
import os
from pathlib import Path
from urllib.parse import urlsplit


def trusted_path() -> Path:
    """The file with the user's answers."""
    import platformdirs

    return platformdirs.user_data_path("simpleturk", appauthor=False) / "trusted.jsonl"


def is_trusted(*fact: str) -> bool:
    """Whether the user has allowed this. Lines that cannot be read allow nothing."""
    try:
        lines = trusted_path().read_bytes().splitlines()
    except OSError:
        return False
    return _line(fact).strip() in (line.strip() for line in lines)


def trust(*fact: str) -> bool:
    """Remember that the user allows this. Returns False if the file cannot be written: then the user is asked again."""
    if is_trusted(*fact):
        return True
    path = trusted_path()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # One short write at the end of the file: commands that run at once lose no line.
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(descriptor, b"\n" * _is_torn(path) + _line(fact))
        finally:
            os.close(descriptor)
    except OSError:
        return False
    return True


def endpoint_key(url: str) -> str:
    """An endpoint's URL in the form in which it is remembered: two spellings of one address are equal."""
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme, 0)
    except ValueError:
        return url
    return f"{parts.scheme}://{(parts.hostname or '').lower()}:{port}{parts.path.rstrip('/')}"


def _line(fact: tuple[str, ...]) -> bytes:
    return json.dumps(fact).encode() + b"\n"


def _is_torn(path: Path) -> bool:
    """Whether the last line of the file lacks its end, after a crash."""
    data = path.read_bytes()
    return bool(data) and not data.endswith(b"\n")
