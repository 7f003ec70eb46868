"""HITs are created once, whatever interrupts the launch."""

import json
import random
import time
from pathlib import Path
from typing import Any

import pytest

from simpleturk.client.client import MTurk
from simpleturk.errors import MarketplaceError
from simpleturk.marketplace.domain.marketplace import Marketplace
from tests.commands.batch.launch.test_command import WORDS, hits, ids
from tests.conftest import Files, Run


def test_launch_continues_after_an_interruption(batch_files: Files, run: Run, refused: list[int]) -> None:
    batch_files(WORDS)
    refused.append(2)
    result = run("launch")
    assert result.exit_code == 1
    assert "error: local cannot be reached: connection reset" in result.stderr
    assert "hint: run the same command again to resume: no HIT is created twice" in result.stderr
    assert len(ids()) == 1
    result = run("launch")
    assert (result.exit_code, len(ids()), len(hits(run))) == (0, 3, 3)
    assert [hit["hit_id"] for hit in hits(run)] == ids()


def test_hits_whose_ids_were_lost_are_recovered(batch_files: Files, run: Run) -> None:
    batch_files(WORDS)
    run("launch")
    made = ids()
    Path("hit_ids.txt").write_text(f"{made[0]}\n{made[1][:10]}")
    result = run("launch")
    assert (result.exit_code, ids(), len(hits(run))) == (0, made, 3)
    assert (
        "Launched 3 HITs on the local marketplace: 0 created, 2 recovered, 1 already present; ids in hit_ids.txt"
        in result.stderr
    )


def test_after_a_day_lost_hits_are_found_by_their_annotation(batch_files: Files, run: Run, local: Marketplace) -> None:
    from sqlalchemy import delete

    from simpleturk.marketplace.store.schema import request_tokens

    batch_files(WORDS)
    run("launch")
    made = ids()
    with local.write() as transaction:
        transaction.execute(delete(request_tokens))
    record = json.loads(Path("hit_ids.batch.json").read_text()) | {"created": "2020-01-01T00:00:00+00:00"}
    Path("hit_ids.batch.json").write_text(json.dumps(record))
    Path("hit_ids.txt").write_text("")
    assert run("launch").exit_code == 0
    assert (ids(), len(hits(run))) == (made, 3)


def test_a_refused_input_is_named_and_can_be_skipped(
    batch_files: Files, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch_files(WORDS)
    create = MTurk.create_hit

    def refuse(self: MTurk, hit_type_id: str, question: str, *arguments: Any) -> str:
        if "dog" in question:
            raise MarketplaceError("local refused: no dogs", code="AWS.MechanicalTurk.InvalidParameterValue")
        return create(self, hit_type_id, question, *arguments)

    monkeypatch.setattr(MTurk, "create_hit", refuse)
    result = run("launch")
    assert result.exit_code == 1
    assert "error: inputs.jsonl, line 2: local refused: no dogs" in result.stderr
    assert "--skip 2" in result.stderr
    assert run("launch", "--skip", "2").exit_code == 0
    assert [hit["annotation"].rpartition(":")[2] for hit in hits(run)] == ["1", "3"]
    assert ids() == [hit["hit_id"] for hit in hits(run)]
    assert "0 created, 0 recovered, 2 already present" in run("launch").stderr  # a skipped input stays skipped
    assert "has no input on line 9" in run("launch", "--ids", "other.txt", "--skip", "9").stderr


@pytest.mark.parametrize("operation", ["create_hit_type", "create_hit"])
def test_a_launch_that_creates_nothing_does_not_keep_corrected_inputs_from_being_launched(
    batch_files: Files, run: Run, monkeypatch: pytest.MonkeyPatch, operation: str
) -> None:
    batch_files(WORDS)

    def refuse(self: MTurk, *arguments: Any) -> str:
        raise MarketplaceError("local refused: no", code="AWS.MechanicalTurk.InvalidParameterValue")

    with monkeypatch.context() as patch:
        patch.setattr(MTurk, operation, refuse)
        result = run("launch", "--inputs", "-", input='{"word": "dgo"}\n')
    assert (result.exit_code, "local refused: no" in result.stderr) == (1, True)
    assert not Path("hit_ids.batch.json").exists() and not Path("hit_ids.inputs.jsonl").exists()
    assert run("launch", "--inputs", "-", input='{"word": "dog"}\n').exit_code == 0
    assert len(ids()) == len(hits(run)) == 1


def test_a_launch_without_funds_does_not_keep_fewer_inputs_from_being_launched(batch_files: Files, run: Run) -> None:
    batch_files(WORDS)
    assert run("requester", "deposit", "0.01").exit_code == 0
    assert "has insufficient funds" in run("launch").stderr
    assert not Path("hit_ids.batch.json").exists()
    assert run("requester", "deposit", "0.20").exit_code == 0
    batch_files(WORDS[:1])
    assert run("launch").exit_code == 0


def test_inputs_that_change_during_the_question_are_not_launched(
    batch_files: Files, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch_files(WORDS)

    def think(*arguments: Any, **options: Any) -> None:
        Path("inputs.jsonl").write_text('{"word": "other"}\n' * 3)

    monkeypatch.setattr("simpleturk.commands.batch.launch.command.warn_of_worker_limits", think)
    result = run("launch")
    assert (result.exit_code, "error: inputs.jsonl has just changed" in result.stderr) == (1, True)
    assert hits(run) == []


def test_hits_are_created_in_the_order_of_the_inputs_although_calls_are_made_at_the_same_time(
    batch_files: Files, run: Run, local: Marketplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    create = MTurk.create_hit

    def delayed(self: MTurk, *arguments: Any) -> str:
        time.sleep(random.random() / 100)
        return create(self, *arguments)

    monkeypatch.setattr(MTurk, "create_hit", delayed)
    batch_files([{"word": f"w{number}"} for number in range(60)])
    assert run("launch").exit_code == 0
    listed = [hit["hit_id"] for hit in hits(run)]
    assert len(listed) == 60 and listed == ids()
