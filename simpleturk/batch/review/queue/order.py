"""In which order work is reviewed, and which part of it."""

import hashlib
import math
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from enum import StrEnum

from simpleturk.batch.review.queue.agreement import disagreement
from simpleturk.batch.review.queue.items import Item, Items
from simpleturk.errors import SimpleturkError

_LAST = datetime.max.replace(tzinfo=UTC)


class Order(StrEnum):
    """The order of work; DUE is by the time of automatic approval, DISAGREEMENT begins with the inputs in dispute."""

    IDS = "ids"
    OLDEST = "oldest"
    DUE = "due"
    DISAGREEMENT = "disagreement"


class Group(StrEnum):
    """What stays together in an order."""

    WORKER = "worker"
    HIT = "hit"


def ordered(items: Items, chosen: Iterable[Item], order: Order, group: Group | None = None) -> list[Item]:
    """Put chosen items in an order. The work of a group stays together, at the place of its first item."""
    result = list(chosen)
    if order is Order.OLDEST:
        result.sort(key=lambda item: item.assignment.submitted or _LAST)
    elif order is Order.DUE:
        result.sort(key=lambda item: item.due or _LAST)
    elif order is Order.DISAGREEMENT:
        by_subject = {item.subject: 0.0 for item in result}
        for subject in by_subject:
            by_subject[subject] = disagreement(items.by_subject[subject])
        result.sort(key=lambda item: (-by_subject[item.subject], item.subject))
    if group is not None:
        places: dict[str, int] = {}
        for item in result:
            places.setdefault(_group_of(item, group), len(places))
        result.sort(key=lambda item: places[_group_of(item, group)])
    return result


def _group_of(item: Item, group: Group) -> str:
    return item.worker_id if group is Group.WORKER else item.hit.hit_id


def check_size(size: str) -> str:
    """Return the size of a sample as it is: a number, or a percentage such as 10%. Raises SimpleturkError."""
    number = re.fullmatch(r"(\d{1,9})(?:\.(\d{1,3}))?(%?)", size.strip())
    is_number = number and (number[3] or not number[2]) and float(size.strip().rstrip("%")) > 0
    if not is_number or (number and number[3] and float(size.strip()[:-1]) > 100):
        raise SimpleturkError(
            f"{size!r} is not the size of a sample", "name a number of assignments, such as 50, or a share such as 10%"
        )
    return size.strip()


def sampled(chosen: Sequence[Item], size: str, seed: str = "") -> list[Item]:
    """A random sample, the same for the same seed: N assignments, or P per cent of each worker's, at least one of each.

    The items stay in their order.
    """
    ranks = {item.assignment_id: _rank(item, seed) for item in chosen}
    kept: set[str] = set()
    if size.endswith("%"):
        share = float(size[:-1]) / 100
        by_worker: dict[str, list[str]] = {}
        for item in chosen:
            by_worker.setdefault(item.worker_id, []).append(item.assignment_id)
        for names in by_worker.values():
            kept.update(sorted(names, key=ranks.__getitem__)[: max(1, math.ceil(len(names) * share))])
    else:
        kept.update(sorted(ranks, key=ranks.__getitem__)[: int(size)])
    return [item for item in chosen if item.assignment_id in kept]


def _rank(item: Item, seed: str) -> bytes:
    # A digest: the sample does not depend on the order in which work arrives.
    return hashlib.sha256(f"{seed}\n{item.assignment_id}".encode()).digest()
