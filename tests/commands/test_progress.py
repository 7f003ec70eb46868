"""progress --watch and results --follow; ids files that were edited, cut or torn."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from simpleturk.client.client import MTurk
from simpleturk.errors import MarketplaceError
from simpleturk.marketplace.domain.marketplace import Marketplace
from tests.conftest import Run, do, records


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], object]]:
    """What happens while a command waits for its next look, one thing at a time; after the last, it is a failure."""
    things: list[Callable[[], object]] = []
    monkeypatch.setattr("simpleturk.commands.progress.time.sleep", lambda seconds: things.pop(0)())
    return things


def test_watch_prints_a_json_line_at_each_look_until_no_more_work_can_come_in(
    run: Run, words: list[str], local: Marketplace, meanwhile: list[Callable[[], object]]
) -> None:
    answers = [partial(do, local, word, who) for word in words for who in ("ann", "bob")]
    meanwhile += answers
    result = run("progress", "--watch", "--interval", "1")
    assert (result.exit_code, meanwhile) == (0, [])
    seen = records(result.stdout)
    assert [line["submitted"] for line in seen] == list(range(7))
    assert all(line["oldest_unreviewed"] and line["exact"] for line in seen[1:])
    assert result.stderr == "Done: 6 of 6 assignments submitted, 6 of them waiting for review.\n"


def test_watch_goes_on_when_the_marketplace_is_out_of_reach_for_a_while(
    run: Run, words: list[str], local: Marketplace, meanwhile: list[Callable[[], object]], monkeypatch: Any
) -> None:
    def break_() -> None:
        monkeypatch.setattr(MTurk, "hit_pages", unreachable)
        monkeypatch.setattr(MTurk, "hit", unreachable)

    def unreachable(*_: Any) -> Any:
        error = MarketplaceError("local cannot be reached")
        error.is_passing = True
        raise error

    pages, hit = MTurk.hit_pages, MTurk.hit

    def mend() -> None:
        monkeypatch.setattr(MTurk, "hit_pages", pages)
        monkeypatch.setattr(MTurk, "hit", hit)
        for word in words:
            do(local, word, "ann")
            do(local, word, "bob")

    meanwhile += [break_, mend]
    result = run("progress", "--watch", "--interval", "3")
    assert (result.exit_code, len(records(result.stdout))) == (0, 2)
    assert "warning: local cannot be reached\nhint: retrying in 3 s\n" in result.stderr
    break_()
    assert run("progress", "--watch").exit_code == 1


def test_watch_warns_before_work_approves_itself(
    run: Run, words: list[str], local: Marketplace, meanwhile: list[Callable[[], object]]
) -> None:
    from sqlalchemy import update

    from simpleturk.marketplace.store.schema import assignments

    do(local, words[0], "ann")
    with local.write() as transaction:
        times = {"submitted": assignments.c.submitted - 2_592_000 + 600}
        change = update(assignments).values(times | {"auto_approval": assignments.c.auto_approval - 2_592_000 + 600})
        transaction.execute(change)
    meanwhile += [lambda: run("expire"), lambda: None]
    result = run("progress", "--watch")
    assert result.stderr.startswith("warning: submitted work is approved automatically from 20")
    assert result.stderr.count("warning") == 1


@pytest.mark.parametrize("to_file", [False, True])
def test_follow_adds_results_as_they_come_until_no_more_can(
    run: Run, words: list[str], local: Marketplace, meanwhile: list[Callable[[], object]], to_file: bool
) -> None:
    do(local, words[2], "ann")
    meanwhile += [partial(do, local, word, "bob") for word in words]
    meanwhile += [partial(do, local, word, "ann") for word in words[:2]]
    result = run("results", "--follow", "--interval", "1", "--stats", *(["--output", "r.jsonl"] if to_file else []))
    text = Path("r.jsonl").read_text() if to_file else result.stdout
    assert (result.exit_code, len(records(text)), meanwhile) == (0, 6, [])
    assert len({record["assignment_id"] for record in records(text)}) == 6
    assert all(record["input"]["word"] in ("cat", "dog", "emu") for record in records(text))
    assert "Calls: ListAssignmentsForHIT 6, ListHITs 6; 0 retried" in result.stderr
    again = run("results", "--follow", "--output", "r.jsonl")
    assert ("0 new results" in again.stderr) == to_file


def test_results_join_inputs_by_annotation_whatever_became_of_the_ids_file(
    run: Run, words: list[str], local: Marketplace
) -> None:
    for word in words:
        do(local, word, "ann")
    Path("hit_ids.txt").write_text(f"# the last first\r\n{words[2]}\r\n{words[0]}")
    assert [(r["line"], r["input"]["word"]) for r in records(run("results").stdout)] == [(3, "emu"), (1, "cat")]


def test_hits_of_another_batch_are_told_and_get_no_input(run: Run, words: list[str], local: Marketplace) -> None:
    run("launch", "--ids", "other.txt")
    [other, *_] = Path("other.txt").read_text().split()
    do(local, other, "ann")
    Path("hit_ids.txt").write_text(f"{words[0]}\n{other}\n")
    result = run("results")
    assert f"warning: 1 HIT of hit_ids.txt is not of the batch in its record: {other}" in result.stderr
    assert ["input" in record for record in records(result.stdout)] == [False]


def test_ids_that_contradict_their_record_are_refused(run: Run, words: list[str]) -> None:
    with Path("hit_ids.txt").open("a") as file:
        file.write("3" + "A" * 29 + "\n")
    for command in ("progress", "results", "approve", "expire", "delete"):
        result = run(command)
        assert result.exit_code == 1
        assert "error: hit_ids.txt holds 4 HITs, but hit_ids.batch.json says 3" in result.stderr


def test_repeated_and_torn_ids_are_told(run: Run, words: list[str]) -> None:
    Path("hit_ids.txt").write_text(f"{words[0]}\n{words[0]}\n{words[1][:9]}")
    result = run("progress", "--json")
    assert json.loads(result.stdout)["hits"] == 1
    assert "warning: hit_ids.txt, line 2 repeats line 1: the HIT counts once" in result.stderr
    assert f"warning: hit_ids.txt: the last line, '{words[1][:9]}', is incomplete and is ignored" in result.stderr


def test_follow_survives_an_outage_while_it_fetches_and_loses_nothing(
    run: Run, words: list[str], local: Marketplace, meanwhile: list[Callable[[], object]], monkeypatch: Any
) -> None:
    listing = MTurk.assignments

    def unreachable(*_: Any) -> Any:
        error = MarketplaceError("local cannot be reached")
        error.is_passing = True
        raise error

    def first() -> None:
        do(local, words[0], "ann")
        monkeypatch.setattr(MTurk, "assignments", unreachable)

    def second() -> None:
        monkeypatch.setattr(MTurk, "assignments", listing)
        for word in words:
            do(local, word, "bob")
            do(local, word, "cyd") if word != words[0] else None

    meanwhile += [first, second]
    result = run("results", "--follow", "--output", "r.jsonl")
    assert (result.exit_code, len(records(Path("r.jsonl").read_text()))) == (0, 6)
    assert "hint: retrying in 10 s" in result.stderr


def test_hits_that_are_put_on_the_market_again_are_waited_for(
    run: Run, words: list[str], local: Marketplace, meanwhile: list[Callable[[], object]]
) -> None:
    Path("one.txt").write_text(words[0])
    assert run("expire", "--ids", "one.txt").exit_code == 0

    def the_rest() -> None:
        for word in words[1:]:
            do(local, word, "ann")
            do(local, word, "bob")

    def again() -> None:
        from simpleturk.marketplace.domain import lifecycle

        with local.write() as transaction:
            hit = lifecycle.get_hit(transaction, words[0])
            lifecycle.expire_at(transaction, hit, transaction.now + 10_000)
        the_rest()

    def last() -> None:
        do(local, words[0], "ann")
        do(local, words[0], "bob")

    meanwhile += [again, last]
    result = run("results", "--follow", "--output", "r.jsonl")
    assert (result.exit_code, len(records(Path("r.jsonl").read_text())), meanwhile) == (0, 6, [])


def test_a_rejected_assignment_is_not_asked_for_at_every_look(
    run: Run, words: list[str], local: Marketplace, meanwhile: list[Callable[[], object]], monkeypatch: Any
) -> None:
    done = do(local, words[0], "ann")
    run("reject", "--yes", "--feedback", "no", done)
    asked, listing = [], MTurk.assignments

    def counting(self: MTurk, hit_id: str, *more: Any) -> Any:
        asked.append(hit_id)
        return listing(self, hit_id, *more)

    monkeypatch.setattr(MTurk, "assignments", counting)
    meanwhile += [lambda: None, lambda: None, lambda: None, lambda: run("expire")]
    assert run("results", "--follow").exit_code == 0
    assert (asked, meanwhile) == ([words[0]], [])


@pytest.mark.parametrize("interval", ["inf", "nan", "1e20", "0"])
def test_an_interval_that_is_none_is_wrong_usage(run: Run, words: list[str], interval: str) -> None:
    assert run("progress", "--watch", "--interval", interval).exit_code == 2


def test_results_say_when_a_launch_has_not_come_to_its_end(run: Run, words: list[str]) -> None:
    Path("hit_ids.txt").write_text(words[0] + "\n")
    assert "warning: 2 inputs not launched yet" in run("results").stderr


def grow(run: Run, local: Marketplace, words: list[str]) -> None:
    for word in words:
        do(local, word, "ann")
    with Path("inputs.jsonl").open("a") as file:
        file.write('{"word": "fox"}\n')


def test_inputs_that_have_grown_still_are_those_of_what_was_launched(
    run: Run, words: list[str], local: Marketplace
) -> None:
    grow(run, local, words)
    result = run("results")
    assert result.stderr == ""
    assert [record["input"]["word"] for record in records(result.stdout)] == ["cat", "dog", "emu"]


@pytest.mark.parametrize("change", ["reverse", "remove"])
def test_inputs_that_change_while_results_are_followed_are_left_out(
    run: Run, words: list[str], local: Marketplace, meanwhile: list[Callable[[], object]], change: str
) -> None:
    path = Path("inputs.jsonl")

    def turn() -> None:
        lines = path.read_text().splitlines(keepends=True)
        path.write_text("".join(lines[::-1])) if change == "reverse" else path.unlink()
        for word in words:
            do(local, word, "bob")
        run("expire")

    do(local, words[0], "ann")
    meanwhile += [turn]
    result = run("results", "--follow", "--output", "r.jsonl")
    kept = records(Path("r.jsonl").read_text())
    assert (result.exit_code, len(kept)) == (0, 4)
    assert [record["line"] for record in kept] == [1, 1, 2, 3]
    assert "input" not in kept[-1]
    assert all(record.get("input") in (None, {"word": ["cat", "dog", "emu"][record["line"] - 1]}) for record in kept)
    assert result.stderr.count("has changed since the launch: results have no inputs") == 1


def test_a_database_without_a_name_is_refused(run: Run, words: list[str]) -> None:
    assert run("balance", "--database", "/").exit_code == 1
