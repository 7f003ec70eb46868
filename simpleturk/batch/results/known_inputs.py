"""HITs → the inputs that they were made of, as far as the files are still there and unchanged."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from simpleturk.batch.foreign_batches import is_foreign, read_foreign
from simpleturk.batch.inputs import open_inputs
from simpleturk.batch.inputs.groups import GroupedInputs
from simpleturk.batch.inputs.jsonl import InputLines
from simpleturk.batch.record import BatchRecord
from simpleturk.batch.results.sink import InputOf
from simpleturk.errors import Problems
from simpleturk.mturk.models import HIT


def unknown_input(hit: HIT) -> dict[str, Any]:
    """Return {}: the inputs of other batches are not known."""
    return {}


def inputs_of(
    record: BatchRecord | None,
    ids: Path,
    when_changed: Callable[[str], None],
    launched: Callable[[str], str] = lambda hit_id: hit_id,
) -> InputOf:
    """The inputs of a batch that simpleturk launched, or of a foreign batch.

    `when_changed` is called with the name of the inputs file, once, if the file is not the one that was launched.
    `launched` gives the HIT of the launch that has the same input as a HIT.
    """
    if record:
        return _BatchInputs(record, ids, when_changed).known
    inputs = read_foreign(ids).inputs if is_foreign(ids) else {}
    return lambda hit: {"input": inputs[launched(hit.hit_id)]} if launched(hit.hit_id) in inputs else {}


class _BatchInputs:
    """The inputs of a batch: a HIT's annotation names the line."""

    def __init__(self, batch: BatchRecord, ids: Path, when_changed: Callable[[str], None]) -> None:
        self._batch = batch
        self._when_changed = when_changed
        inputs = open_inputs(batch.inputs.located(ids))
        self._inputs = GroupedInputs(inputs, batch.grouping) if batch.grouping else inputs
        self._lines: InputLines | None = None
        try:
            # A record may name a device, which could be read for ever.
            if self._inputs.path.is_file() or self._inputs.path.is_dir():
                self._lines = self._inputs.lines()
        except (OSError, Problems):
            pass
        same = self._lines and self._lines.digest == batch.inputs.sha256
        # Lines added at the end belong to other HITs.
        if not same and not (self._lines and self._inputs.begins_with(batch.inputs.sha256)):
            self._give_up()

    def known(self, hit: HIT) -> dict[str, Any]:
        """A HIT's line, and its input if the file has not changed since the launch."""
        if hit.batch_id != self._batch.batch_id:
            return {}
        try:
            if self._lines:
                return {"line": hit.line, "input": self._lines.value(hit.line)}
        except KeyError:  # the file has no such line
            pass
        except (OSError, Problems):
            self._give_up()
        return {"line": hit.line}

    def _give_up(self) -> None:
        self._lines = None
        self._when_changed(self._inputs.name)
