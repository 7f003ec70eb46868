"""compensate."""

from collections import Counter
from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import select

from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.people.worker_errors import WorkerError
from simpleturk.marketplace.store.schema import (
    assignments,
    hit_types,
    hits,
    ledger_entries,
    messages,
    qualification_types,
)
from tests.commands.test_random_kills import FAULTS, lives  # noqa: F401
from tests.conftest import Files, Run, Worker, do, records, serving
from tests.fault_proxy import FaultyEndpoint
from tests.kill_harness import Lives

LEDGER = Path("hit_ids.ledger.jsonl")
PAY = ("compensate", "--worker", "ann", "--amount", "1.50", "--reason", "The page was <broken>")


def payments(local: Marketplace) -> list[tuple[str, str]]:
    """The rewards and the HITs that workers are paid for."""
    with local.read() as transaction:
        query = select(hit_types.c.reward, hits.c.hit_id).join(hits, hits.c.hit_type_id == hit_types.c.hit_type_id)
        rows = transaction.execute(query.where(hit_types.c.title == "A payment for you"))
        return [(row.reward, row.hit_id) for row in rows]


def group_of(local: Marketplace, hit_id: str) -> str:
    with local.read() as transaction:
        return str(transaction.scalar(select(hits.c.hit_type_id).where(hits.c.hit_id == hit_id)))


def test_only_the_worker_sees_the_payment_and_is_paid_at_once(
    run: Run, submitted: list[str], local: Marketplace
) -> None:
    # A marketplace delivers messages to workers whose work was reviewed.
    run("approve")
    dry = run(*PAY, "--dry-run")
    assert (dry.exit_code, payments(local)) == (0, [])
    line = "1 payment on the local marketplace: ann $1.50; $1.50 + $0.00 fees = $1.50\n"
    assert dry.stderr == line
    result = run(*PAY)
    assert (result.exit_code, result.stdout) == (0, ""), result.stderr
    assert result.stderr == f"{line}Offered 1 payment.\n"
    [(reward, hit_id)] = payments(local)
    assert Decimal(reward) == Decimal("1.50")
    with local.read() as transaction:
        [text] = transaction.scalars(select(messages.c.text).where(messages.c.worker_id == "ann"))
    assert text.startswith("The page was <broken>\n\nIn the list of HITs you find 'A payment for you'.")

    again = run(*PAY)
    assert again.exit_code == 0
    assert f"No payment to offer; 1 had been offered before.\nann: $1.50 not taken yet ({hit_id})\n" in again.stderr
    assert len(payments(local)) == 1
    with pytest.raises(WorkerError):
        Worker(local, "bob").accept(group_of(local, hit_id))
    Worker(local, "ann").do(group_of(local, hit_id), ("paid", "yes"))
    with local.read() as transaction:
        status = transaction.scalar(select(assignments.c.status).where(assignments.c.hit_id == hit_id))
    assert status == "Approved"

    status_ = run("compensate", "--status")
    assert f"ann: $1.50 taken ({hit_id})\n" in status_.stderr
    assert "Deleted 1 qualification type that no payment needs any more.\n" in status_.stderr
    with local.read() as transaction:
        [deleted] = transaction.scalars(select(qualification_types.c.deleted))
    assert deleted is not None
    last = run(*PAY)
    assert ("Deleted" in last.stderr, len(payments(local))) == (False, 1)


def test_a_table_pays_many_and_its_problems_come_at_once(run: Run, submitted: list[str], local: Marketplace) -> None:
    Path("pay.csv").write_text("WorkerId,Amount,Reason\nann,1.50,a\nbob,x,b\neve,2,\nann,1.50,a\n")
    wrong = run("compensate", "--file", "pay.csv")
    assert wrong.exit_code == 1
    for problem in (
        "pay.csv, line 3: 'x' is not an amount in USD, such as 0.50",
        "pay.csv, line 4: has no reason; the worker reads it",
        "pay.csv, line 5: pays ann the same amount for the same reason again",
    ):
        assert f"error: {problem}\n" in wrong.stderr
    assert (payments(local), LEDGER.exists()) == ([], False)
    Path("pay.csv").write_text("WorkerId,Amount,Reason\nann,1.50,a\nbob,$2,b\nzoe,1,c\n")
    result = run("compensate", "--file", "pay.csv")
    assert result.exit_code == 0
    assert "Offered 3 payments.\n" in result.stderr
    # No work of these workers was reviewed yet, so that the marketplace delivers no messages to them.
    assert "warning: no message could be sent to ann, bob, zoe\nhint: tell them of 'A payment for you'" in result.stderr
    assert sorted(reward for reward, _ in payments(local)) == ["1.00", "1.50", "2.00"]
    broken = run("compensate", "--worker", "nobody here", "--amount", "1", "--reason", "r")
    assert broken.exit_code == 3
    assert "error: worker nobody here: " in broken.stderr
    assert len(payments(local)) == 3


def test_what_is_missing_is_named(run: Run, local: Marketplace) -> None:
    for options, problem in (
        ((), "--worker, --amount and --reason are missing"),
        (("--worker", "ann", "--amount", "1"), "--reason is missing"),
        (("--file", "x.csv", "--worker", "ann"), "--file cannot be used with --worker"),
        (("--worker", "ann", "--amount", "1.005", "--reason", "r"), "parts of a cent"),
        (("--worker", "ann", "--amount", "1", "--reason", " "), "the payment has no reason"),
    ):
        result = run("compensate", *options)
        assert (result.exit_code, problem in result.stderr) == (2, True), result.stderr
    assert payments(local) == []


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("over_http", [False, True])
def test_a_killed_compensate_offers_each_payment_once(
    batch_files: Files,
    local: Marketplace,
    folder: Path,
    lives: Lives,  # noqa: F811
    seed: int,
    over_http: bool,
) -> None:
    batch_files([{"word": "w"}], MaxAssignments=9)
    with ExitStack() as stack:
        where: list[str] = []
        if over_http:
            address = stack.enter_context(serving(local))
            where = ["--endpoint-url", stack.enter_context(FaultyEndpoint(address, FAULTS, seed)).url]
        assert lives(folder, seed, 0, "launch", *where)["endings"][-1] == 0
        [hit_id] = Path("hit_ids.txt").read_text().split()
        names = [f"w{n}" for n in range(8)]
        for name in names:
            do(local, hit_id, name)
        Path("pay.csv").write_text("WorkerId,Amount,Reason\n" + "".join(f"{name},1.5,broken\n" for name in names))
        ended = lives(folder, seed, 4, "compensate", "--file", "pay.csv", *where, days=seed % 2 == 1)
        assert ended["endings"][-1] == 0, ended
    made = payments(local)
    assert len(made) == len(names)
    done = [line for line in records(LEDGER.read_text()) if line["phase"] == "done" and "hit_id" in line]
    assert Counter(line["hit_id"] for line in done) == Counter(hit_id for _, hit_id in made)
    with local.read() as transaction:
        told = Counter(transaction.scalars(select(messages.c.worker_id)))
        held = [row.held for row in transaction.execute(select(ledger_entries)) if row.hit_id != hit_id]
    assert max(told.values(), default=1) == 1
    assert held == [150] * len(names)
