"""results with decisions, tags, pseudonyms, and as a flat table."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from simpleturk.marketplace.domain.marketplace import Marketplace
from tests.conftest import Run, do, records

DECISIONS = Path("hit_ids.decisions.jsonl")


@pytest.fixture
def decided(run: Run, answer: Callable[..., str]) -> list[str]:
    """Three assignments: one approved with a corrected answer, one passed, one without a decision."""
    ids = [
        answer("ann", ("capital", "lima")),
        answer("bob", ("capital", "?")),
        answer("A1B2C3D4E5F6G7", ("capital", "x")),
    ]
    lines = [
        {"assignment_id": ids[0], "decision": "approve", "tags": ["good", "short"], "output": {"capital": "Lima"}},
        {"assignment_id": ids[1], "decision": "pass", "note": "=1+1", "tags": ["blurry"]},
    ]
    Path("d.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert run("apply", "d.jsonl").exit_code == 0
    return ids


def flat(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def test_results_say_by_default_only_that_an_answer_is_passed(run: Run, decided: list[str]) -> None:
    result = run("results")
    assert [record.get("review") for record in records(result.stdout)] == [None, {"decision": "pass"}, None]
    rows = flat(run("results", "--format", "csv").stdout)
    assert [row["Review.decision"] for row in rows] == ["", "pass", ""]
    assert list(rows[0])[-3:] == ["Review.decision", "Approve", "Reject"]


def test_decisions_are_added_beside_the_answer(run: Run, decided: list[str]) -> None:
    first, second, third = records(run("results", "--decisions").stdout)
    assert first["output"] == {"capital": "lima"}
    assert first["review"]["output"] == {"capital": "Lima"}
    assert (first["review"]["decision"], first["review"]["tags"]) == ("approve", ["good", "short"])
    assert second["review"]["note"] == "=1+1"
    assert "review" not in third
    rows = flat(run("results", "--decisions", "--format", "csv", "--exact").stdout)
    assert [(row["Answer.capital"], row["Review.output.capital"]) for row in rows] == [
        ("lima", "Lima"),
        ("?", ""),
        ("x", ""),
    ]


def test_decisions_come_with_rejected_work_and_its_state(run: Run, decided: list[str]) -> None:
    run("reject", "--feedback", "Empty", decided[2], "--yes")
    assert [record["status"] for record in records(run("results").stdout)] == ["Approved", "Approved"]
    third = records(run("results", "--decisions").stdout)[2]
    assert (third["status"], third["review"]["decision"]) == ("Rejected", "reject")
    shown = records(run("results", "--decisions", "--status", "approved").stdout)
    assert [record["status"] for record in shown] == ["Approved", "Approved"]


def test_results_with_old_decisions_do_not_decide_again(run: Run, decided: list[str]) -> None:
    run("results", "--decisions", "--output", "r.jsonl")
    run("results", "--decisions", "--output", "r.csv")
    run("results", "--format", "flat", "--output", "f.csv")
    before = DECISIONS.read_text()
    for name in ("r.jsonl", "r.csv", "f.csv"):
        result = run("apply", name)
        said = f"Nothing to apply: nothing is decided in {name}: 3 lines without a decision."
        assert (result.exit_code, said in result.stderr) == (0, True), result
    assert DECISIONS.read_text() == before


def test_tags_choose_assignments(run: Run, decided: list[str]) -> None:
    def tagged(*tags: str) -> list[str]:
        options = [option for tag in tags for option in ("--tags", tag)]
        return [record["assignment_id"] for record in records(run("results", *options).stdout)]

    assert tagged("good") == decided[:1]
    assert tagged("good", "blurry") == decided[:2]
    result = run("results", "--tags", "sharp")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "has the tag 'sharp'\nhint: its tags: blurry, good, short\n" in result.stderr
    assert run("results", "--tags", "good", "--status", "rejected").stderr == (
        "No results: no assignment with these tags is rejected.\n"
    )


def test_without_decisions_the_options_say_so(run: Run, answer: Callable[..., str]) -> None:
    answer("ann")
    for option in (["--decisions"], ["--tags", "x"]):
        result = run("results", *option)
        assert (result.exit_code, "hit_ids.decisions.jsonl: no decisions are saved" in result.stderr) == (1, True)
        assert run("results", "--all", *option).exit_code == 2
    assert run("results", "--tags", "x", "--follow").exit_code == 2


def test_a_broken_file_of_decisions_stops_only_those_who_ask_for_it(run: Run, decided: list[str]) -> None:
    with DECISIONS.open("a") as file:
        file.write("pass?\n")
    result = run("results")
    assert (result.exit_code, len(records(result.stdout))) == (0, 3)
    assert "passed answers are not marked" in result.stderr
    assert run("results", "--decisions").exit_code == 1


def test_a_flat_table_has_a_column_for_each_field(run: Run, decided: list[str]) -> None:
    result = run("results", "--format", "flat")
    rows = flat(result.stdout)
    assert [(row["input.word"], row["output.capital"]) for row in rows] == [("cat", "lima"), ("cat", "?"), ("dog", "x")]
    assert [row["review.tags"] for row in rows] == ["good|short", "blurry", ""]
    # A note that a spreadsheet would run is shown as text.
    assert rows[1]["review.note"] == "'=1+1"
    assert rows[0]["review.output.capital"] == "Lima"
    assert "Approve" not in rows[0]
    assert run("results", "--format", "flat", "--follow").exit_code == 2


def test_a_flat_file_grows_and_keeps_what_its_reader_added(
    run: Run, decided: list[str], local: Marketplace, words: list[str]
) -> None:
    run("results", "--format", "flat", "--output", "f.csv")
    lines = Path("f.csv").read_text().splitlines()
    Path("f.csv").write_text("\n".join([lines[0] + ",mine", *(line + ",keep" for line in lines[1:])]) + "\n")
    do(local, words[2], "eve")
    assert "1 new result in f.csv; it holds 4" in run("results", "--format", "flat", "--output", "f.csv").stderr
    assert [row["mine"] for row in flat(Path("f.csv").read_text())] == ["keep", "keep", "keep", ""]
    run("results", "--output", "site.csv")
    for name, format_ in (("f.csv", "csv"), ("site.csv", "flat")):
        before = Path(name).read_bytes()
        result = run("results", "--format", format_, "--output", name)
        assert (result.exit_code, f"{name}: " in result.stderr, "Traceback" in result.stderr) == (1, True, False)
        assert Path(name).read_bytes() == before


@pytest.mark.parametrize("format_", ["jsonl", "csv", "flat"])
def test_pseudonyms_leave_no_id_of_a_worker(run: Run, decided: list[str], format_: str) -> None:
    first = run("results", "--pseudonyms", "names.key", "--format", format_, "--decisions")
    assert "Created names.key: keep it" in first.stderr
    for worker_id in ("ann", "bob", "A1B2C3D4E5F6G7"):
        assert f'"{worker_id}"' not in first.stdout
        assert worker_id in Path("names.key").read_text()
    again = run("results", "--pseudonyms", "names.key", "--format", format_, "--decisions")
    assert (again.stdout, again.stderr) == (first.stdout, "")


def test_a_results_file_never_mixes_pseudonyms_with_worker_ids(
    run: Run, decided: list[str], local: Marketplace, words: list[str]
) -> None:
    run("results", "--output", "real.jsonl")
    run("results", "--pseudonyms", "names.key", "--output", "anon.jsonl")
    before = Path("real.jsonl").read_bytes(), Path("anon.jsonl").read_bytes()
    do(local, words[2], "eve")
    mixed = run("results", "--pseudonyms", "names.key", "--output", "real.jsonl")
    assert (mixed.exit_code, "real.jsonl, line 1: 'ann' is no pseudonym" in mixed.stderr) == (1, True)
    mixed = run("results", "--output", "anon.jsonl")
    assert (mixed.exit_code, "give --pseudonyms with the key file" in mixed.stderr) == (1, True)
    assert (Path("real.jsonl").read_bytes(), Path("anon.jsonl").read_bytes()) == before
    more = run("results", "--pseudonyms", "names.key", "--output", "anon.jsonl")
    assert (more.exit_code, "1 new result in anon.jsonl; it holds 4" in more.stderr) == (0, True)
    assert "eve" not in Path("anon.jsonl").read_text()


def test_answers_that_may_name_their_worker_are_counted(run: Run, answer: Callable[..., str]) -> None:
    answer("ann", ("text", "I am Ann"))
    Path("names.key").touch(0o644)
    result = run("results", "--pseudonyms", "names.key")
    assert "warning: 1 record may contain the id of their worker as a word" in result.stderr
    Path("names.key").chmod(0o644)
    assert (
        "other users of this computer can read names.key\nhint: chmod 600 names.key"
        in run("results", "--pseudonyms", "names.key").stderr
    )


def test_the_owner_of_the_key_can_block_and_write_to_pseudonyms(run: Run, decided: list[str]) -> None:
    first = records(run("results", "--pseudonyms", "names.key").stdout)[0]["worker_id"]
    named = ("--pseudonyms", "names.key", first)
    assert run("notify", "--subject", "s", "--message", "m", "--yes", *named).stderr == "Notified 1 worker.\n"
    assert run("block", "--reason", "r", "--yes", *named).stderr == "Blocked 1 worker.\n"
    assert records(run("block", "--list").stdout) == [{"worker_id": "ann", "reason": "r"}]
    assert run("unblock", *named).stderr == "Unblocked 1 worker.\n"
