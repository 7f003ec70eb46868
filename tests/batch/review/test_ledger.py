"""The ledger: each line is on the disk before the call, torn lines do not count, threads share a sync."""

import errno
import json
import os
import threading
from decimal import Decimal
from pathlib import Path

import pytest

from simpleturk.batch.review.effects import Effect
from simpleturk.batch.review.ledger import ledger_path, open_ledger, read_entries
from simpleturk.errors import Problems, SimpleturkError

PATH = Path("hit_ids.ledger.jsonl")
BONUS = Effect("bonus", "A1", "ann", "Thanks", Decimal("0.50"), is_decision=True)


def test_the_ledger_lies_beside_the_ids() -> None:
    assert ledger_path(Path("x/hit_ids.txt")) == Path("x/hit_ids.ledger.jsonl")


def test_a_line_is_in_the_file_as_soon_as_an_effect_has_begun() -> None:
    with open_ledger(PATH, "local", lambda: None) as ledger:
        ledger.begin(BONUS)
        [line] = PATH.read_text().splitlines()
        assert json.loads(line).items() > {"phase": "begun", "assignment_id": "A1", "amount": "0.50"}.items()
        ledger.end(BONUS, "done")
    entries = read_entries(PATH, "local")
    assert entries.phases == {BONUS.key: "done"}
    assert entries.bonuses == {"A1": [(Decimal("0.50"), "Thanks", BONUS.key)]}


def test_a_torn_last_line_does_not_count_and_is_removed() -> None:
    with open_ledger(PATH, "local", lambda: None) as ledger:
        ledger.begin(BONUS)
    whole = PATH.read_bytes()
    PATH.write_bytes(whole + b'{"key": "bo')
    assert read_entries(PATH, "local").phases == {BONUS.key: "begun"}
    with open_ledger(PATH, "local", lambda: None):
        pass
    assert PATH.read_bytes() == whole


def test_a_damaged_line_is_named() -> None:
    PATH.write_text('{"key": "x"\n')
    with pytest.raises(Problems) as error:
        read_entries(PATH, "local")
    assert error.value.problems[0].where == f"{PATH}, line 1"


def test_lines_about_another_marketplace_do_not_count() -> None:
    with open_ledger(PATH, "https://sandbox", lambda: None) as ledger:
        ledger.begin(BONUS)
    assert read_entries(PATH, "https://other").phases == {}


def test_threads_share_the_syncs(monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    begin = threading.Barrier(20)
    sync = os.fsync

    def counting(descriptor: int) -> None:
        synced.append(1)
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", counting)

    def work(number: int) -> None:
        begin.wait()
        for part in range(10):
            ledger.begin(Effect("approve", f"A{number}X{part}"))

    with open_ledger(PATH, "local", lambda: None) as ledger:
        threads = [threading.Thread(target=work, args=(number,)) for number in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(PATH.read_text().splitlines()) == 200
    assert len(synced) < 200


def test_after_a_full_disk_no_effect_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with open_ledger(PATH, "local", lambda: None) as ledger:
        ledger.begin(BONUS)
        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", full)
            for _ in range(2):
                with pytest.raises(SimpleturkError, match="no space left on device"):
                    ledger.begin(Effect("approve", "A2"))
        with pytest.raises(SimpleturkError, match="no space left on device"):
            ledger.begin(Effect("approve", "A3"))


def test_outcomes_are_on_the_disk_at_the_end() -> None:
    effects = [Effect("approve", f"A{number}") for number in range(50)]
    with open_ledger(PATH, "local", lambda: None) as ledger:
        for effect in effects:
            ledger.begin(effect)
        threads = [threading.Thread(target=ledger.end, args=(effect, "done")) for effect in effects]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert set(read_entries(PATH, "local").phases.values()) == {"done"}


def test_lines_whose_write_is_interrupted_are_written_by_the_next_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(descriptor: int) -> None:
        raise KeyboardInterrupt

    with open_ledger(PATH, "local", lambda: None) as ledger:
        with monkeypatch.context() as patch:
            patch.setattr("simpleturk.files.Appended.append", lambda *_: interrupted(0))
            with pytest.raises(KeyboardInterrupt):
                ledger.begin(BONUS)
        ledger.begin(Effect("approve", "A2", "bob"))
        assert [json.loads(line)["assignment_id"] for line in PATH.read_text().splitlines()] == ["A1", "A2"]
