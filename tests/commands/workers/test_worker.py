"""worker: accounts, invitations, and one worker's personal data."""

import json
from datetime import datetime
from pathlib import Path

import pytest

from simpleturk.marketplace.domain.marketplace import Marketplace
from tests.conftest import Run, Worker, hit_type_of, records


def accounts(run: Run) -> dict[str, str]:
    return {one["worker_id"]: one["account"] for one in records(run("worker", "list").stdout)}


def test_accounts_are_created_from_ids_and_from_a_spreadsheet(run: Run, words: list[str], folder: Path) -> None:
    (folder / "lab.csv").write_bytes(
        "\ufeffName;worker_id\r\n".replace(";", ",").encode() + "Änn,ann,\r\n,,\r\nBob,bob\r\n".encode()
    )
    (folder / "more.csv").write_text("worker_id,country\ncat,us-ca\ndan,\n")
    first = records(run("worker", "add", "--workers", "lab.csv").stdout)
    second = records(
        run("worker", "add", "eve", "--workers", "more.csv", "--country", "DE", "--site", "https://x.org/").stdout
    )
    assert [one["worker_id"] for one in first + second] == ["ann", "bob", "eve", "cat", "dan"]
    assert first[0]["link"].startswith("http://worker.simpleturk.localhost:8484/password?key=")
    assert second[0]["link"].startswith("https://x.org/password?key=")
    assert len({one["link"] for one in first + second}) == 5
    places = {one["worker_id"]: one["country"] for one in records(run("worker", "list").stdout)}
    assert places == {"ann": None, "bob": None, "eve": "DE", "cat": "US-CA", "dan": "DE"}
    assert set(accounts(run).values()) == {"invited"}


def test_every_problem_is_named_and_no_account_is_created(run: Run, words: list[str], folder: Path) -> None:
    run("worker", "add", "ann")
    result = run("worker", "add", "ann", "bob")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "ann: already has an account (invited)" in result.stderr and "with simpleturk worker reset" in result.stderr
    assert "bob" not in accounts(run)
    for arguments, said in (
        (["add", "a b", "é"], "is not a worker id"),
        (["add"], "no workers named"),
        (["add", "cat", "--country", "Germany"], "is not a country"),
        (["reset", "nobody"], "nobody: has no account"),
        (["disable", "nobody"], "nobody: is not a worker of this marketplace"),
        (["export", "nobody"], "there is no worker nobody"),
        (["delete", "nobody", "--yes"], "there is no worker nobody"),
        (["add", "--workers", "none.csv"], "none.csv"),
    ):
        result = run("worker", *arguments)
        assert result.exit_code in (1, 2) and result.stdout == "", arguments
        assert said in result.stderr, result.stderr
    (folder / "latin.csv").write_bytes("worker_id\nänn\n".encode("latin-1"))
    assert "latin.csv, line 2: is not UTF-8 text" in run("worker", "add", "--workers", "latin.csv").stderr


def test_an_account_is_disabled_enabled_and_reset(run: Run, words: list[str]) -> None:
    [first] = records(run("worker", "add", "ann").stdout)
    assert run("worker", "disable", "ann").stderr == "Disabled 1 worker.\n"
    assert accounts(run) == {"ann": "disabled"}
    assert run("worker", "enable", "ann").stderr == "Enabled 1 worker.\n"
    assert accounts(run) == {"ann": "none"}
    [second] = records(run("worker", "add", "ann").stdout)
    [third] = records(run("worker", "reset", "ann").stdout)
    assert len({one["link"] for one in (first, second, third)}) == 3


def test_an_invitation_is_one_link(run: Run, words: list[str]) -> None:
    result = run("worker", "invite", "--uses", "30", "--days", "7")
    assert result.stdout.startswith("http://worker.simpleturk.localhost:8484/sign-up?key=")
    assert result.stderr == (
        "The link is valid for 30 accounts and 7 days.\n"
        "warning: only this computer can open links that begin with http://worker.simpleturk.localhost:8484\n"
        "hint: for other computers, name the site's address with --site, or as address in [site] of simpleturk.toml\n"
    )
    elsewhere = run("worker", "invite", "--site", "https://work.example.org")
    assert elsewhere.stderr == "The link is valid for 1 account and 14 days.\n"


def test_the_deletion_of_an_unknown_worker_is_refused_before_the_question(run: Run, words: list[str]) -> None:
    result = run("worker", "delete", "eve", input="n\n")
    assert (result.exit_code, result.stderr) == (
        1,
        "error: there is no worker eve\nhint: list workers with simpleturk worker list\n",
    )


