"""Worker ids → pseudonyms, for results that other people get; the key file translates them back.

    {"kind": "simpleturk pseudonyms", "key": "5f0c…"}
    {"pseudonym": "anon-mzxw6ytboi2dgnrx", "worker_id": "A1B2C3D4E5F6G7"}

A pseudonym is an HMAC of the worker id, so that the same key gives a worker the same name in all batches, and nobody
without the key file can compute it.
"""

import base64
import hmac
import json
import os
import re
import secrets
import stat
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import IO, Any

from simpleturk.batch.inputs.csv_reader import folded, records
from simpleturk.errors import Problem, SimpleturkError
from simpleturk.files import appending, json_line, reporting_full_disk
from simpleturk.mturk.limits import WORKER_ID
from simpleturk.text_files import first_line

_KIND = "simpleturk pseudonyms"

_PSEUDONYM = re.compile("anon-[a-z2-7]{16}")

#: The beginnings of the keys and columns, folded, of what people have written.
_WRITTEN = ("output", "fields", "answer", "otheranswers", "files", "feedback", "requesterfeedback", "review", "opinion")

#: Ids of fewer characters, or without a digit, may be words of an answer.
_DISTINCTIVE = 8


class Pseudonyms:
    """The pseudonyms of a key file. Use it as a context manager.

    Entering creates the file, for its owner only, if it is missing; a pair is written before its pseudonym is used.
    `left` counts records in which the id of their worker may still be found, as a word of a text.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.left = 0
        self._key = b""
        self._names: dict[str, str] = {}
        self._file: IO[bytes] | None = None

    def __enter__(self) -> "Pseudonyms":
        with appending(self.path, waits=True, private=True) as file:
            content = file.read()
            if not content.strip():
                self.path.chmod(0o600)
                content = json_line({"kind": _KIND, "key": secrets.token_hex(32)}).encode()
                file.truncate(0)
                file.append(content)
            self._read(content)
            file.truncate(content.rfind(b"\n") + 1)
        self._file = self.path.open("ab")
        return self

    def __exit__(self, *_: object) -> None:
        if self._file:
            self._file.close()

    @property
    def is_private(self) -> bool:
        """Whether only the owner of the key file can read it, as far as the system tells."""
        return os.name == "nt" or not stat.S_IMODE(self.path.stat().st_mode) & 0o077

    def _read(self, content: bytes) -> None:
        hint = "name the key file of earlier results, or a new file"
        for number, line in enumerate(content.splitlines(keepends=True), start=1):
            if not line.endswith(b"\n"):
                break
            try:
                record = json.loads(line)
                if number == 1 and record["kind"] == _KIND:
                    self._key = bytes.fromhex(record["key"])
                else:
                    self._names[record["worker_id"]] = record["pseudonym"]
            except (ValueError, LookupError, TypeError, RecursionError):
                raise SimpleturkError(f"{self.path}, line {number}: is no line of a key file", hint) from None
        if len(self._key) < 16:
            raise SimpleturkError(f"{self.path}: is not a key file of pseudonyms", hint)

    def of(self, worker_id: str) -> str:
        """The pseudonym of a worker."""
        name = self._names.get(worker_id)
        if name is None:
            digest = hmac.digest(self._key, worker_id.encode("utf-8", "replace"), "sha256")[:10]
            name = self._names[worker_id] = "anon-" + base64.b32encode(digest).decode().lower()
            assert self._file
            with reporting_full_disk(self.path):
                self._file.write(json_line({"pseudonym": name, "worker_id": worker_id}).encode())
                self._file.flush()
        return name

    @property
    def workers(self) -> dict[str, str]:
        """The workers whose pseudonyms have been used, by pseudonym."""
        return {name: worker_id for worker_id, name in self._names.items()}

    def replaced(self, record: dict[str, Any], worker_id: str) -> dict[str, Any]:
        """A record of a worker without worker ids.

        Values whose key ends with worker id, in any spelling, are replaced, also those of other workers. In texts and
        keys the id of the record's own worker is replaced where it cannot be a word of the text.
        """
        replaced: dict[str, Any] = self._without(record, worker_id, "")
        if len(worker_id) > 2:
            written = [value for key, value in replaced.items() if folded(key).startswith(_WRITTEN)]
            texts = (_PSEUDONYM.sub("", text) for text in _texts(written))
            self.left += any(_as_word(worker_id).search(text) for text in texts)
        return replaced

    def text(self, text: str, worker_id: str) -> str:
        """A text of a worker, such as a file name, without the worker's id."""
        return _ids_in_text(worker_id).sub(lambda match: (match["before"] or "") + self.of(worker_id), text)

    def _without(self, value: Any, worker_id: str, key: str) -> Any:
        if isinstance(value, dict):
            return {self.text(name, worker_id): self._without(part, worker_id, name) for name, part in value.items()}
        if isinstance(value, list):
            return [self._without(part, worker_id, key) for part in value]
        if not isinstance(value, str):
            return value
        if folded(key).endswith("workerid") and WORKER_ID.fullmatch(value) and not _PSEUDONYM.fullmatch(value):
            return self.of(value)
        return self.text(value, worker_id)


