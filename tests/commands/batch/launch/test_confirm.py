"""The price of a launch, and the question before money is spent."""

from pathlib import Path

import pytest

from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.people.worker_errors import WorkerError
from tests.commands.batch.launch.test_command import WORDS, hits, ids
from tests.conftest import Files, Run, Worker, hit_type_of


def test_max_cost_refuses_what_costs_more(batch_files: Files, run: Run) -> None:
    batch_files(WORDS)
    result = run("launch", "--max-cost", "0.59")
    assert (result.exit_code, "--max-cost allows $0.59" in result.stderr) == (1, True)
    assert run("launch", "--max-cost", "much").exit_code == 2
    assert run("launch", "--max-cost", "0.60").exit_code == 0


def test_per_worker_limits_are_in_the_annotation_and_have_no_effect_on_amazon(
    batch_files: Files, run: Run, local: Marketplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch_files(WORDS, MaxPerWorker=1, MaxConcurrent=2, RequesterAnnotation="mine")
    assert "warning" not in run("launch").stderr
    assert hits(run)[0]["annotation"].startswith("mine MaxPerWorker=1 MaxConcurrent=2 simpleturk:")
    one, group = Worker(local, "ann"), hit_type_of(local, ids()[0])
    one.do(group)
    with pytest.raises(WorkerError, match="reached the limit for these HITs"):
        one.accept(group)
    monkeypatch.setattr("simpleturk.client.endpoints.Endpoint.is_amazon", True)
    result = run("launch", "--ids", "other.txt", "--dry-run")
    assert "warning: MaxPerWorker and MaxConcurrent have no effect on the local marketplace" in result.stderr


def test_permissions_are_in_the_annotation_and_have_no_effect_on_amazon(
    batch_files: Files, run: Run, local: Marketplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch_files(WORDS, Allow=["camera", "microphone"], MaxPerWorker=1)
    assert "warning" not in run("launch").stderr
    assert hits(run)[0]["annotation"].startswith("Allow=camera,microphone MaxPerWorker=1 simpleturk:")
    monkeypatch.setattr("simpleturk.client.endpoints.Endpoint.is_amazon", True)
    result = run("launch", "--ids", "other.txt", "--dry-run")
    assert "warning: Allow has no effect on the local marketplace" in result.stderr


@pytest.mark.parametrize(
    ("answer", "status"), [("y\n", 0), ("YES\n", 0), ("n\n", 1), ("\n", 1), ("", 1), ("yes please\n", 1)]
)
def test_launch_asks_before_real_money_is_spent(
    batch_files: Files, run: Run, site: str, monkeypatch: pytest.MonkeyPatch, answer: str, status: int
) -> None:
    keys = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_ENDPOINT_URL_MTURK": site}
    for name, value in keys.items():
        monkeypatch.setenv(name, value)
    batch_files(WORDS)
    toml = Path("simpleturk.toml").read_text().replace('database = "market.db"\n', "")
    Path("simpleturk.toml").write_text(f'{toml}[marketplaces.prod]\nendpoint_url = "{site}"\n')
    result = run("launch", "--prod", input=answer)
    question = (
        "3 HITs × 2 assignments at $0.10 on production: $0.60 + $0.00 fees = $0.60 (no spending limit). Launch? [y/N]"
    )
    assert question in result.stderr
    assert (result.exit_code, result.stdout) == (status, "")
    assert Path("hit_ids.txt").exists() == (status == 0)
    if status:
        assert "error: not confirmed: nothing was done" in result.stderr


def test_stdin_that_is_data_answers_no_question(
    batch_files: Files, run: Run, site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    monkeypatch.setenv("AWS_ENDPOINT_URL_MTURK", site)
    batch_files([])
    Path("simpleturk.toml").write_text(
        f'template = "template.html"\nproperties = "properties.json"\n[marketplaces.prod]\nendpoint_url = "{site}"\n'
    )
    data = '{"word": "y"}\n'
    result = run("launch", "--prod", "--inputs", "-", input=data)
    assert (result.exit_code, "Cannot ask: stdin is data" in result.stderr) == (1, True)
    assert run("launch", "--prod", "--inputs", "-", "--yes", input=data).exit_code == 0
    # The batch now lives on prod: other marketplaces refuse it and say so, and reading needs no flag.
    assert "this batch is on" in run("approve", "--sandbox").stderr
    assert "this needs its flag" in run("approve").stderr
    assert run("progress").exit_code == 0
