"""Work to redo → a plan of new places for it: in the same HIT where possible, else in a new HIT for the same input.

Workers who did the HIT do not get it again: a marketplace gives no HIT to a worker twice, and a qualification keeps
them from a new HIT.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from simpleturk.batch.extend import LIMIT
from simpleturk.batch.pricing import Price, price
from simpleturk.batch.review.redo.redone import Redone
from simpleturk.batch.times import iso, parse_time

if TYPE_CHECKING:
    from simpleturk.mturk.models import HIT

#: Hours for which workers can accept the new places at least, unless the user says otherwise.
HOURS = 168.0


@dataclass(frozen=True)
class Redo:
    """New places for the work of one HIT, one for each assignment.

    `before` is the number of the HIT's assignments without them. `until` is when a HIT has to expire, ISO 8601 UTC; ""
    if it expires later already. `family` are the HITs with the same input, whose workers a new HIT is kept from: the
    first one is that of the launch. `is_new`: the places are those of a new HIT.
    """

    hit_id: str
    assignment_ids: tuple[str, ...]
    before: int
    until: str
    is_new: bool
    family: tuple[str, ...] = ()

    kind = "redo"
    is_decision = False

    @property
    def number(self) -> int:
        """The number of new places."""
        return len(self.assignment_ids)

    @property
    def digest(self) -> str:
        """A word that names these assignments: 16 characters."""
        return hashlib.sha256("\0".join(sorted(self.assignment_ids)).encode()).hexdigest()[:16]

    @property
    def key(self) -> str:
        """The identity of the effect."""
        return f"redo:{self.hit_id}:{self.digest}"

    @property
    def token(self) -> str:
        """The UniqueRequestToken of the call that adds the places or creates the HIT."""
        return hashlib.sha256(self.key.encode()).hexdigest()

    def as_record(self) -> dict[str, Any]:
        """The effect as a part of a ledger."""
        return {
            "effect": self.kind,
            "hit_id": self.hit_id,
            "assignments": list(self.assignment_ids),
            "before": self.before,
            "until": self.until,
            "new": self.is_new,
            "family": list(self.family),
        }

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> "Redo":
        """The effect that a ledger has noted."""
        return cls(
            str(record["hit_id"]),
            tuple(map(str, record["assignments"])),
            int(record["before"]),
            str(record["until"]),
            bool(record["new"]),
            tuple(map(str, record["family"])),
        )


@dataclass
class RedoPlan:
    """What to do about chosen work, in the order of the HITs. `already` counts the work that has been redone before."""

    redos: list[Redo] = field(default_factory=list)
    already: int = 0

    @property
    def number(self) -> int:
        """The number of new places."""
        return sum(redo.number for redo in self.redos)

    def cost(self, hits: "Mapping[str, HIT]", amazon: bool) -> Price:
        """The price of the new places in USD, if all of their work is approved."""
        total = Price(Decimal(0), Decimal(0))
        for redo in self.redos:
            most = redo.number + (0 if redo.is_new else redo.before)
            hit = hits[redo.hit_id]
            cost = price(hit.reward, redo.number, most, amazon, hit.needs_masters)
            total = Price(total.rewards + cost.rewards, total.fees + cost.fees)
        return total


def plan_redo(
    chosen: Mapping[str, str], hits: "Mapping[str, HIT]", redone: Redone, now: datetime, hours: float = HOURS
) -> RedoPlan:
    """The smallest set of effects that gives each chosen assignment one new place.

    `chosen` has the HIT of each assignment, `hits` the present state of these HITs. An effect that had begun without an
    outcome is continued as it was planned then.
    """
    plan = RedoPlan([Redo.from_record(record) for record in redone.begun(chosen)])
    begun = {name for redo in plan.redos for name in redo.assignment_ids}
    by_hit: dict[str, list[str]] = {}
    for name, hit_id in chosen.items():
        if name in redone.keys:
            plan.already += name not in begun
        else:
            by_hit.setdefault(hit_id, []).append(name)
    until = now + timedelta(hours=hours)
    for hit_id, names in by_hit.items():
        hit = hits[hit_id]
        is_new = not has_room(hit, len(names), now)
        moment = iso(until.replace(microsecond=0)) if is_new or hit.expiration < until else ""
        family = tuple(redone.family(hit_id))
        plan.redos.append(Redo(hit_id, tuple(names), hit.max_assignments, moment or "", is_new, family))
    return plan


def is_live(hit: "HIT") -> bool:
    """Whether a HIT is not deleted."""
    return hit.status != "Disposed"


def has_room(hit: "HIT", number: int, now: datetime) -> bool:
    """Whether the places can be added to a HIT, and workers then can accept these places and no others.

    An expired HIT has to be made available again: with it, places that no worker has taken would be too.
    """
    if not is_live(hit) or hit.max_assignments < LIMIT <= hit.max_assignments + number:
        return False
    return hit.expiration > now or not (hit.available or hit.pending)


def lifetime_seconds(redo: Redo, now: datetime) -> int:
    """How long a new HIT is available to workers."""
    return max(30, round((parse_time(redo.until) - now).total_seconds()))
