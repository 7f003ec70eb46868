"""Extensions: the goal is saved, so that an interrupted extension continues."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from simpleturk.batch.extend import Extension, begin_plan, never_extended, plan_path, read_plan
from simpleturk.errors import Problems
from tests.batch.results.conftest import hit

NOW = datetime.now(UTC).replace(microsecond=0)


def test_a_saved_extension_is_read_back(folder: Path) -> None:
    ids = folder / "ids.txt"
    assert read_plan(ids) is None
    plan = begin_plan(ids, [hit(expiration=NOW + timedelta(hours=1))], 2, 3.5)
    assert plan_path(ids).name == "ids.extension.json"
    assert read_plan(ids) == plan


def test_missing_assignments_are_those_up_to_the_goal(folder: Path) -> None:
    hits = [hit(hit_id="A"), hit(hit_id="B"), hit(hit_id="C", max_assignments=5)]
    plan = begin_plan(folder / "ids.txt", hits, 2, 0)
    assert plan.missing_assignments(hits) == {"A": 2, "B": 2, "C": 2}
    extended = [hit(hit_id="A", max_assignments=3), *hits[1:]]
    assert plan.missing_assignments(extended) == {"B": 2, "C": 2}


def test_all_hits_expire_after_the_first_expiration_and_expired_hits_after_now(folder: Path) -> None:
    early, late = (
        hit(hit_id="A", expiration=NOW + timedelta(hours=1)),
        hit(hit_id="B", expiration=NOW + timedelta(days=9)),
    )
    plan = begin_plan(folder / "ids.txt", [early, late], 0, 2)
    assert plan.until == (NOW + timedelta(hours=3)).isoformat().replace("+00:00", "Z")
    assert plan.expiring_early([early, late]) == ["A"]
    expired = hit(expiration=NOW - timedelta(days=1))
    until = begin_plan(folder / "ids.txt", [expired], 0, 2).until
    assert until >= (NOW + timedelta(hours=2)).isoformat().replace("+00:00", "Z")


def test_hits_with_fewer_than_ten_assignments_are_never_extended_to_ten() -> None:
    hits = [hit(hit_id="A", max_assignments=9), hit(hit_id="B", max_assignments=8), hit(hit_id="C", max_assignments=10)]
    assert [hit.hit_id for hit in never_extended(hits, {"A": 1, "B": 1, "C": 1})] == ["A"]


def test_an_extension_has_begun_once_a_hit_has_changed(folder: Path) -> None:
    hits = [hit(hit_id="A", expiration=NOW + timedelta(hours=1)), hit(hit_id="B", expiration=NOW + timedelta(hours=1))]
    plan = begin_plan(folder / "ids.txt", hits, 2, 3)
    assert not plan.has_begun(hits)
    assert plan.has_begun([hits[0], hit(hit_id="B", max_assignments=9)])
    assert plan.has_begun([hits[0], hit(hit_id="B", expiration=NOW + timedelta(hours=4))])


@pytest.mark.parametrize("text", ["", "{}", '{"by": "2", "hours": 0, "before": {}, "until": ""}'])
def test_a_file_that_is_not_an_extension_is_refused(folder: Path, text: str) -> None:
    (folder / "ids.extension.json").write_text(text)
    with pytest.raises(Problems, match="is not a plan of an extension"):
        read_plan(folder / "ids.txt")


def test_an_extension_without_hours_changes_no_expiration() -> None:
    assert Extension(1, 0, {"": 1}, "").expiring_early([hit()]) == []
