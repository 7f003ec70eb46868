"""Pseudonyms of workers."""

import json
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from simpleturk.batch.results.pseudonyms import Pseudonyms, check_output
from simpleturk.errors import SimpleturkError

AMAZON = "A1B2C3D4E5F6G7"
KEY = Path("names.key")


def test_a_name_is_stable_for_a_key_and_different_for_another(folder: Path) -> None:
    with Pseudonyms(KEY) as names:
        ann, bob = names.of("ann"), names.of("bob")
    assert re.fullmatch("anon-[a-z2-7]{16}", ann)
    assert ann != bob
    with Pseudonyms(KEY) as names:
        assert (names.of("bob"), names.of("ann")) == (bob, ann)
        assert names.workers == {ann: "ann", bob: "bob"}
    with Pseudonyms(Path("other.key")) as names:
        assert names.of("ann") not in (ann, bob)
    assert ann not in Path("other.key").read_text()


def test_the_key_file_is_private_and_says_who_is_who(folder: Path) -> None:
    with Pseudonyms(KEY) as names:
        ann = names.of("ann")
        # Written before the name is used.
        assert json.loads(KEY.read_text().splitlines()[1]) == {"pseudonym": ann, "worker_id": "ann"}
        assert names.is_private
    assert stat.S_IMODE(KEY.stat().st_mode) == 0o600
    KEY.chmod(0o644)
    with Pseudonyms(KEY) as names:
        assert not names.is_private


def test_an_empty_file_becomes_a_private_key_file_and_a_torn_line_is_removed(folder: Path) -> None:
    KEY.write_text("\n")
    KEY.chmod(0o644)
    with Pseudonyms(KEY) as names:
        ann = names.of("ann")
    assert stat.S_IMODE(KEY.stat().st_mode) == 0o600
    with KEY.open("a") as file:
        file.write('{"pseudonym": "an')
    with Pseudonyms(KEY) as names:
        assert names.of("ann") == ann
        names.of("bob")
    with Pseudonyms(KEY) as names:
        assert sorted(names.workers.values()) == ["ann", "bob"]


@pytest.mark.parametrize(
    "text", ['{"worker_id": "ann"}\n', "x\n", '{"kind": "simpleturk pseudonyms", "key": "00"}\n', "[1]\n", "{}"]
)
def test_another_file_is_refused_and_stays_as_it_is(folder: Path, text: str) -> None:
    KEY.write_text(text)
    with pytest.raises(SimpleturkError, match="is no line of a key file|is not a key file"), Pseudonyms(KEY):
        pass
    assert KEY.read_text() == text


def test_a_link_to_a_file_elsewhere_is_refused(folder: Path, tmp_path: Path) -> None:
    KEY.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(SimpleturkError), Pseudonyms(KEY):
        pass
    assert not (tmp_path / "elsewhere").exists()


def test_many_processes_that_create_the_file_at_once_agree_on_the_key(folder: Path) -> None:
    program = (
        "from pathlib import Path; from simpleturk.batch.results.pseudonyms import Pseudonyms\n"
        "with Pseudonyms(Path('names.key')) as names: print(names.of('ann'))"
    )
    line = [sys.executable, "-c", program]
    processes = [subprocess.Popen(line, stdout=subprocess.PIPE, text=True) for _ in range(5)]
    assert len({process.communicate()[0] for process in processes}) == 1


@pytest.mark.parametrize(
    "text",
    [
        AMAZON,
        f"see {AMAZON}.",
        f"https://x.example/?workerId={AMAZON}&a=1",
        f"https://x.example/?u=workerId%3D{AMAZON}",
        f'[{{"workerId":"{AMAZON}"}}]',
        AMAZON.lower(),
        f"photo_of/{AMAZON}",
    ],
)
def test_an_id_that_is_no_word_is_replaced_everywhere(folder: Path, text: str) -> None:
    with Pseudonyms(KEY) as names:
        record = names.replaced({"worker_id": AMAZON, "output": {"a": text, text: 1, "b": [{"c": text}]}}, AMAZON)
        assert AMAZON.lower() not in json.dumps(record).lower()
        assert json.dumps(record).count(names.of(AMAZON)) >= 4
        assert names.left == 0


def test_an_id_that_may_be_a_word_is_replaced_only_where_it_is_the_id(folder: Path) -> None:
    record = {
        "worker_id": "ann",
        "output": {"workerId": "ann", "text": "banana", "json": '[{"worker_id": "ann"}]', "n": 3},
        "input": {"first": {"Worker ID": "bob"}, "peer": "bob"},
    }
    with Pseudonyms(KEY) as names:
        ann, bob = names.of("ann"), names.of("bob")
        assert names.replaced(record, "ann") == {
            "worker_id": ann,
            "output": {"workerId": ann, "text": "banana", "json": f'[{{"worker_id": "{ann}"}}]', "n": 3},
            "input": {"first": {"Worker ID": bob}, "peer": "bob"},
        }
        assert names.left == 0
        names.replaced(record | {"output": "My name is Ann."}, "ann")
        assert names.left == 1
        # What is replaced once stays as it is.
        assert names.replaced(names.replaced(record, "ann"), "ann")["worker_id"] == ann


def test_columns_of_tables_are_replaced_too(folder: Path) -> None:
    with Pseudonyms(KEY) as names:
        row = names.replaced({"WorkerId": "ann", "Input.worker_id": "bob", "Answer.workerId": "ann"}, "ann")
        assert row == {
            "WorkerId": names.of("ann"),
            "Input.worker_id": names.of("bob"),
            "Answer.workerId": names.of("ann"),
        }


def test_a_file_holds_either_worker_ids_or_pseudonyms(folder: Path) -> None:
    real, other, table = Path("real.jsonl"), Path("other.jsonl"), Path("real.csv")
    real.write_text('{"assignment_id": "3A", "worker_id": "ann"}\n')
    table.write_text("AssignmentId,WorkerId\n3A,ann\n")
    other.write_text('{"assignment_id": "3A", "worker_id": "anon-aaaaaaaaaaaaaaaa"}\n')
    own = Path("own.jsonl")
    with Pseudonyms(KEY) as names:
        own.write_text(json.dumps({"assignment_id": "3A", "worker_id": names.of("ann")}) + "\n")
        check_output(own, False, names)
        check_output(Path("new.jsonl"), False, names)
        for path, what in (
            (real, "'ann' is no pseudonym"),
            (table, "'ann' is no pseudonym"),
            (other, "is no pseudonym of"),
        ):
            with pytest.raises(SimpleturkError, match=f"line [12]: .*{what}"):
                check_output(path, path.suffix == ".csv", names)
    check_output(real, False, None)
    check_output(table, True, None)
    for path in (own, other):
        with pytest.raises(SimpleturkError, match="has pseudonyms in place of worker ids"):
            check_output(path, False, None)
