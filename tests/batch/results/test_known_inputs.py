"""Results name the inputs of their HITs as long as the inputs file is the one that was launched."""

from pathlib import Path

import pytest

from simpleturk.batch.record import read_record
from simpleturk.batch.results.known_inputs import inputs_of, unknown_input
from simpleturk.client.connect import connect
from simpleturk.client.endpoints import LOCAL_URL, Endpoint
from simpleturk.mturk.models import HIT

IDS = Path("hit_ids.txt")


@pytest.fixture
def hits(words: list[str]) -> list[HIT]:
    mturk = connect(Endpoint("local", LOCAL_URL, False), database=Path("market.db"))
    return [mturk.hit(hit_id) for hit_id in words]


def test_a_hit_has_the_line_and_the_value_of_its_input(hits: list[HIT]) -> None:
    changed: list[str] = []
    known = inputs_of(read_record(IDS), IDS, changed.append)
    assert [known(hit)["line"] for hit in hits] == [1, 2, 3]
    assert all("input" in known(hit) for hit in hits) and not changed


def test_a_changed_file_is_said_once_and_lines_stay(hits: list[HIT]) -> None:
    record = read_record(IDS)
    assert record
    path = record.inputs.located(IDS)
    path.write_text('{"word": "other"}\n' * 3)
    changed: list[str] = []
    known = inputs_of(record, IDS, changed.append)
    assert [known(hit) for hit in hits] == [{"line": 1}, {"line": 2}, {"line": 3}]
    assert len(changed) == 1 and path.name in changed[0]


def test_hits_of_other_batches_have_no_input(hits: list[HIT]) -> None:
    assert unknown_input(hits[0]) == {}
    assert inputs_of(None, IDS, lambda name: None)(hits[0]) == {}
