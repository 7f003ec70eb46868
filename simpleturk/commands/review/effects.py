"""Effects of a command, brought about once each: noted in the ledger of the batch, reported as they happen."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from simpleturk import console
from simpleturk.batch.outcomes import Outcome
from simpleturk.batch.record import record_path
from simpleturk.batch.review.apply import apply_effects
from simpleturk.batch.review.effects import Effect
from simpleturk.batch.review.ledger import Ledger, ledger_path, open_ledger
from simpleturk.client.client import MTurk


def ledger_of(ids: Path | None) -> Path | None:
    """The ledger of a batch; None where there is no batch, whose folder should stay as it is."""
    return ledger_path(ids) if ids and (ids.exists() or record_path(ids).exists()) else None


@contextmanager
def the_ledger(mturk: MTurk, ids: Path | None) -> Iterator[Ledger]:
    """The ledger of a batch, open to be written; see open_ledger."""
    path = ledger_of(ids)

    def waiting() -> None:
        console.note(f"{path} is in use: waiting until another simpleturk command has ended.")

    with open_ledger(path, mturk.marketplace.endpoint_url, waiting) as ledger:
        yield ledger


def outcomes_of(mturk: MTurk, ids: Path | None, effects: Sequence[Effect]) -> Iterator[Outcome]:
    """Bring effects about; yield the outcome of each."""
    with the_ledger(mturk, ids) as ledger:
        for _, outcome in apply_effects(mturk, effects, ledger):
            yield outcome
