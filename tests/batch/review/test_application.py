"""Decisions are planned and carried out in the same way for every command and page."""

import json
from pathlib import Path

import pytest

from simpleturk.batch.progress import fetch_hits
from simpleturk.batch.review.application import Application, plan_decisions
from simpleturk.batch.review.decisions_file import DecisionsRead, read_decisions
from simpleturk.batch.review.ledger import ledger_path, open_ledger
from simpleturk.client.client import MTurk
from simpleturk.client.connect import connect
from simpleturk.client.endpoints import LOCAL_URL, Endpoint
from simpleturk.marketplace.domain.marketplace import Marketplace
from tests.conftest import do

IDS = Path("hit_ids.txt")


@pytest.fixture
def mturk(words: list[str]) -> MTurk:
    return connect(Endpoint("local", LOCAL_URL, False), database=Path("market.db"), concurrency=1)


def decided(*names: str) -> DecisionsRead:
    read = DecisionsRead()
    lines = [json.dumps({"assignment_id": name, "decision": "approve"}).encode() + b"\n" for name in names]
    assert read_decisions(lines, "d.jsonl", read) == []
    return read


def test_a_plan_is_carried_out_and_counted(words: list[str], mturk: MTurk, local: Marketplace) -> None:
    names = [do(local, hit_id, "ann") for hit_id in words]
    plan, problems = plan_decisions(mturk, fetch_hits(mturk, words), decided(*names), IDS, None)
    assert (problems, plan.number("approve")) == ([], len(names))
    mturk.reject(names[0], "Empty")
    application = Application(plan)
    with open_ledger(ledger_path(IDS), "local", lambda: None) as ledger:
        failures = list(application.carry_out(mturk, ledger))
    assert failures == [f"approve {names[0]}: is rejected", *[""] * (len(names) - 1)]
    assert (application.done["approve"], application.count) == (len(names) - 1, len(names))
    assert application.failures == [(f"approve {names[0]}", "is rejected")]


def test_once_stopped_no_further_effect_begins(words: list[str], mturk: MTurk, local: Marketplace) -> None:
    names = [do(local, hit_id, worker) for hit_id in words for worker in ("ann", "bob")]
    plan, _ = plan_decisions(mturk, fetch_hits(mturk, words), decided(*names), IDS, None)
    with open_ledger(ledger_path(IDS), "local", lambda: None) as ledger:
        assert list(Application(plan).carry_out(mturk, ledger, lambda: True)) == []
    assert {mturk.assignment(name).status for name in names} == {"Submitted"}


def test_decisions_about_other_work_are_problems_and_make_no_plan(
    words: list[str], mturk: MTurk, local: Marketplace
) -> None:
    name = do(local, words[0], "ann")
    read = decided(name, "3NOBODY")
    plan, [problem] = plan_decisions(mturk, fetch_hits(mturk, words), read, IDS, None, is_own=False)
    assert (plan.effects, problem.where) == ([], "d.jsonl, line 2")
