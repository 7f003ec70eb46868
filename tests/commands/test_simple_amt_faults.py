"""What went wrong with simple-amt does not go wrong here: launching, results, review, deleting, and the rest.

What happens in a page (an input that cannot be read, a handler that fails, a page without its marketplace or without
the network) is in tests/browser/test_simpleturk_include.py; batches that are killed are in test_killed.py.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from simpleturk.marketplace.domain import worker_assignments
from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.questions.question import parse_question
from simpleturk.resources import shipped
from tests.conftest import Files, Run, Shell, do, records, serving
from tests.fault_proxy import Faults, FaultyEndpoint

ONE = [{"word": "a"}]


def hits(run: Run) -> list[dict[str, Any]]:
    """The account's HITs."""
    return records(run("hits").stdout)


def page_of(local: Marketplace, number: int = 0) -> str:
    """The page of the batch's HIT."""
    with local.read() as transaction:
        xml = worker_assignments.question_xml(transaction, Path("hit_ids.txt").read_text().split()[number])
    return parse_question(xml).html or ""


@contextmanager
def keyed(local: Marketplace, run: Run, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A server that knows one key, which the environment has."""
    key = json.loads(run("requester", "add", "Lab").stdout)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key["access_key_id"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", key["secret_access_key"])
    with serving(local) as address:
        yield address


# Launch


def test_a_wrong_key_is_reported_once_and_ends_the_launch(
    batch_files: Files, run: Run, local: Marketplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch_files(ONE)
    with keyed(local, run, monkeypatch) as address:
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
        result = run("launch", "--endpoint-url", address, "--stats", "--yes")
    assert (result.exit_code, result.stderr.count("error: ")) == (1, 1)
    assert "0 retried, 0 throttled" in result.stderr


def test_a_lost_response_creates_no_second_hit(
    batch_files: Files, run: Run, local: Marketplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch_files([{"word": word} for word in "abcdefgh"])
    with keyed(local, run, monkeypatch) as address, FaultyEndpoint(address, Faults(lost_response=0.4), 3) as faulty:
        while run("launch", "--endpoint-url", faulty.url, "--yes").exit_code:
            pass
        assert faulty.calls["CreateHITWithHITType"] > 8
        assert len(records(run("hits", "--endpoint-url", address).stdout)) == 8


def test_the_default_lifetime_is_a_week(batch_files: Files, run: Run, local: Marketplace) -> None:
    batch_files(ONE)
    assert run("launch").exit_code == 0
    left = datetime.fromisoformat(hits(run)[0]["expiration"]) - datetime.now(UTC)
    assert timedelta(days=6, hours=23) < left <= timedelta(days=7)


def requirements(local: Marketplace) -> list[dict[str, Any]]:
    """The requirements of the only HIT type."""
    from sqlalchemy import select

    from simpleturk.marketplace.store.schema import hit_types

    with local.read() as transaction:
        found: list[dict[str, Any]] = transaction.execute(select(hit_types.c.requirements)).scalar_one()
    return found


def test_a_country_given_as_text_is_not_split_into_letters(batch_files: Files, run: Run, local: Marketplace) -> None:
    batch_files(ONE, Country=["US-CA", "GB"])
    run("launch")
    assert requirements(local)[0]["LocaleValues"] == [{"Country": "US", "Subdivision": "CA"}, {"Country": "GB"}]


def test_a_country_as_text_is_one_country(batch_files: Files, run: Run, local: Marketplace) -> None:
    batch_files(ONE, Country="US")
    run("launch")
    assert requirements(local)[0]["LocaleValues"] == [{"Country": "US"}]


def test_approval_numbers_mean_at_least(batch_files: Files, run: Run, local: Marketplace) -> None:
    batch_files(ONE, HitsApproved=100, PercentApproved=95)
    run("launch")
    assert [(one["Comparator"], one["IntegerValues"]) for one in requirements(local)] == [
        ("GreaterThanOrEqualTo", [100]), ("GreaterThanOrEqualTo", [95])
    ]  # fmt: skip


def test_every_comparator_is_known_and_half_a_qualification_is_named(
    batch_files: Files, run: Run, local: Marketplace
) -> None:
    batch_files(ONE, QualificationId="3Q", QualificationInteger=5)
    assert "QualificationId also needs QualificationComparator" in run("launch").stderr
    batch_files(ONE, QualificationId="3Q", QualificationInteger=5, QualificationComparator="~")
    assert "'~' is not one of <, <=, =, ==, !=, >, >=" in run("launch").stderr
    batch_files(ONE, QualificationId="3Q", QualificationInteger=5, QualificationComparator="!=")
    assert run("launch").exit_code == 0
    assert requirements(local)[0]["Comparator"] == "NotEqualTo"


def test_own_requirements_are_used_with_the_shorthands(batch_files: Files, run: Run, local: Marketplace) -> None:
    own = {"QualificationTypeId": "3Q", "Comparator": "Exists"}
    batch_files(ONE, QualificationRequirements=[own], Country="US")
    run("launch")
    assert [one["QualificationTypeId"] for one in requirements(local)] == ["3Q", "00000000000000000071"]


def test_text_cannot_end_the_question_and_an_invalid_height_is_reported(
    batch_files: Files, run: Run, local: Marketplace
) -> None:
    batch_files([{"word": "]]>"}], template="<form>]]> {{ word }} {{ input }} <b>100%d</b><input name=a>")
    assert run("launch").exit_code == 0
    assert page_of(local) == '<form>]]> ]]&gt; {"word": "]]\\u003e"} <b>100%d</b><input name=a>'
    batch_files(ONE, FrameHeight="400")
    assert 'FrameHeight: "400" is not a whole number' in run("launch", "--ids", "b").stderr


HOSTILE = "</script><script>alert(1)</script><!-- <script \u2028 & ' \" ]]>"


@pytest.mark.parametrize("include", ["simpleamt.html", "hit_templates/simpleamt.html"])
@pytest.mark.parametrize("own", [False, True])
def test_data_stays_data_in_an_old_include_of_the_user(
    batch_files: Files, run: Run, local: Marketplace, include: str, own: bool
) -> None:
    if own:
        Path(include).parent.mkdir(exist_ok=True)
        Path(include).write_text("<script id='input' type='text/json'>{{ input }}</script><p>mine</p>")
    batch_files([{"text": HOSTILE}, [HOSTILE], HOSTILE], template=f'{{% include "{include}" %}}')
    assert run("launch", "--no-check").exit_code == 0
    for number, value in enumerate(({"text": HOSTILE}, [HOSTILE], HOSTILE)):
        page = page_of(local, number)
        assert ("<p>mine</p>" in page) == own
        before, _, rest = page.partition("text/json")
        held = rest[rest.index(">") + 1 : rest.index("</script>")]
        # No entities, which a script would not read: what the page parses is the input.
        assert json.loads(held) == value


def test_a_bad_line_launches_nothing_and_a_blank_one_is_no_line(batch_files: Files, run: Run) -> None:
    batch_files('{"word": "a"}\n\n{"word": \n{"word": "b"}\n')
    result = run("launch")
    assert (result.exit_code, Path("hit_ids.txt").exists()) == (1, False)
    assert "error: inputs.jsonl, line 3: not JSON" in result.stderr
    Path("inputs.jsonl").write_text('{"word": "a"}\n\n{"word": "b"}\n')
    assert run("launch").exit_code == 0
    assert len(Path("hit_ids.txt").read_text().split()) == 2


def test_ids_are_saved_as_hits_are_created_and_a_second_launch_continues(
    batch_files: Files, run: Run, refused: list[int]
) -> None:
    batch_files([{"word": word} for word in "abc"])
    refused.append(3)
    assert run("launch").exit_code == 1
    first = Path("hit_ids.txt").read_text().split()
    assert len(first) == 2
    refused.clear()
    run("launch")
    assert Path("hit_ids.txt").read_text().split()[:2] == first
    assert len(hits(run)) == 3


def test_a_reward_is_exact_and_has_at_most_two_decimals(batch_files: Files, run: Run) -> None:
    batch_files(ONE, Reward=0.30000000000000004)
    assert "more than two decimals" in run("launch").stderr
    batch_files(ONE, Reward=0.3)
    run("launch")
    assert hits(run)[0]["reward"] == "0.30"


def test_a_question_too_large_for_the_marketplace_is_reported_before_any_call(batch_files: Files, run: Run) -> None:
    batch_files([{"word": "a" * 66_000}])
    result = run("launch", "--sandbox")
    assert (result.exit_code, "this marketplace takes 65,535" in result.stderr) == (1, True)
    assert run("launch").exit_code == 0


@pytest.mark.parametrize("missing", ["properties", "inputs"])
def test_a_missing_option_is_named(batch_files: Files, run: Run, missing: str) -> None:
    batch_files(ONE)
    lines = Path("simpleturk.toml").read_text().splitlines()
    Path("simpleturk.toml").write_text("\n".join(line for line in lines if not line.startswith(missing)))
    result = run("launch")
    assert (result.exit_code, f"--{missing} was not given" in result.stderr) == (2, True)


# Results


def test_results_and_deleting_without_ids_take_the_account(words: list[str], local: Marketplace, run: Run) -> None:
    do(local, words[0], "ann")
    assert len(records(run("results", "--all").stdout)) == 1
    run("approve")
    assert run("delete", "--all", "--force", "--yes").exit_code == 0
    assert hits(run) == []


def test_results_continue_and_hold_every_assignment_once(words: list[str], local: Marketplace, run: Run) -> None:
    do(local, words[0], "ann")
    run("results", "--output_file", "r.jsonl")
    do(local, words[0], "bob")
    do(local, words[2], "ann")
    run("results", "--output_file", "r.jsonl")
    run("results", "--output_file", "r.jsonl")
    found = records(Path("r.jsonl").read_text())
    assert [(record["hit_id"], record["worker_id"]) for record in found] == [
        (words[0], "ann"), (words[0], "bob"), (words[2], "ann")
    ]  # fmt: skip


@pytest.mark.parametrize("form", ["lines", "one array", "an indented array"])
def test_results_of_simple_amt_are_continued(words: list[str], local: Marketplace, run: Run, form: str) -> None:
    done = do(local, words[0], "ann")
    old = [{"assignment_id": done, "hit_id": words[0], "worker_id": "ann", "output": {"é": 1}}]
    text = json.dumps(old[0]) + "\n" if form == "lines" else json.dumps(old, indent=2 if "indented" in form else None)
    Path("r.json").write_text(text)
    do(local, words[1], "bob")
    result = run("results", "--output", "r.json")
    assert "1 new result in r.json; it holds 2" in result.stderr
    found = records(Path("r.json").read_text())
    assert found[0] == old[0]
    assert found[1]["worker_id"] == "bob"


def test_an_answer_is_what_the_worker_typed(words: list[str], local: Marketplace, run: Run) -> None:
    typed = json.dumps({"text": '&amp; & <b> "quoted" é'})
    do(local, words[0], "ann", ("other", "first"), ("output", typed), ("empty", ""))
    do(local, words[1], "ann", ("output", ""))
    first, second = records(run("results").stdout)
    assert (first["output"], first["fields"]) == (json.loads(typed), {"other": "first", "empty": ""})
    assert (second["output"], "problem" in second) == ("", True)


def test_blank_lines_among_the_ids_are_ignored(words: list[str], local: Marketplace, run: Run) -> None:
    do(local, words[2], "ann")
    Path("ids").write_text("\n\n".join(words) + "\n\n")
    assert len(records(run("results", "--ids", "ids").stdout)) == 1


def test_a_record_begins_with_simple_amts_five_keys(words: list[str], local: Marketplace, run: Run) -> None:
    do(local, words[0], "ann")
    [record] = records(run("results").stdout)
    assert list(record)[:5] == ["assignment_id", "hit_id", "worker_id", "output", "submit_time"]
    assert {"status", "accept_time", "seconds_worked", "auto_approval_time", "input"} < set(record)
    assert record["input"] == {"word": "cat"}


def test_hits_prints_only_records(words: list[str], run: Run) -> None:
    assert [hit["hit_id"] for hit in hits(run)] == words


# Review


def test_approving_rejects_no_assignment(words: list[str], local: Marketplace, run: Run) -> None:
    do(local, words[0], "ann", ("output", "not JSON"))
    assert "Approved 1 assignment." in run("approve").stderr
    assert records(run("results").stdout)[0]["status"] == "Approved"


def test_rejecting_takes_only_submitted_assignments(words: list[str], local: Marketplace, run: Run) -> None:
    done = [do(local, word, "ann") for word in words]
    run("approve", done[0])
    result = run("reject", "--whole-batch", "--feedback", "No", input="y\n")
    assert (result.exit_code, "Rejected 2 assignments." in result.stderr) == (0, True)
    states = records(run("results", "--status", "approved", "--status", "rejected").stdout)
    assert [record["status"] for record in states] == ["Approved", "Rejected", "Rejected"]


def test_block_and_unblock_report_the_number_of_workers(words: list[str], run: Run) -> None:
    Path("workers").write_text("ann\nbob\n")
    result = run("block", "--worker_ids_file", "workers", "--reason", "Random", input="y\n")
    assert "Block 2 workers from all your HITs on the local marketplace?" in result.stderr
    assert [one["worker_id"] for one in records(run("block", "--list").stdout)] == ["ann", "bob"]
    assert "Unblocked 2 workers." in run("unblock", "ann", "bob").stderr
    assert "Block workers from all your HITs" in run("block", "--help").stdout


def test_feedback_reaches_workers_and_a_rejection_can_be_overridden(
    words: list[str], local: Marketplace, run: Run
) -> None:
    done = [do(local, words[0], worker) for worker in ("ann", "bob")]
    run("approve", done[0], "--feedback", "Thank you")
    run("reject", done[1], "--feedback", "Too short", "--yes")
    assert [record["feedback"] for record in records(run("results", "--rejected").stdout)] == [
        "Thank you", "Too short"
    ]  # fmt: skip
    assert run("approve", done[1]).exit_code == 3
    assert run("approve", done[1], "--override-rejection").exit_code == 0
    assert "Paid 1 bonus." in run("bonus", "--amount", "0.10", "--reason", "Sorry", done[1]).stderr


# Deleting and the rest


def test_delete_gives_the_obstacle_and_force_expires_first(words: list[str], local: Marketplace, run: Run) -> None:
    do(local, words[0], "ann")
    result = run("delete", "--yes")
    assert result.exit_code == 3
    assert f"error: HIT {words[0]}: waiting for review: 1 assignment" in result.stderr
    assert f"error: HIT {words[1]}: available to workers; --force expires it first" in result.stderr
    run("approve")
    assert run("delete", "--force", "-f", "--hit_ids_file", "hit_ids.txt").exit_code == 0
    assert hits(run) == []


def test_every_command_accepts_simple_amts_spellings(words: list[str], local: Marketplace, run: Run) -> None:
    done = do(local, words[0], "ann")
    Path("some").write_text(f"{done}\n")
    assert run("approve", "--hit_ids_file", "hit_ids.txt").exit_code == 0
    assert run("reject", "--assignment_ids_file", "some", "--feedback", "x", "-f").exit_code == 3
    assert run("progress", "--hit_ids_file=hit_ids.txt").exit_code == 0
    rendered = run("render-template", "--html_template", "template.html", "--rendered_html", "out.html")
    assert (rendered.exit_code, Path("out.html").exists()) == (0, True)


def test_no_configuration_is_needed(words: list[str], run: Run) -> None:
    Path("simpleturk.toml").unlink()
    assert not Path("config.json").exists()
    assert run("render-template", "--template", "template.html", "--inputs", "inputs.jsonl").exit_code == 0


def test_templates_are_found_by_any_path(folder: Path, batch_files: Files, run: Run) -> None:
    batch_files(ONE)
    Path("sub").mkdir()
    os.chdir("sub")
    for path in ("../template.html", str(folder / "template.html")):
        result = run("render-template", "--template", path, "--inputs", "../inputs.jsonl")
        assert (result.exit_code, "<p>a</p>" in result.stdout) == (0, True)


def test_the_include_loads_nothing_from_elsewhere() -> None:
    text = shipped("hit_templates", "simpleturk.html").read_text()
    assert "src=" not in text and "href=" not in text and "$(" not in text


def test_progress_reads_whole_pages_and_counts_assignments_in_progress(
    words: list[str], local: Marketplace, run: Run
) -> None:
    from simpleturk.marketplace.domain import lifecycle
    from simpleturk.marketplace.people import workers

    with local.write() as transaction:
        workers.register(transaction, "bob")
        hit = lifecycle.get_hit(transaction, words[1])
        lifecycle.accept(transaction, hit, "bob")
    run("reject", do(local, words[0], "ann"), "--feedback", "No", "--yes")
    result = run("progress", "--json", "--stats")
    found = json.loads(result.stdout)
    assert (found["pending"], found["reviewed"], found["submitted"]) == (1, 1, 0)
    assert "Calls: ListHITs 1;" in result.stderr


def test_files_are_read_as_utf_8_in_every_locale(batch_files: Files, shell: Shell) -> None:
    batch_files('{"word": "é漢🙂"}\n', template="<form>ü {{ word }}<input name=a></form>", Title="Überschrift")
    plain = {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    shell("launch", env=plain)
    assert "Überschrift" in shell("hits", env=plain).stdout.decode()
    assert "ü é漢🙂" in shell("render-template", env=plain).stdout.decode()
