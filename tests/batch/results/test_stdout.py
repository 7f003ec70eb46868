"""Results as JSON Lines on a stream."""

import json

from simpleturk.batch.results.stdout import ResultsStream


def test_each_record_is_written_at_once_as_one_line() -> None:
    written: list[str] = []
    stream = ResultsStream(written.append)
    assert stream.add([{"assignment_id": "A1", "hit_id": "H1", "output": "two\nlines"}])
    assert [json.loads(line)["output"] for line in written] == ["two\nlines"]
    assert written[0].count("\n") == 1


def test_an_assignment_is_written_once_if_hits_are_fetched_repeatedly() -> None:
    written: list[str] = []
    stream = ResultsStream(written.append, remember=True)
    added = [stream.add([{"assignment_id": name, "hit_id": "H1"}]) for name in ("A1", "A2", "A1")]
    assert added == [True, True, False]
    assert (len(written), stream.per_hit, stream.records) == (2, {"H1": 2}, 2)


def test_a_stream_that_is_written_once_remembers_no_assignments() -> None:
    stream = ResultsStream(lambda text: None)
    stream.add([{"assignment_id": "A1", "hit_id": "H1"}])
    assert stream.per_hit == {}
