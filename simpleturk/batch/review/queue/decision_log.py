"""The decisions about a batch while it is reviewed: each is on the disk at once, and can be undone.

Other programs may write to the same file, such as a second review: `refresh` reads what they have added.
"""

import re
from collections.abc import Collection, Container, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from simpleturk.batch.review.decision import Decision
from simpleturk.batch.review.decisions_file import (
    DecisionsRead,
    append_records,
    decisions_path,
    read_decisions,
    read_own,
)
from simpleturk.batch.review.ledger import ledger_path
from simpleturk.batch.times import iso
from simpleturk.files import stamp

#: The assignment in the key of a verdict or a bonus in the ledger.
_KEY = re.compile(r'"key": ?"(?:approve|override|reject|bonus):([A-Z0-9]+)[":]')


class DecisionLog:
    """The batch's own decisions, by assignment, and the steps of this review, which can be undone.

    `by` is the name of the person who decides. Raises Problems if the file has wrong lines.
    """

    def __init__(self, ids: Path, batch_id: str | None = None, by: str | None = None) -> None:
        self.ids = ids
        self._batch_id = batch_id
        self._by = by
        self._read = DecisionsRead()
        self._steps: list[_Step] = []
        #: The file that was read, and how many of its bytes.
        self._inode, self._size = 0, 0
        self.refresh()

    @property
    def decisions(self) -> Mapping[str, Decision]:
        """The decisions by assignment id."""
        return self._read.decisions

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to undo."""
        return bool(self._steps)

    def refresh(self) -> bool:
        """Read what has been added to the file since the last reading; return whether there was anything."""
        path = decisions_path(self.ids)
        try:
            inode, size, _ = stamp(path)
        except FileNotFoundError:
            inode, size = 0, 0
        if (inode, size) == (self._inode, self._size):
            return False
        if inode != self._inode or size < self._size:
            # Another file.
            self._read, self._size = DecisionsRead(), 0
        self._inode = inode
        if size:
            with path.open("rb") as file:
                file.seek(self._size)
                content = file.read(size - self._size)
            # What another program has not written to its end is read the next time.
            content = content[: content.rfind(b"\n") + 1]
            problems = read_decisions(content.splitlines(keepends=True), str(path), self._read, last_counts=True)
            self._size += len(content)
            if problems:
                # These problems have the lines of what was read now; the whole file has those of the file.
                read_own(self.ids)
        return True

    def get(self, assignment_id: str) -> Decision | None:
        """The decision about an assignment, None if there is none."""
        return self.decisions.get(assignment_id)

    def put(self, *decisions: Decision) -> None:
        """Decide, in one step: the new decisions replace earlier ones about the same assignments."""
        self._change({decision.assignment_id: decision for decision in decisions})

    def withdraw(self, *assignment_ids: str) -> None:
        """Take back decisions, in one step: the assignments are undecided again."""
        self._change(dict.fromkeys(name for name in assignment_ids if name in self.decisions))

    def undo(self) -> list[str]:
        """Take back the last step of this review; return the ids of its assignments.

        What another program has decided about them since then stays. Raises AppliedError if a decision of the step has
        been applied: without it, nothing would know of its tags and corrections any more.
        """
        if not self._steps:
            return []
        applied = _applied(self.ids, self._steps[-1].after)
        if applied:
            raise AppliedError(applied)
        step = self._steps.pop()
        self.refresh()
        own = {name for name, after in step.after.items() if _says(self.get(name)) == _says(after)}
        self._write({name: decision for name, decision in step.before.items() if name in own})
        return list(step.before)

    def _change(self, changes: Mapping[str, Decision | None]) -> None:
        if not changes:
            return
        self.refresh()
        before = {name: self.get(name) for name in changes}
        self._write(changes)
        self._steps.append(_Step(before, dict(changes)))

    def _write(self, changes: Mapping[str, Decision | None]) -> None:
        common = {"at": iso(datetime.now(UTC)), "by": self._by, "batch_id": self._batch_id}
        known = {key: value for key, value in common.items() if value is not None}
        append_records(self.ids, (_record(name, decision) | known for name, decision in changes.items()))
        self.refresh()


class AppliedError(Exception):
    """Decisions that cannot be undone because they have been applied, by the ids of their assignments."""

    def __init__(self, names: Collection[str]) -> None:
        first = min(names)
        what = f"the decision about {first} has" if len(names) == 1 else f"{len(names):,} decisions have"
        super().__init__(f"{what} been applied already; decide anew to change it")


def _applied(ids: Path, names: Container[str]) -> set[str]:
    """The assignments of which the ledger has effects that have begun or are done."""
    path = ledger_path(ids)
    if not path.exists():
        return set()
    with path.open(encoding="utf-8", errors="replace") as file:
        parts = (found[1] for line in file if (found := _KEY.search(line)))
        return {name for name in parts if name in names}


@dataclass(frozen=True)
class _Step:
    """The decisions about some assignments before and after a step."""

    before: dict[str, Decision | None]
    after: dict[str, Decision | None]


def _says(decision: Decision | None) -> dict[str, object] | None:
    return decision.substance() if decision else None


def _record(assignment_id: str, decision: Decision | None) -> dict[str, object]:
    return decision.as_record() if decision else {"assignment_id": assignment_id, "decision": None}
