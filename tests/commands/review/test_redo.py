"""redo."""

import json
from collections import Counter
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.errors import RequestError
from simpleturk.marketplace.people.worker_errors import WorkerError
from simpleturk.marketplace.store.schema import hits, request_tokens
from tests.commands.test_random_kills import FAULTS, lives  # noqa: F401
from tests.conftest import Files, Run, Worker, do, hit_type_of, records, serving
from tests.fault_proxy import FaultyEndpoint
from tests.kill_harness import Lives

LEDGER = Path("hit_ids.ledger.jsonl")


def places(local: Marketplace) -> dict[str, int]:
    """The number of assignments that each HIT can have."""
    with local.read() as transaction:
        return {row.hit_id: row.max_assignments for row in transaction.execute(select(hits))}


def expire_all(local: Marketplace) -> None:
    with local.write() as transaction:
        transaction.execute(update(hits).values(expiration=transaction.now - 60, expired=True))


def results(run: Run, *options: str) -> list[dict[str, Any]]:
    result = run("results", *options)
    assert result.exit_code == 0, result.stderr
    return records(result.stdout)


def test_rejected_work_gets_a_place_for_another_worker(
    run: Run, submitted: list[str], local: Marketplace, words: list[str]
) -> None:
    one, two, _ = submitted
    run("reject", "--feedback", "Empty", "--yes", one, two)
    dry = run("redo", "--rejected", "--dry-run")
    line = "Redo 2 assignments on the local marketplace: 2 more assignments of 1 HIT; $0.20 + $0.00 fees = $0.20\n"
    assert (dry.exit_code, dry.stderr) == (0, line)
    assert places(local) == dict.fromkeys(words, 2)

    result = run("redo", "--rejected")
    assert (result.exit_code, result.stdout) == (0, ""), result.stderr
    assert result.stderr.endswith("2 assignments added. Workers who did the work before do not get it again.\n")
    assert places(local) == {words[0]: 4, words[1]: 2, words[2]: 2}
    again = run("redo", "--rejected")
    assert (again.exit_code, again.stderr) == (0, "No work to redo; 2 had been redone before.\n")
    assert places(local)[words[0]] == 4

    with pytest.raises(RequestError, match="already accepted or completed"):
        do(local, words[0], "ann")
    new = [do(local, words[0], name) for name in ("zoe", "max")]
    replaced = {record["assignment_id"]: record.get("replaces") for record in results(run)}
    # Which of two places of one HIT stands in for which work is known from the ledger; it may be either.
    assert replaced.keys() == {submitted[2], *new} and replaced[submitted[2]] is None
    assert {replaced[name] for name in new} == {one, two}
    assert replaced == {record["assignment_id"]: record.get("replaces") for record in results(run)}


def test_places_that_nobody_has_filled_yet_are_not_taken_for_new_ones(
    run: Run, local: Marketplace, words: list[str]
) -> None:
    first = do(local, words[0], "ann")
    run("reject", "--feedback", "Empty", "--yes", first)
    assert run("redo", first).exit_code == 0
    second, third = do(local, words[0], "bob"), do(local, words[0], "eve")
    replaced = {record["assignment_id"]: record.get("replaces") for record in results(run, "--status", "submitted")}
    assert replaced == {second: None, third: first}


def test_an_expired_hit_is_available_again(
    run: Run, submitted: list[str], local: Marketplace, words: list[str]
) -> None:
    expire_all(local)
    result = run("redo", submitted[0], "--hours", "2")
    assert result.exit_code == 0, result.stderr
    with local.read() as transaction:
        row = transaction.execute(select(hits).where(hits.c.hit_id == words[0])).one()
        assert (row.expired, row.available) == (False, 1)
        assert 7000 < row.expiration - transaction.now < 7300


