"""The ledger of a batch: which effects have begun, and what came of each.

    {"at": …, "key": "bonus:3ABC:0.50:5f…", "phase": "begun", "effect": "bonus", "amount": "0.50", …}
    {"at": …, "key": "bonus:3ABC:0.50:5f…", "phase": "done"}

hit_ids.ledger.jsonl lies beside the ids and only grows. A line is on the disk before its call is made, and another one
after the answer. What has begun and has no outcome may have happened: apply.py asks the marketplace.
"""

import json
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

from simpleturk.batch.review.effects import Effect
from simpleturk.batch.times import iso
from simpleturk.errors import Problem, Problems, SimpleturkError
from simpleturk.files import Appended, appending, exclusive, json_line

BEGUN, DONE, FAILED = "begun", "done", "failed"

#: Effects of several calls: what the ledger says about them is kept, so that they can be continued.
LONG = ("redo", "compensate")


class LedgerEffect(Protocol):
    """What a ledger notes: an Effect, or an effect of several calls, such as a Redo."""

    @property
    def key(self) -> str:
        """The identity of the effect."""

    @property
    def kind(self) -> str:
        """The kind of the effect."""

    @property
    def is_decision(self) -> bool:
        """Whether the effect is the bonus of a decision."""

    def as_record(self) -> dict[str, Any]:
        """The effect as a part of a line; `effect` is its kind."""


def ledger_path(ids: Path) -> Path:
    """The ledger of a batch."""
    return ids.with_name(f"{ids.stem}.ledger.jsonl")


