"""Add assignments or time to HITs; the outcomes are yielded one by one.

The goal of an extension is saved before it begins, in `hit_ids.extension.json`, and removed when it is done, or when
no HIT could be extended. If it is interrupted, the same command continues the same extension.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from simpleturk.batch.outcomes import Outcome, each
from simpleturk.batch.times import iso, parse_time
from simpleturk.errors import Problem, Problems
from simpleturk.files import write_whole
from simpleturk.task_folder import read_regular

if TYPE_CHECKING:
    from simpleturk.client.client import MTurk
    from simpleturk.mturk.models import HIT


#: A HIT that has fewer assignments than this cannot be extended to this number or more. Source: the API reference page
#: on CreateAdditionalAssignmentsForHIT.
LIMIT = 10


@dataclass(frozen=True)
class Extension:
    """An extension: `by` is the number of assignments to add to each HIT, `hours` the time to add; each may be 0.

    `before` has the number of assignments of HITs before the extension, under "" that of most HITs. `until` is the new
    time of expiration, ISO 8601, or "".
    """

    by: int
    hours: float
    before: dict[str, int]
    until: str

    def missing_assignments(self, hits: Sequence["HIT"]) -> dict[str, int]:
        """The number of assignments that must still be added, by HIT id."""
        goals = {hit.hit_id: self.before.get(hit.hit_id, self.before.get("", 0)) + self.by for hit in hits}
        missing = {hit.hit_id: goals[hit.hit_id] - hit.max_assignments for hit in hits}
        return {hit_id: number for hit_id, number in missing.items() if number > 0 and self.by}

    def has_begun(self, hits: Sequence["HIT"]) -> bool:
        """Whether a HIT may have been extended: if none has, nothing is lost when the extension is forgotten."""
        if self.by and len(self.missing_assignments(hits)) < len(hits):
            return True
        return bool(self.until) and len(self.expiring_early(hits)) < len(hits)

    def expiring_early(self, hits: Sequence["HIT"]) -> list[str]:
        """The HITs that expire before the goal. The times of compact HITs may be a minute early."""
        if not self.until:
            return []
        return [hit.hit_id for hit in hits if hit.expiration < parse_time(self.until) - timedelta(minutes=1)]


def never_extended(hits: Sequence["HIT"], missing: Mapping[str, int]) -> list["HIT"]:
    """The HITs to which a marketplace never adds their missing assignments, because of `LIMIT`."""
    return [hit for hit in hits if hit.max_assignments < LIMIT <= hit.max_assignments + missing.get(hit.hit_id, 0)]


def plan_path(ids: Path) -> Path:
    """The path where an extension is saved until it is done."""
    return ids.with_name(f"{ids.stem}.extension.json")


def read_plan(ids: Path) -> Extension | None:
    """The extension that is not done yet, None without one. Raises Problems if the file is invalid."""
    from pydantic import TypeAdapter, ValidationError

    path = plan_path(ids)
    try:
        plan = TypeAdapter(Extension).validate_json(read_regular(path), strict=True)
        parse_time(plan.until or "2000-01-01")
        return plan
    except FileNotFoundError:
        return None
    except (ValidationError, ValueError) as error:
        hint = "remove the file if no extension was interrupted"
        raise Problems([Problem(str(path), "is not a plan of an extension", hint)]) from error


def begin_plan(ids: Path, hits: Sequence["HIT"], by: int, hours: float) -> Extension:
    """Save an extension: `by` more assignments for each HIT; all HITs expire `hours` after the first of them would.

    HITs that have expired are extended from now.
    """
    numbers = [hit.max_assignments for hit in hits]
    usual = max(set(numbers), key=numbers.count) if numbers else 0
    others = {hit.hit_id: hit.max_assignments for hit in hits if hit.max_assignments != usual}
    first = max(min((hit.expiration for hit in hits), default=datetime.now(UTC)), datetime.now(UTC))
    until = iso((first + timedelta(hours=hours)).replace(microsecond=0)) if hours else ""
    plan = Extension(by, hours, {"": usual} | others, until or "")
    write_whole(plan_path(ids), json.dumps(asdict(plan)) + "\n")
    return plan


def add_assignments(mturk: "MTurk", missing: Mapping[str, int], hits: Sequence["HIT"]) -> Iterator[Outcome]:
    """Add the missing assignments to HITs."""
    goals = {hit.hit_id: hit.max_assignments + missing.get(hit.hit_id, 0) for hit in hits}

    def act(hit_id: str) -> None:
        token = hashlib.sha256(f"{hit_id}:{goals[hit_id]}".encode()).hexdigest()
        mturk.add_assignments(hit_id, missing[hit_id], token)

    return each(mturk, missing, act)


def add_time(mturk: "MTurk", hit_ids: Sequence[str], until: str) -> Iterator[Outcome]:
    """Let HITs expire at this time, ISO 8601."""
    moment = parse_time(until)
    return each(mturk, hit_ids, lambda hit_id: mturk.expire(hit_id, moment))
