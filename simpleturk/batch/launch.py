"""Questions → HITs, exactly one per input, yielded as they are created, in input order."""

import hashlib
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from simpleturk.batch.batch import Batch
from simpleturk.batch.record import BatchRecord
from simpleturk.client.parallel import map_ordered
from simpleturk.errors import AlreadyExists, InputRefused, MarketplaceError

if TYPE_CHECKING:
    from simpleturk.client.client import MTurk

#: MTurk remembers a UniqueRequestToken for 24 hours. After this time, HITs are recovered by their annotations.
TOKEN_LIFE = timedelta(hours=23)

#: Codes of errors of the account or the service, not of the input.
NOT_CAUSED_BY_INPUT = frozenset(
    {
        "AWS.MechanicalTurk.InsufficientFunds",
        "AWS.MechanicalTurk.HITTypeDoesNotExist",
        "AWS.ServiceUnavailable",
        "AccessDeniedException",
        "ExpiredTokenException",
        "InvalidSignatureException",
        "ServiceFault",
        "ThrottlingException",
        "UnrecognizedClientException",
    }
)


@dataclass(frozen=True)
class Launched:
    """The HIT of an input; `recovered` if an earlier launch created it."""

    line: int
    hit_id: str
    recovered: bool


def launch_batch(mturk: "MTurk", batch: Batch, record: BatchRecord, known: Sequence[str]) -> Iterator[Launched]:
    """Create the HITs of the inputs after the first `len(known)` ones; yield them in input order.

    Raises InputRefused for an input that the marketplace refuses, MarketplaceError for other errors.
    """
    unsaved = hits_of(mturk, record)[0] if _is_old(record) else {}

    def create(item: tuple[int, str]) -> Launched:
        line, question = item
        if line in unsaved:
            return Launched(line, unsaved[line], recovered=True)
        parameters = batch.properties.hit_parameters(annotation(record.batch_id, line))
        try:
            hit_id = mturk.create_hit(record.hit_type_id, question, token(record.batch_id, line), parameters)
        except AlreadyExists as error:
            if not error.hit_id:
                raise
            return Launched(line, error.hit_id, recovered=True)
        except MarketplaceError as error:
            if not error.code or error.code in NOT_CAUSED_BY_INPUT:
                raise
            raise InputRefused(f"{batch.inputs.where(line)}: {error.message}", line) from error
        return Launched(line, hit_id, recovered=False)

    # At most the number that was counted, priced and confirmed.
    remaining = itertools.islice(batch.questions(len(known)), record.hits - len(known))
    return map_ordered(create, remaining, mturk.concurrency)


def annotation(batch_id: str, line: int) -> str:
    """The end of a HIT's RequesterAnnotation: it names the batch and the input's line, so that the HIT can be found."""
    return f"simpleturk:{batch_id}:{line}"


def token(batch_id: str, line: int) -> str:
    """The UniqueRequestToken of an input's HIT, the same for each request."""
    return hashlib.sha256(f"{batch_id}:{line}".encode()).hexdigest()


def changed_sources(old: BatchRecord, new: BatchRecord) -> dict[str, str]:
    """The sources of a batch that have changed since the launch, each with a name for messages."""
    names = {
        "template": old.template.path,
        "properties": f"{old.properties.path} (or --set)",
        "inputs": f"the inputs ({old.inputs.path})",
    }
    changed = {name: shown for name, shown in names.items() if getattr(old, name).sha256 != getattr(new, name).sha256}
    return changed | ({} if set(old.skipped) <= set(new.skipped) else {"skipped": "--skip"})


def hits_of(mturk: "MTurk", record: BatchRecord) -> tuple[dict[int, str], list[tuple[int, str]]]:
    """Find the batch's HITs by their annotations, in all pages of the account's list.

    Returns the HIT id of each input line, and pairs of a line and a HIT id for surplus HITs. HITs that
    `redo` created are neither.
    """
    hit_ids: dict[int, str] = {}
    surplus = []
    for page in mturk.hit_pages():
        for hit in page:
            if (
                hit.batch_id == record.batch_id
                and not hit.redo
                and hit_ids.setdefault(hit.line, hit.hit_id) != hit.hit_id
            ):
                surplus.append((hit.line, hit.hit_id))
    return hit_ids, surplus


def _is_old(record: BatchRecord) -> bool:
    """Whether MTurk may have forgotten tokens of HITs whose ids are not saved, as far as clocks can be trusted."""
    age = datetime.now(UTC) - datetime.fromisoformat(record.asked_since or record.created)
    return not -timedelta(minutes=5) <= age <= TOKEN_LIFE
