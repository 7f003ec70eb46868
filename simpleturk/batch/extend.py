"""HITs → more places, or more time on the market: the outcomes yielded one by one.

What an extension is to come to is written down before it begins (`hit_ids.extension.json`, until it is done): however
often it is interrupted, the same command means the same extension.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from simpleturk.batch.review import Outcome, each
from simpleturk.batch.times import iso, parse_time
from simpleturk.errors import Problem, Problems
from simpleturk.files import write_whole

if TYPE_CHECKING:
    from simpleturk.client.client import MTurk
    from simpleturk.mturk.models import HIT


@dataclass(frozen=True)
class Extension:
    """An extension by so many places for each HIT, and so many hours; 0 for none of it.

    `before` is how many places HITs had (under "" what most have), `until` when all leave the market, ISO 8601, or "".
    """

    by: int
    hours: float
    before: dict[str, int]
    until: str

    def lacking(self, hits: Sequence["HIT"]) -> dict[str, int]:
        """How many places each HIT still lacks."""
        wanted = {hit.hit_id: self.before.get(hit.hit_id, self.before.get("", 0)) + self.by for hit in hits}
        lacking = {hit.hit_id: wanted[hit.hit_id] - hit.max_assignments for hit in hits}
        return {hit_id: number for hit_id, number in lacking.items() if number > 0 and self.by}

    def leaving(self, hits: Sequence["HIT"]) -> list[str]:
        """The HITs that leave the market too early; those times that are shown may be a minute early."""
        if not self.until:
            return []
        return [hit.hit_id for hit in hits if hit.expiration < parse_time(self.until) - timedelta(minutes=1)]


def plan_path(ids: Path) -> Path:
    """Where an extension is written down until it is done."""
    return ids.with_name(f"{ids.stem}.extension.json")


def read_plan(ids: Path) -> Extension | None:
    """The extension that was begun and is not done. Raises Problems when it cannot be understood."""
    from pydantic import TypeAdapter, ValidationError

    path = plan_path(ids)
    try:
        found = TypeAdapter(Extension).validate_json(path.read_bytes(), strict=True)
        parse_time(found.until or "2000-01-01")
        return found
    except FileNotFoundError:
        return None
    except (ValidationError, ValueError) as error:
        hint = "remove it, if no extension was interrupted"
        raise Problems([Problem(str(path), "is not a plan of an extension", hint)]) from error


def begin_plan(ids: Path, hits: Sequence["HIT"], by: int, hours: float) -> Extension:
    """Write down an extension: so many places more for each HIT, all on the market so many hours longer than the first.

    What has left the market is counted from now.
    """
    numbers = [hit.max_assignments for hit in hits]
    usual = max(set(numbers), key=numbers.count) if numbers else 0
    others = {hit.hit_id: hit.max_assignments for hit in hits if hit.max_assignments != usual}
    first = max(min((hit.expiration for hit in hits), default=datetime.now(UTC)), datetime.now(UTC))
    until = iso((first + timedelta(hours=hours)).replace(microsecond=0)) if hours else ""
    plan = Extension(by, hours, {"": usual} | others, until or "")
    write_whole(plan_path(ids), json.dumps(asdict(plan)) + "\n")
    return plan


def add_places(mturk: "MTurk", lacking: Mapping[str, int], hits: Sequence["HIT"]) -> Iterator[Outcome]:
    """Give HITs the places that they lack."""
    wanted = {hit.hit_id: hit.max_assignments + lacking.get(hit.hit_id, 0) for hit in hits}

    def act(hit_id: str) -> None:
        token = hashlib.sha256(f"{hit_id}:{wanted[hit_id]}".encode()).hexdigest()
        mturk.add_assignments(hit_id, lacking[hit_id], token)

    return each(mturk, lacking, act)


def add_time(mturk: "MTurk", hit_ids: Sequence[str], until: str) -> Iterator[Outcome]:
    """Let HITs leave the market at a moment."""
    moment = parse_time(until)
    return each(mturk, hit_ids, lambda hit_id: mturk.expire(hit_id, moment))
