"""A launched batch: the differences between its inputs, its ids file and its HITs."""

from typing import Any

from simpleturk.batch.launch import hits_of
from simpleturk.batch.verify import verify
from tests.batch.test_record import record


class Account:
    """A client of a marketplace whose HITs are pairs of a line and a HIT id."""

    def __init__(self, *hits: tuple[int, str]) -> None:
        self.hits = hits

    def hit_pages(self) -> list[list[Any]]:
        batch_id = record().batch_id
        return [
            [
                type("HIT", (), {"batch_id": batch_id, "line": line, "hit_id": hit_id, "redo": ""})
                for line, hit_id in self.hits
            ]
        ]


def differences(account: Any, lines: list[int], hit_ids: list[str]) -> list[str]:
    return list(verify(*hits_of(account, record()), lines, hit_ids))


def test_a_batch_with_one_hit_for_each_input_has_no_difference() -> None:
    assert differences(Account((1, "A"), (2, "B")), [1, 2], ["A", "B"]) == []


def test_swapped_ids_are_named_with_their_lines() -> None:
    assert differences(Account((1, "A"), (2, "B")), [1, 2], ["B", "A"]) == [
        "input line 1: the ids file has B in its place, the HIT of line 2",
        "input line 2: the ids file has A in its place, the HIT of line 1",
    ]


def test_missing_surplus_and_unknown_hits_are_named() -> None:
    account = Account((1, "A"), (1, "X"), (3, "C"), (9, "Z"))
    assert differences(account, [1, 2, 3, 4], ["A", "B", "C"]) == [
        "input line 1 has 2 HITs: A, X",
        "input line 2: its HIT B is deleted or of another account",
        "input line 4 has no HIT",
        "Z: HITs of this batch for line 9, which has no input",
    ]
    assert differences(Account((1, "A")), [1], ["A", "B"]) == ["B in the ids file belongs to no input"]
