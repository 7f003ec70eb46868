"""A plan to redo work → calls, noted in the ledger before and after them, so that each place is created once."""

import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from simpleturk.batch.outcomes import Outcome
from simpleturk.batch.review.ledger import BEGUN, DONE, FAILED, Ledger
from simpleturk.batch.review.present import STATUSES
from simpleturk.batch.review.qualification_types import QualificationTypes
from simpleturk.batch.review.redo.plan import Redo, lifetime_seconds
from simpleturk.batch.times import parse_time
from simpleturk.client.parallel import map_ordered
from simpleturk.errors import AlreadyExists, MarketplaceError, NoSuchHIT
from simpleturk.mturk.limits import MAX_REQUIREMENTS
from simpleturk.mturk.models import MARK

if TYPE_CHECKING:
    from simpleturk.client.client import MTurk
    from simpleturk.mturk.models import HITSource

#: The longest RequesterAnnotation. Source: the API reference's page on CreateHIT.
MAX_ANNOTATION = 255


def redo_all(mturk: "MTurk", redos: Sequence[Redo], ledger: Ledger) -> Iterator[tuple[Redo, Outcome]]:
    """Create the new places; yield what came of the work of each HIT.

    Errors that any call would have (no credentials, no connection) are raised.
    """
    types = QualificationTypes(mturk)
    lost = _LostHITs(mturk)

    def attempt(redo: Redo) -> tuple[Redo, Outcome]:
        if ledger.phase(redo.key) == DONE:
            return redo, Outcome(redo.hit_id, already=True)
        try:
            details = _new_hit(mturk, redo, ledger, types, lost) if redo.is_new else _added(mturk, redo, ledger)
        except MarketplaceError as error:
            if not error.code:
                raise
            return redo, Outcome(redo.hit_id, error.message)
        ledger.end(redo, DONE, **details)
        return redo, Outcome(redo.hit_id)

    return map_ordered(attempt, redos, mturk.concurrency)


def _added(mturk: "MTurk", redo: Redo, ledger: Ledger) -> dict[str, Any]:
    """Add places to a HIT, and make it available for long enough."""
    begun = ledger.phase(redo.key) == BEGUN
    if not begun:
        ledger.begin(redo)
    if not begun or mturk.hit(redo.hit_id).max_assignments < redo.before + redo.number:
        try:
            mturk.add_assignments(redo.hit_id, redo.number, redo.token)
        except MarketplaceError as error:
            _note_refusal(redo, ledger, error)
            raise
    if redo.until:
        # If this fails, the effect stays begun: the next run continues here.
        mturk.expire(redo.hit_id, parse_time(redo.until))
    return {}


def _new_hit(
    mturk: "MTurk", redo: Redo, ledger: Ledger, types: QualificationTypes, lost: "_LostHITs"
) -> dict[str, Any]:
    """Create a HIT for the same input, which the workers of the same input cannot do."""
    if ledger.phase(redo.key) == BEGUN:
        hit_id = lost.find(redo.digest)
        if hit_id:
            return {"new_hit_id": hit_id}
    else:
        ledger.begin(redo)
    try:
        source = mturk.hit_source(redo.hit_id)
        qualification = types.find_or_create(
            f"simpleturk: workers of HIT {redo.family[0]}",
            "Workers who have done this HIT. A copy of it is for other workers.",
        )
        for worker_id in _workers_of(mturk, redo.family):
            mturk.grant(worker_id, qualification, 1)
        hit_type_id = mturk.create_hit_type(_hit_type_without(source, qualification))
        parameters = {
            "MaxAssignments": redo.number,
            "LifetimeInSeconds": lifetime_seconds(redo, datetime.now(UTC)),
            "RequesterAnnotation": annotation_of(source, redo),
        }
        return {"new_hit_id": mturk.create_hit(hit_type_id, source.question, redo.token, parameters)}
    except AlreadyExists as error:
        if not error.hit_id:
            raise
        return {"new_hit_id": error.hit_id}
    except MarketplaceError as error:
        _note_refusal(redo, ledger, error)
        raise


def _note_refusal(redo: Redo, ledger: Ledger, error: MarketplaceError) -> None:
    """Note that the marketplace has refused an effect. Without an answer it stays begun: the next run asks."""
    if error.code and not error.is_passing:
        ledger.end(redo, FAILED, problem=error.message)


def _workers_of(mturk: "MTurk", hit_ids: Sequence[str]) -> list[str]:
    """The workers who have submitted work of these HITs, in any state."""
    workers: dict[str, None] = {}
    for hit_id in hit_ids:
        try:
            hit = mturk.hit(hit_id)
            workers |= dict.fromkeys(
                assignment.worker_id for assignment in mturk.assignments(hit_id, STATUSES, hit.max_assignments)
            )
        except NoSuchHIT:
            continue
    return list(workers)


def _hit_type_without(source: "HITSource", qualification: str) -> dict[str, Any]:
    """The HIT type of a HIT, for workers without a qualification only. Raises MarketplaceError if it has no room."""
    requirements = source.hit_type["QualificationRequirements"]
    own = {
        "QualificationTypeId": qualification,
        "Comparator": "DoesNotExist",
        "ActionsGuarded": "DiscoverPreviewAndAccept",
    }
    others = [item for item in requirements if item["QualificationTypeId"] != qualification]
    if len(others) >= MAX_REQUIREMENTS:
        raise MarketplaceError(
            f"the HIT has {len(others)} qualification requirements, so that none can be added which keeps out workers",
            code="TooManyRequirements",
        )
    return source.hit_type | {"QualificationRequirements": [*others, own]}


def annotation_of(source: "HITSource", redo: Redo) -> str:
    """The annotation of a new HIT: that of the HIT which it replaces, with a word by which it is found again.

    Where both do not fit, the first words are left out: they are the user's own note.
    """
    mark = MARK.search(source.annotation)
    # A HIT without a mark, such as one of another program, is a batch of its own.
    batch_id, line = (mark[1], mark[2]) if mark else (f"{int(redo.token[:32], 16):032x}", "0")
    end = f"simpleturk:{batch_id}:{line}:{redo.digest}"
    own = source.annotation[: mark.start()] if mark else source.annotation
    own, room = own.strip(), MAX_ANNOTATION - len(end) - 1
    if len(own) > room:
        own = own[-room:]
        own = own.partition(" ")[2] if " " in own else ""
    return f"{own} {end}".strip()


class _LostHITs:
    """The HITs of the account that `redo` has created, by the words in their annotations; read when first needed."""

    def __init__(self, mturk: "MTurk") -> None:
        self._mturk = mturk
        self._lock = threading.Lock()
        self._by_word: dict[str, str] | None = None

    def find(self, word: str) -> str | None:
        """The HIT with this word in its annotation, None if there is none."""
        with self._lock:
            if self._by_word is None:
                self._by_word = {hit.redo: hit.hit_id for page in self._mturk.hit_pages() for hit in page if hit.redo}
            return self._by_word.get(word)