def test_a_new_hit_is_created_where_the_old_one_cannot_have_more_places(
    run: Run, submitted: list[str], local: Marketplace, words: list[str]
) -> None:
    expire_all(local)
    # The second HIT has a place that no worker has taken: to make the HIT available again would offer it, too.
    result = run("redo", submitted[2])
    assert result.exit_code == 0, result.stderr
    assert "Redo 1 assignment on the local marketplace: 1 new HIT; $0.10" in result.stderr
    assert result.stderr.endswith("1 HIT created. Workers who did the work before do not get it again.\n")
    [new] = places(local).keys() - set(words)
    assert places(local) == {**dict.fromkeys(words, 2), new: 1}
    assert Path("hit_ids.txt").read_text().split() == words
    with pytest.raises(WorkerError):
        Worker(local, "eve").accept(hit_type_of(local, new))
    answer = Worker(local, "zoe").do(hit_type_of(local, new))

    records_ = {record["assignment_id"]: record for record in results(run)}
    assert records_[answer]["hit_id"] == new
    assert (records_[answer]["line"], records_[answer]["input"]) == (2, {"word": "dog"})
    assert records_[answer]["replaces"] == submitted[2]
    table = run("results", "--format", "csv").stdout
    assert f'"{submitted[2]}"' in next(line for line in table.splitlines() if answer in line)
    progress = json.loads(run("progress", "--json").stdout)
    assert (progress["hits"], progress["submitted"]) == (4, 4)
    assert "not launched" not in run("progress").stderr
    assert "2 of the 3" not in run("launch", "--verify").stderr
    assert run("launch", "--verify").exit_code == 0

    again = run("redo", submitted[2])
    assert again.stderr == "No work to redo; 1 had been redone before.\n"
    once_more = run("redo", answer)
    assert once_more.exit_code == 0, once_more.stderr
    with pytest.raises(WorkerError):
        Worker(local, "eve").accept(hit_type_of(local, new))


def test_work_of_a_deleted_hit_gets_a_new_hit(
    run: Run, submitted: list[str], local: Marketplace, words: list[str]
) -> None:
    run("approve", "--yes")
    run("delete", "--yes")
    assert run("redo", submitted[0]).exit_code == 0
    [new] = places(local).keys() - set(words)
    for name in ("ann", "bob"):
        with pytest.raises(WorkerError):
            Worker(local, name).accept(hit_type_of(local, new))
    Worker(local, "zoe").do(hit_type_of(local, new))
    [record] = [record for record in results(run) if record["hit_id"] == new]
    assert (record["input"], record["replaces"]) == ({"word": "cat"}, submitted[0])


def test_passed_and_tagged_work_is_chosen_from_the_saved_decisions(
    run: Run, submitted: list[str], local: Marketplace, words: list[str]
) -> None:
    Path("d.jsonl").write_text(
        json.dumps({"assignment_id": submitted[0], "decision": "pass"})
        + "\n"
        + json.dumps({"assignment_id": submitted[2], "decision": "approve", "tags": ["blurry"]})
        + "\n"
    )
    run("apply", "d.jsonl")
    assert run("redo", "--passed").exit_code == 0
    assert places(local) == {words[0]: 3, words[1]: 2, words[2]: 2}
    wrong = run("redo", "--tag", "blury")
    assert (
        wrong.exit_code,
        "--tag blury: no saved decision has this tag\nhint: the tags are blurry" in wrong.stderr,
    ) == (
        2,
        True,
    )
    assert run("redo", "--passed", "--tag", "blurry").exit_code == 0
    assert places(local) == {words[0]: 3, words[1]: 3, words[2]: 2}


def test_nothing_is_chosen_silently(run: Run, submitted: list[str], local: Marketplace, words: list[str]) -> None:
    result = run("redo")
    assert result.exit_code == 2
    assert (
        "no work is chosen\nhint: name assignments, or choose them with --rejected, --passed or --tag" in result.stderr
    )
    unknown = run("redo", "3NOBODY", submitted[0], "3NOBODY2")
    assert unknown.exit_code == 1
    for name in ("3NOBODY", "3NOBODY2"):
        assert f"error: {name}: is no submitted assignment of hit_ids.txt\n" in unknown.stderr
    missing = run("redo", "--passed")
    assert (missing.exit_code, "hit_ids.decisions.jsonl: no decisions are saved" in missing.stderr) == (2, True)
    assert places(local) == dict.fromkeys(words, 2)
    assert not LEDGER.exists()