def is_pseudonym(name: str) -> bool:
    """Whether a name has the form of pseudonyms."""
    return _PSEUDONYM.fullmatch(name) is not None


@lru_cache(maxsize=1024)
def _ids_in_text(worker_id: str) -> re.Pattern[str]:
    """Where a worker's id stands in a text: after "workerId=" and the like, and if it can be no word, anywhere."""
    escaped = re.escape(worker_id)
    places = rf"(?P<before>worker_?id(?:[\"'\s:=\\]|&quot;|%22|%3a|%3d)+){escaped}(?![\w@-])"
    if len(worker_id) >= _DISTINCTIVE and re.search(r"\d|@", worker_id):
        places += rf"|(?<![\w.@-]){escaped}(?![\w@-]|\.\w)"
    return re.compile(places, re.IGNORECASE)


@lru_cache(maxsize=1024)
def _as_word(worker_id: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(worker_id)}(?!\w)", re.IGNORECASE)


def _texts(value: Any) -> Iterator[str]:
    """The texts in a value, keys included."""
    if isinstance(value, str):
        yield value
    for part in value.items() if isinstance(value, dict) else value if isinstance(value, list) else ():
        for inner in part if isinstance(value, dict) else (part,):
            yield from _texts(inner)


def check_output(path: Path, is_csv: bool, pseudonyms: Pseudonyms | None) -> None:
    """Raise SimpleturkError for a results file to which these names would be added to names of the other kind.

    Without `pseudonyms`, only the first record is read.
    """
    if not path.is_file() or (is_csv and not first_line(path).strip()):
        return
    known = pseudonyms.workers if pseudonyms else {}
    with path.open("rb") as file:
        for where, worker_id in _workers_of(file, path, is_csv):
            is_one = is_pseudonym(worker_id)
            if pseudonyms is None and is_one:
                hint = "give --pseudonyms with the key file of that file, or name another --output"
                raise SimpleturkError(f"{where}: the file has pseudonyms in place of worker ids", hint)
            if pseudonyms is None:
                return
            if worker_id not in known:
                what = f"is no pseudonym of {pseudonyms.path}" if is_one else "is no pseudonym"
                raise SimpleturkError(f"{where}: {worker_id[:64]!r} {what}", "name another --output")


def _workers_of(file: IO[bytes], path: Path, is_csv: bool) -> Iterator[tuple[str, str]]:
    """The worker of each record, with its place; lines that are no results are left out, the sink names them."""
    if is_csv:
        for row in records(file, str(path), "WorkerId"):
            if not isinstance(row, Problem):
                yield f"{path}, line {row[0]}", row[1]["WorkerId"]
        return
    for number, line in enumerate(file, start=1):
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(record, dict) and isinstance(record.get("worker_id"), str):
            yield f"{path}, line {number}", record["worker_id"]
