"""progress, and progress --watch."""

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from simpleturk.client.client import MTurk
from simpleturk.errors import MarketplaceError
from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.store.schema import assignments, hits
from tests.conftest import Run, Worker, do, hit_type_of, records


def test_watch_prints_a_json_line_per_update_until_the_batch_is_done(
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


def test_watch_continues_after_the_marketplace_cannot_be_reached(
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


def test_watch_warns_before_work_is_approved_automatically(
    run: Run, words: list[str], local: Marketplace, meanwhile: list[Callable[[], object]]
) -> None:
    do(local, words[0], "ann")
    let_pass(local, 2_592_000 - 600)
    meanwhile += [lambda: run("expire"), lambda: None]
    result = run("progress", "--watch")
    assert result.stderr.startswith(
        "warning: 1 assignment will be approved automatically within an hour, the first in 9 minutes\n"
        "hint: approve or reject them before: see simpleturk help review\n"
    )
    assert result.stderr.count("warning") == 1


def let_pass(local: Marketplace, seconds: float) -> None:
    """Let time pass: make HITs and submitted work older."""
    with local.write() as transaction:
        transaction.execute(update(hits).values(created=hits.c.created - seconds))
        times = {name: assignments.c[name] - seconds for name in ("submitted", "auto_approval")}
        transaction.execute(update(assignments).values(times))


def test_watch_warns_again_an_hour_before(
    run: Run,
    words: list[str],
    local: Marketplace,
    meanwhile: list[Callable[[], object]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    do(local, words[0], "ann")
    do(local, words[1], "ann")
    let_pass(local, 2_592_000 - 20 * 3600 - 60)

    class Later(datetime):
        passed = timedelta()

        @classmethod
        def now(cls, tz: Any = None) -> "Later":
            return super().now(tz) + cls.passed

    for module in ("simpleturk.batch.watch", "simpleturk.commands.common.times"):
        monkeypatch.setattr(f"{module}.datetime", Later)
    later = partial(setattr, Later, "passed", timedelta(hours=19.5))
    meanwhile += [lambda: None, later, lambda: None, lambda: run("expire")]
    result = run("progress", "--watch")
    warnings = [line for line in result.stderr.splitlines() if line.startswith("warning")]
    assert warnings == [
        "warning: 2 assignments will be approved automatically within a day, the first in 20 hours",
        "warning: 2 assignments will be approved automatically within an hour, the first in 30 minutes",
    ]
    shown = records(result.stdout)
    assert [line["due_in_an_hour"] for line in shown] == [0, 0, 2, 2, 2]
    assert {line["due_in_a_day"] for line in shown} == {2}


def test_progress_says_what_is_approved_automatically_soon(run: Run, words: list[str], local: Marketplace) -> None:
    do(local, words[0], "ann")
    result = run("progress")
    assert ("Next auto-approval" in result.stdout, result.stderr) == (False, "")
    let_pass(local, 2_592_000 - 100 * 3600)
    result = run("progress")
    assert ("Next auto-approval" in result.stdout, result.stderr) == (True, "")
    let_pass(local, 80 * 3600 - 60)
    result = run("progress")
    zone = datetime.now().astimezone().strftime("%Z")
    assert re.search(f" \\d\\d:\\d\\d {re.escape(zone)}, in 20 hours", result.stdout)
    assert "warning: 1 assignment will be approved automatically within a day, the first in 20 hours\n" in result.stderr
    as_json = run("progress", "--json")
    counts = json.loads(as_json.stdout)
    assert (counts["due_in_an_hour"], counts["due_in_a_day"], counts["due_exact"], counts["exact"]) == (
        0,
        1,
        True,
        True,
    )
    assert "warning: 1 assignment" in as_json.stderr
    run("approve")
    result = run("progress")
    assert ("Next auto-approval" in result.stdout, result.stderr) == (False, "")


def test_watch_waits_for_hits_that_are_extended(
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


def test_a_rejected_assignment_is_not_requested_at_every_update(
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
def test_an_invalid_interval_is_a_usage_error(run: Run, words: list[str], interval: str) -> None:
    assert run("progress", "--watch", "--interval", interval).exit_code == 2


def grow(run: Run, local: Marketplace, words: list[str]) -> None:
    for word in words:
        do(local, word, "ann")
    with Path("inputs.jsonl").open("a") as file:
        file.write('{"word": "fox"}\n')


def test_a_database_without_a_name_is_refused(run: Run, words: list[str]) -> None:
    assert run("balance", "--database", "/").exit_code == 1


def test_progress_as_a_table_and_as_json(
    run: Run, answer: Callable[..., str], local: Marketplace, words: list[str]
) -> None:
    ids = [answer(name) for name in ("ann", "bob", "eve")]
    run("approve", ids[0])
    Worker(local, "dan").accept(hit_type_of(local, words[0]))
    result = run("progress", "--json")
    assert result.stderr == ""
    shown = json.loads(result.stdout)
    assert shown.pop("next_auto_approval").endswith("Z")
    assert shown == {
        "hits": 3, "assignable": 1, "unassignable": 1, "reviewable": 1, "reviewing": 0, "gone": 0,
        "assignments": 6, "available": 2, "expired": 0, "pending": 1, "submitted": 2, "reviewed": 1,
        "exact": False, "due_in_an_hour": 0, "due_in_a_day": 0, "due_exact": True,
    }  # fmt: skip
    table = run("progress").stdout
    assert "hit_ids.txt on the local marketplace" in table
    assert [line.split()[-1] for line in table.splitlines() if "waiting for review" in line] == ["2"]


def test_progress_fits_a_narrow_terminal(run: Run, words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    assert max(map(len, run("progress").stdout.splitlines())) <= 40


def test_progress_warns_of_inputs_that_are_not_launched(run: Run, words: list[str]) -> None:
    Path("hit_ids.txt").write_text(words[0] + "\n")
    result = run("progress")
    assert "warning: 2 inputs not launched yet" in result.stderr
