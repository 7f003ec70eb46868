"""What a batch's ledger says about work that was redone: new places of HITs, and new HITs for the same inputs."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from simpleturk.batch.review.ledger import BEGUN, DONE, FAILED, Entries, ledger_path, read_entries

#: What every line about redone work contains. The other lines of a large ledger are not parsed.
_MARK = b'"redo:'


class Redone:
    """The redone work of a batch.

    `keys` has the key of each assignment's effect; `hit_ids` are the new HITs, in the order in which they were created;
    `origins` has the HIT whose work each of them replaces.
    """

    def __init__(self, entries: Entries) -> None:
        self._records = [
            record | {"phase": entries.phases[key]}
            for key, record in entries.records.items()
            if record["effect"] == "redo" and entries.phases[key] != FAILED
        ]
        self.keys = {name: str(record["key"]) for record in self._records for name in record["assignments"]}
        self.origins = {
            str(record["new_hit_id"]): str(record["hit_id"]) for record in self._records if record.get("new_hit_id")
        }
        self.hit_ids = list(self.origins)

    def begun(self, assignment_ids: Iterable[str]) -> list[dict[str, Any]]:
        """What the ledger says of effects without an outcome that are about any of these assignments."""
        names = set(assignment_ids)
        return [
            record
            for record in self._records
            if record["phase"] == BEGUN and not names.isdisjoint(record["assignments"])
        ]

    def first_hit(self, hit_id: str) -> str:
        """The launched HIT whose input a new HIT has; a launched HIT itself."""
        while hit_id in self.origins:
            hit_id = self.origins[hit_id]
        return hit_id

    def family(self, hit_id: str) -> list[str]:
        """The HITs that have the same input as a HIT, as far as the ledger says."""
        first = self.first_hit(hit_id)
        return [first, *(other for other in self.hit_ids if self.first_hit(other) == first)]

    def places(self) -> dict[str, dict[int, str]]:
        """By HIT: the number of a submitted assignment, in the order of submission from 0, and whose work it replaces.

        Places that were added to a HIT are filled after those that it had.
        """
        places: dict[str, dict[int, str]] = {}
        for record in self._records:
            if record["phase"] != DONE:
                continue
            hit_id, first = str(record["hit_id"]), int(record["before"])
            if record.get("new_hit_id"):
                hit_id, first = str(record["new_hit_id"]), 0
            places.setdefault(hit_id, {}).update(enumerate(map(str, record["assignments"]), first))
        return places


def read_redone(ids: Path, endpoint: str) -> Redone:
    """The redone work of a batch on an endpoint. Raises Problems if the ledger cannot be read."""
    return Redone(read_entries(ledger_path(ids), endpoint, _MARK))