def test_links_use_the_address_that_the_configuration_names(run: Run, words: list[str], folder: Path) -> None:
    with (folder / "simpleturk.toml").open("a") as file:
        file.write('[site]\naddress = "https://work.example.org"\n')
    assert run("worker", "invite").stdout.startswith("https://work.example.org/sign-up?key=")


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("site = 1", "site has to be a table"),
        ("[site]\nnam = 'x'", "site.nam is not a setting\nhint: did you mean name?"),
        ("[site]\nname = 1", 'site.name has to be written as name = "Vision Lab"'),
        ("[site]\ncolor = 'red'", 'site.color has to be written as color = "#1d5c4d"'),
        ("[site]\nsign_up = 1", "site.sign_up has to be written as sign_up = true"),
        ("[site]\nmax_held = true", "site.max_held has to be written as max_held = 25"),
        ("[site]\nmax_per_worker = 0", "site.max_per_worker has to be written as max_per_worker = 100"),
        ("[site]\nframes = 'https://x'", 'site.frames has to be written as frames = "hits.example.org"'),
        ("[site]\naddress = 'x'", "site.address has to be written as address"),
    ],
)
def test_problems_of_the_sites_settings_are_named(run: Run, folder: Path, table: str, said: str) -> None:
    (folder / "simpleturk.toml").write_text(table)
    result = run("serve", "--database", "m.db")
    assert (result.exit_code, said in result.stderr) == (1, True), result.stderr


def test_personal_data_is_exported_and_deleted_and_the_work_stays(
    run: Run, words: list[str], local: Marketplace
) -> None:
    one = Worker(local, "ann")
    group = hit_type_of(local, words[0])
    done = one.do(group, ("answer", "my name is Ann"))
    one.accept(group)
    run("approve", done, "--feedback", "Thank you, Ann")
    run("requester", "deposit", "5")
    found = json.loads(run("worker", "export", "ann").stdout)
    assert found["worker"]["worker_id"] == "ann" and "password" not in found["worker"]
    assert [answer["fields"] for answer in found["assignments"]][0] == [["answer", "my name is Ann"]]
    assert found["ledger"][0]["kind"] == "reward"

    assert (found["ledger"][0]["held"], found["ledger"][0]["available"]) == ("-0.10", "0.00")
    for moment in (found["assignments"][0]["submitted"], found["ledger"][0]["time"], found["worker"]["created"]):
        assert datetime.fromisoformat(moment).tzinfo is not None and moment.endswith("Z")

    owed = "warning: ann is owed $0.10: after the deletion, the payments name a pseudonym\nhint: pay the worker first"
    asked = run("worker", "delete", "ann", input="n\n")
    assert asked.exit_code != 0
    assert asked.stderr.index(owed) < asked.stderr.index("Delete the personal data of ann?")
    result = run("worker", "delete", "ann", "--yes")
    assert result.stderr.startswith(owed)
    assert "\nDeleted the personal data of ann; their work is now under deleted-" in result.stderr
    assert run("worker", "export", "ann").exit_code == 1
    [record] = records(run("results").stdout)
    assert record["worker_id"].startswith("deleted-") and record["output"] == {"answer": "my name is Ann"}
    assert json.loads(run("progress", "--json").stdout)["pending"] == 1
    owed = run("requester", "payments", "--by-worker").stdout
    assert record["worker_id"] in owed and "ann" not in owed
    assert accounts(run) == {record["worker_id"]: "disabled"}


def test_delete_with_answers_empties_the_answers(run: Run, words: list[str], local: Marketplace) -> None:
    Worker(local, "ann").do(hit_type_of(local, words[0]), ("answer", "my name is Ann"))
    assert run("worker", "delete", "ann", "--answers", "--yes").exit_code == 0
    [record] = records(run("results").stdout)
    assert "Ann" not in json.dumps(record)


def test_the_address_of_the_worker_site_must_be_a_url(run: Run) -> None:
    result = run("worker", "invite", "--site", "nope")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "'nope' is not a URL such as https://work.example.org" in result.stderr


def test_a_missing_file_of_workers_has_a_hint(run: Run) -> None:
    result = run("worker", "add", "--workers", "gone.csv")
    assert result.stderr == "error: gone.csv: no such file\nhint: name a file of worker ids with --workers\n"
