"""What an operation acts in: the database, the moment, who calls."""

from dataclasses import dataclass

from sqlalchemy import Connection

from simpleturk.marketplace.store.sqlite import LOCAL_REQUESTER

#: How many HITs a worker may hold at once, as on Amazon's site.
MAX_HELD = 25


@dataclass(frozen=True)
class WorkerLimits:
    """What one worker may do of any batch (None: as much as there is), and hold of all batches together."""

    max_per_worker: int | None = None
    max_held: int = MAX_HELD


@dataclass(frozen=True)
class Transaction:
    """What an operation acts in: the database, the moment (epoch seconds), who calls, and the request's own id.

    `strict` holds callers to those of Amazon's limits that help nobody, `caps` limits what one worker takes.
    """

    connection: Connection
    now: float
    requester_id: str = LOCAL_REQUESTER
    strict: bool = False
    request_id: str = ""
    caps: WorkerLimits = WorkerLimits()