def test_real_money_is_spent_after_a_question_only(
    run: Run, submitted: list[str], local: Marketplace, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = Path("simpleturk.toml").read_text()
    with serving(local) as address:
        Path("hit_ids.batch.json").unlink()
        Path("simpleturk.toml").write_text(
            f'{text}\n[marketplaces.lab]\nendpoint_url = "{address}"\nspends_money = true\n'
        )
        # The user has named the endpoint themselves.
        monkeypatch.setenv("AWS_ENDPOINT_URL_MTURK", address)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
        no = run("redo", submitted[0], "--on", "lab", input="n\n")
        assert (no.exit_code, "Spend $0.10 (no spending limit)? [y/N]" in no.stderr) == (1, True), no.stderr
        assert places(local)[words[0]] == 2
        assert run("redo", submitted[0], "--on", "lab", input="y\n").exit_code == 0
    assert places(local)[words[0]] == 3


def test_a_command_that_was_interrupted_after_a_call_continues(
    run: Run, submitted: list[str], local: Marketplace, words: list[str]
) -> None:
    assert run("redo", *submitted[:2]).exit_code == 0
    expire_all(local)
    assert run("redo", submitted[2]).exit_code == 0
    before = places(local)
    whole = LEDGER.read_text().splitlines(keepends=True)
    LEDGER.write_text("".join(line for line in whole if '"begun"' in line))
    with local.write() as transaction:
        transaction.execute(request_tokens.delete())
    result = run("redo", *submitted)
    assert result.exit_code == 0, result.stderr
    assert places(local) == before
    assert [line["phase"] for line in records(LEDGER.read_text())] == ["begun"] * 2 + ["done"] * 2
    [new] = [line["new_hit_id"] for line in records(LEDGER.read_text()) if "new_hit_id" in line]
    assert new in before


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("over_http", [False, True])
def test_a_killed_redo_creates_no_place_twice_and_leaves_none_out(
    batch_files: Files,
    local: Marketplace,
    folder: Path,
    lives: Lives,  # noqa: F811
    seed: int,
    over_http: bool,
) -> None:
    batch_files([{"word": f"w{n}"} for n in range(12)])
    with ExitStack() as stack:
        where: list[str] = []
        if over_http:
            address = stack.enter_context(serving(local))
            where = ["--endpoint-url", stack.enter_context(FaultyEndpoint(address, FAULTS, seed)).url]
        assert lives(folder, seed, 0, "launch", *where)["endings"][-1] == 0
        ids = Path("hit_ids.txt").read_text().split()
        done = {do(local, hit_id, "a"): hit_id for hit_id in ids}
        done |= {do(local, hit_id, "b"): hit_id for hit_id in ids[:6]}
        with local.write() as transaction:
            # The last HITs have a place that no worker has taken: their work gets new HITs.
            late = hits.c.hit_id.in_(ids[3:])
            transaction.execute(update(hits).where(late).values(expiration=transaction.now - 60, expired=True))
        Path("chosen.txt").write_text("".join(f"{name}\n" for name in done))
        ended = lives(folder, seed, 4, "redo", "--assignments", "chosen.txt", *where, days=seed % 2 == 1)
        assert ended["endings"][-1] == 0, ended
    number = Counter(done.values())
    made = places(local)
    assert {hit_id: made[hit_id] for hit_id in ids} == {
        hit_id: 2 + (number[hit_id] if hit_id in ids[:6] else 0) for hit_id in ids
    }
    lines = [line for line in records(LEDGER.read_text()) if line["phase"] == "done" and "new_hit_id" in line]
    assert {line["new_hit_id"] for line in lines} == made.keys() - set(ids)
    assert len(made) == len(ids) + 6
    with local.read() as transaction:
        rows = transaction.execute(select(hits.c.hit_id, hits.c.expiration, hits.c.annotation)).all()
        soon = transaction.now + timedelta(hours=100).total_seconds()
    assert {row.hit_id for row in rows if row.expiration < soon} == set(ids[6:])
    assert max(Counter(row.annotation for row in rows).values()) == 1
