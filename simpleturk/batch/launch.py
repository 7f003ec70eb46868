"""Questions → HITs, exactly one per input: yielded as they are created, in input order."""

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

#: MTurk remembers a UniqueRequestToken for 24 hours; after this long we look for what we made instead.
TOKEN_LIFE = timedelta(hours=23)

#: Errors that speak of the account or the service, not of the input whose HIT was asked for.
NOT_THE_INPUTS = frozenset(
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
    """A HIT that stands for an input: `adopted` if an earlier launch had created it."""

    line: int
    hit_id: str
    adopted: bool


def launch_batch(mturk: "MTurk", batch: Batch, record: BatchRecord, known: Sequence[str]) -> Iterator[Launched]:
    """Create the HITs of the inputs that follow the `known` ones; yield them in input order.

    Raises InputRefused for an input that the marketplace refuses, MarketplaceError for what would meet any input.
    """
    strays = hits_of(mturk, record)[0] if _is_old(record) else {}

    def create(item: tuple[int, str]) -> Launched:
        line, question = item
        if line in strays:
            return Launched(line, strays[line], adopted=True)
        parameters = batch.properties.hit_parameters(annotation(record.batch_id, line))
        try:
            hit_id = mturk.create_hit(record.hit_type_id, question, token(record.batch_id, line), parameters)
        except AlreadyExists as error:
            if not error.hit_id:
                raise
            return Launched(line, error.hit_id, adopted=True)
        except MarketplaceError as error:
            if not error.code or error.code in NOT_THE_INPUTS:
                raise
            raise InputRefused(f"{batch.inputs.where(line)}: {error.message}", line) from error
        return Launched(line, hit_id, adopted=False)

    # Never more than was counted, priced and confirmed.
    remaining = itertools.islice(batch.questions(len(known)), record.hits - len(known))
    return map_ordered(create, remaining, mturk.concurrency)


def annotation(batch_id: str, line: int) -> str:
    """What marks a HIT as the one of an input: the end of its RequesterAnnotation, which a HIT is read by later."""
    return f"simpleturk:{batch_id}:{line}"


def token(batch_id: str, line: int) -> str:
    """The UniqueRequestToken of an input's HIT: the same whenever it is asked for."""
    return hashlib.sha256(f"{batch_id}:{line}".encode()).hexdigest()


def changed_sources(old: BatchRecord, new: BatchRecord) -> dict[str, str]:
    """What differs between a batch's sources as launched and as they are now: each with what the user calls it."""
    names = {
        "template": old.template.path,
        "properties": f"{old.properties.path} (or --set)",
        "inputs": f"the inputs ({old.inputs.path})",
    }
    changed = {name: shown for name, shown in names.items() if getattr(old, name).sha256 != getattr(new, name).sha256}
    return changed | ({} if set(old.skipped) <= set(new.skipped) else {"skipped": "--skip"})


def hits_of(mturk: "MTurk", record: BatchRecord) -> tuple[dict[int, str], list[tuple[int, str]]]:
    """The batch's HITs in the account, told by their annotations; reads all of the account's pages.

    A HIT for each input line; and pairs of a line and a HIT for those that are one too many.
    """
    found: dict[int, str] = {}
    surplus = []
    for page in mturk.hit_pages():
        for hit in page:
            if hit.batch_id == record.batch_id and found.setdefault(hit.line, hit.hit_id) != hit.hit_id:
                surplus.append((hit.line, hit.hit_id))
    return found, surplus


def _is_old(record: BatchRecord) -> bool:
    """Whether tokens of HITs whose ids are not known may have been forgotten, as far as clocks can be trusted."""
    age = datetime.now(UTC) - datetime.fromisoformat(record.asked_since or record.created)
    return not -timedelta(minutes=5) <= age <= TOKEN_LIFE
