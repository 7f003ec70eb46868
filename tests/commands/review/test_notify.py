"""notify."""

from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import select

from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.store.schema import messages
from tests.conftest import Run, serving
from tests.fault_proxy import Faults, FaultyEndpoint

MESSAGE = ("--subject", "New HITs", "--message", "There are more.", "--yes")


def sent(local: Marketplace) -> Counter[str]:
    with local.read() as transaction:
        rows = transaction.execute(select(messages.c.worker_id, messages.c.subject)).all()
    return Counter(row.worker_id for row in rows if row.subject == "New HITs")


def test_the_workers_of_the_batch_get_a_message_once(run: Run, submitted: list[str], local: Marketplace) -> None:
    run("approve")
    assert run("notify", *MESSAGE, "--dry-run").stderr == "3 workers to notify; 0 had been notified before.\n"
    assert (run("notify", *MESSAGE).stderr, sent(local)) == ("Notified 3 workers.\n", {"ann": 1, "bob": 1, "eve": 1})
    again = run("notify", *MESSAGE)
    assert again.stderr.endswith("Notified 0 workers; 3 had been notified before.\n")
    assert (again.exit_code, sent(local)) == (0, {"ann": 1, "bob": 1, "eve": 1})
    assert run("notify", "--all", *MESSAGE).exit_code == 0
    assert sent(local).total() == 3


def test_workers_who_cannot_get_it_are_named_and_tried_again(
    run: Run, submitted: list[str], local: Marketplace
) -> None:
    run("approve", submitted[0])
    result = run("notify", *MESSAGE, "ann", "bob")
    assert (result.exit_code, sent(local)) == (3, {"ann": 1})
    assert (
        "error: worker bob: You have not approved or rejected any work of bob.\nNotified 1 worker.\n" in result.stderr
    )
    run("approve", submitted[1])
    assert run("notify", *MESSAGE, "ann", "bob").stderr == "Notified 1 worker; 1 had been notified before.\n"
    assert sent(local) == {"ann": 1, "bob": 1}


def test_a_message_whose_answer_is_lost_is_not_sent_again(
    run: Run, submitted: list[str], local: Marketplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("approve")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    with serving(local) as address, FaultyEndpoint(address, Faults()) as endpoint:
        where = ("--endpoint-url", endpoint.url)
        endpoint.faults = Faults(lost_response=1.0)
        assert run("notify", *MESSAGE, *where, "ann").exit_code == 1
        endpoint.faults = Faults()
        result = run("notify", *MESSAGE, *where, "ann", "bob")
        assert (result.exit_code, sent(local)) == (3, {"ann": 1, "bob": 1})
        assert "worker ann: it is unknown whether the message was sent" in result.stderr
        assert endpoint.calls["NotifyWorkers"] == 2


def test_options_that_cannot_be_are_refused(run: Run, words: list[str]) -> None:
    assert run("notify", "--subject", " ", "--message", "x", "ann").exit_code == 2
    assert run("notify", "--subject", "x", "--message", "x" * 4097, "ann").exit_code == 2
    assert run("notify", "--subject", "x", "--message", "x", "--all", "ann").exit_code == 2
    Path("w.txt").write_text("ann\n")
    asked = run("notify", "--subject", "x", "--message", "x", "--workers", "w.txt", input="n\n")
    assert ("Send 'x' to 1 worker on the local marketplace? [y/N]" in asked.stderr, asked.exit_code) == (True, 1)