class Entries:
    """What a ledger says about one endpoint: the last phase of each effect, and the bonuses of decisions."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        self.phases: dict[str, str] = {}
        #: The bonuses of decisions by assignment: pairs of amount and reason, and the key of each.
        self.bonuses: dict[str, list[tuple[Decimal, str, str]]] = {}
        #: The workers and the words of messages that may have been sent: (subject, text) → worker → key.
        self.messages: dict[tuple[str, str], dict[str, str]] = {}
        #: The lines about each effect of a `LONG` kind, in one record.
        self.records: dict[str, dict[str, Any]] = {}

    def add(self, record: dict[str, Any]) -> None:
        """Read a line. Lines about another endpoint do not count."""
        if record.get("endpoint", self.endpoint) != self.endpoint:
            return
        key, phase = str(record["key"]), str(record["phase"])
        if phase != BEGUN and key not in self.phases:
            return
        self.phases[key] = phase
        if record.get("effect") in LONG or key in self.records:
            self.records.setdefault(key, {}).update(record)
        if phase == BEGUN and record.get("decision"):
            bonus = (Decimal(record["amount"]), str(record.get("text", "")), key)
            self.bonuses.setdefault(record["assignment_id"], []).append(bonus)
        if phase == BEGUN and record.get("effect") == "notify":
            words = (str(record["subject"]), str(record.get("text", "")))
            self.messages.setdefault(words, {}).update(dict.fromkeys(record["workers"], key))
        elif phase != BEGUN and key.startswith("notify:"):
            for workers in self.messages.values():
                for worker_id in record.get("failed", ()):
                    if workers.get(worker_id) == key:
                        del workers[worker_id]


def read_entries(path: Path | None, endpoint: str, mark: bytes = b"") -> Entries:
    """What a ledger says in lines that contain `mark`; nothing without a file.

    Raises Problems for a file that is not a ledger.
    """
    entries = Entries(endpoint)
    if path is not None and path.exists():
        with path.open("rb") as file:
            _read(file, path, entries, mark)
    return entries


def _read(lines: Iterable[bytes], path: Path, entries: Entries, mark: bytes = b"") -> int:
    """Read lines; return the length of the complete ones. A torn last line was written by no call."""
    length = 0
    for number, line in enumerate(lines, start=1):
        if not line.endswith(b"\n"):
            break
        length += len(line)
        if mark not in line:
            continue
        try:
            entries.add(json.loads(line))
        except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError) as error:
            hint = "repair the line: without its ledger, simpleturk cannot know what has been paid"
            raise Problems([Problem(f"{path}, line {number}", "is not a line of a ledger", hint)]) from error
    return length


class Ledger:
    """A ledger that is open to be written, from many threads. Without a file it only holds for this command."""

    def __init__(self, entries: Entries, file: Appended | None) -> None:
        self.entries = entries
        self._file = file
        self._lock = threading.Condition()
        self._waiting: list[bytes] = []
        self._added = self._synced = 0
        self._is_writing = False
        self._failure: SimpleturkError | None = None

    def phase(self, key: str) -> str | None:
        """The last phase of an effect, None if it has never begun."""
        return self.entries.phases.get(key)

    def has_other_bonus(self, effect: Effect) -> bool:
        """Whether the assignment of a bonus has had that of another decision."""
        bonuses = self.entries.bonuses.get(effect.assignment_id, ())
        return any(key != effect.key and self.phase(key) == DONE for _, _, key in bonuses)

    def begin(self, *effects: LedgerEffect) -> None:
        """Note that effects begin; their lines are on the disk when this returns."""
        self._write([self._line_of(effect) for effect in effects])

    @staticmethod
    def _line_of(effect: LedgerEffect) -> dict[str, Any]:
        record = {"key": effect.key, "phase": BEGUN} | effect.as_record()
        return record | ({"decision": True} if effect.is_decision else {})

    def end(self, effect: LedgerEffect, phase: str, **details: Any) -> None:
        """Note what came of an effect.

        The line is synced here or, while another thread writes, right after: a crash in between leaves the effect
        begun, and the next run asks. The outcome of a message cannot be asked for, so its line is on the disk when
        this returns.
        """
        self._write([{"key": effect.key, "phase": phase} | details], waits=effect.kind == "notify")

    def flush(self) -> None:
        """Bring all lines to the disk."""
        with self._lock:
            if self._file is not None and self._waiting and self._failure is None:
                self._write_waiting(self._file)

    def _write(self, records: list[dict[str, Any]], waits: bool = True) -> None:
        head = {"at": iso(datetime.now(UTC)), "endpoint": self.entries.endpoint}
        with self._lock:
            for record in records:
                self.entries.add(head | record)
            if self._file is None:
                return
            self._waiting += [json_line(head | record).encode() for record in records]
            self._added += len(records)
            number = self._added
            while self._synced < number:
                if self._failure is not None:
                    raise self._failure
                if not self._is_writing:
                    self._write_waiting(self._file)
                elif waits:
                    self._lock.wait()
                else:
                    return

    def _write_waiting(self, file: Appended) -> None:
        """Write what all threads have added, and sync it once. After a failure, such as a full disk, no call begins."""
        lines, last, self._waiting, self._is_writing = self._waiting, self._added, [], True
        self._lock.release()
        failure: SimpleturkError | None = None
        synced = self._synced
        try:
            for line in lines:
                file.append(line)
            file.sync()
            synced = last
        except SimpleturkError as error:
            failure = error
        finally:
            self._lock.acquire()
            self._synced = synced
            self._is_writing = False
            self._failure = failure
            if self._synced < last and failure is None:
                # Ctrl-C: another thread writes them, perhaps again.
                self._waiting = lines + self._waiting
            self._lock.notify_all()
        if failure is not None:
            raise failure


@contextmanager
def open_ledger(path: Path | None, endpoint: str, waiting: Callable[[], object]) -> Iterator[Ledger]:
    """The ledger of a batch, locked until the end of the block.

    If another command holds it, `waiting` is called once, and the ledger is opened when that command ends. `path` is
    None where there is no batch: then nothing is saved.
    """
    entries = Entries(endpoint)
    if path is None:
        yield Ledger(entries, None)
        return
    if path.exists():
        try:
            with exclusive(path):
                pass
        except SimpleturkError:
            waiting()
    with appending(path, unsynced=1 << 30, waits=True) as file:
        file.truncate(_read(file.lines(), path, entries))
        ledger = Ledger(entries, file)
        try:
            yield ledger
        finally:
            ledger.flush()
