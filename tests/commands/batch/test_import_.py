"""Old batches move in: results out of CSV or JSON Lines become HITs with finished work."""

import csv
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import Result

from simpleturk.batch.old_batch import read_old_batch
from simpleturk.batch.times import parse_time, site_time
from simpleturk.errors import Problems
from simpleturk.marketplace.domain import worker_assignments
from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.store.sqlite import SQLiteStore
from tests.conftest import Files, Run, do, records

NASTY = 'a "b" & <c> ]]>\n=1+1 é 🙂'

#: What importing changes by right: work that waits gets a new time, and HITs are off the market.
CHANGED = ("AutoApprovalTime", "Expiration")


def table(text: str) -> list[dict[str, str]]:
    """A CSV file's rows."""
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


ALL = ("--status", "submitted", "--status", "approved", "--status", "rejected")


@pytest.fixture
def old(batch_files: Files, run: Run, local: Marketplace) -> list[str]:
    """A batch with work in all states, exported as old.csv and old.jsonl, its ids file out of the way; its HITs."""
    batch_files([{"word": "cat", "n": "1"}, {"word": NASTY, "n": "2"}, {"word": "", "n": "3"}], Keywords="a, b")
    run("launch", "--set", "RequesterAnnotation=BatchId:7;x:y;")
    hit_ids = Path("hit_ids.txt").read_text().split()
    done = [do(local, hit_id, "ann", ("answer", NASTY), ("more", str(n))) for n, hit_id in enumerate(hit_ids)]
    done.append(do(local, hit_ids[0], "A1B2C3", ("answer", "x"), ("box", "a"), ("box", "b")))
    run("approve", "--feedback", "Thank you", done[0])
    run("reject", "--yes", "--feedback", f"No: {NASTY}", done[1])
    run("results", "--output", "old.csv", *ALL)
    run("results", "--output", "old.jsonl", *ALL)
    for name in ("hit_ids.txt", "hit_ids.batch.json"):
        Path(name).rename(f"was.{name}")
    Path("simpleturk.toml").write_text('database = "new.db"\n')
    return hit_ids


@pytest.mark.parametrize("name", ["old.csv", "old.jsonl"])
def test_an_old_batch_comes_out_as_it_went_in(old: list[str], run: Run, name: str) -> None:
    result = run("import", name)
    assert result.stderr.splitlines()[-1] == (
        "Imported 3 HITs with 4 assignments: 1 approved, 1 rejected, 2 to review; ids in hit_ids.txt"
    )
    assert Path("hit_ids.txt").read_text().split() == old
    run("results", "--output", "new.jsonl", *ALL)
    before, after = records(Path("old.jsonl").read_text()), records(Path("new.jsonl").read_text())
    for record in (*before, *after):
        if record["status"] == "Submitted":
            del record["auto_approval_time"]
        if name == "old.csv":  # which knows seconds
            for key in ("submit_time", "accept_time", "seconds_worked", "approval_time", "rejection_time"):
                record.pop(key, None)
            record.pop("auto_approval_time", None)
    assert after == before
    if name == "old.csv":
        run("results", "--output", "new.csv", *ALL)
        rows = [
            {column: cell for column, cell in row.items() if column not in CHANGED}
            for row in table(Path("new.csv").read_text())
        ]
        assert rows == [
            {column: cell for column, cell in row.items() if column not in CHANGED}
            for row in table(Path("old.csv").read_text())
        ]
        assert rows[0]["RequesterAnnotation"] == "BatchId:7;x:y;"


def test_imported_submitted_work_can_be_reviewed_and_only_it_is_owed(old: list[str], run: Run) -> None:
    run("import", "old.csv")
    assert json.loads(run("progress", "--json").stdout)["submitted"] == 2
    assert run("requester", "payments").stdout.count("\n") == 1
    assert "Approved 2 assignments." in run("approve").stderr
    owed = run("requester", "payments").stdout
    assert [row["worker_id"] for row in table(owed)] == ["A1B2C3", "ann"]
    assert "balance" not in run("balance").stderr
    assert run("delete", "--yes", "--force").exit_code == 0


def test_imported_work_is_not_approved_automatically_at_once(folder: Path, run: Run) -> None:
    Path("old.csv").write_text(
        "HITId,Reward,AutoApprovalDelayInSeconds,AssignmentId,WorkerId,AssignmentStatus,AcceptTime,SubmitTime,"
        "AutoApprovalTime,Answer.a\n"
        "3H,$0.07,600,3A,A1,Submitted,Thu Oct 09 07:30:20 PDT 2014,Thu Oct 09 07:31:20 PDT 2014,"
        "Thu Oct 16 07:31:20 PDT 2014,x\n"
    )
    run("import", "old.csv", "--database", "m.db")
    [record] = records(run("results", "--database", "m.db").stdout)
    assert (record["status"], record["accept_time"]) == ("Submitted", "2014-10-09T14:30:20Z")
    assert record["submit_time"] == "2014-10-09T14:31:20Z"
    assert (parse_time(record["auto_approval_time"]) - datetime.now(UTC)).days >= 6


def test_importing_a_file_again_changes_nothing_and_completes_an_interrupted_import(old: list[str], run: Run) -> None:
    run("import", "old.csv")
    run("approve")
    before = run("results").stdout
    for name in ("hit_ids.txt", "hit_ids.inputs.jsonl"):
        Path(name).unlink()
    result = run("import", "old.csv")
    assert "Imported 0 HITs with 0 assignments: 0 approved, 0 rejected, 0 to review; 3 HITs had been" in result.stderr
    assert run("results").stdout == before
    Path("hit_ids.txt").unlink()
    Path("hit_ids.batch.json").unlink()
    run("import", "old.csv")
    assert run("results").stdout == before


def test_import_changes_no_other_batch(old: list[str], run: Run) -> None:
    Path("mine.txt").write_text("3X\n")
    result = run("import", "old.csv", "--ids", "mine.txt")
    assert (result.exit_code, Path("mine.txt").read_text()) == (1, "3X\n")
    result = run("import", "old.csv", "--database", "market.db")
    assert (result.exit_code, f"the HIT {old[0]} already exists, and is not from this file" in result.stderr) == (
        1,
        True,
    )
    run("import", "old.csv")
    result = run("import", "old.jsonl", "--ids", "b.txt")
    assert (result.exit_code, Path("b.txt").exists()) == (1, False)


def test_an_imported_batch_is_not_launched(old: list[str], run: Run) -> None:
    run("import", "old.csv")
    Path("p.json").write_text("{}")
    result = run("launch", "--template", "template.html", "--properties", "p.json", "--inputs", "inputs.jsonl")
    assert (result.exit_code, "this batch was imported" in result.stderr) == (1, True)


def test_with_a_template_more_work_can_be_collected(old: list[str], run: Run) -> None:
    run("import", "old.csv")
    store = SQLiteStore(Path("new.db"))
    with Marketplace(store).read() as transaction:
        assert "without its page" in worker_assignments.question_xml(transaction, old[1])
    assert run("import", "old.csv", "--template", "template.html").exit_code == 0
    with Marketplace(store).read() as transaction:
        assert "<p>cat</p>" in worker_assignments.question_xml(transaction, old[0])
    run("import", "old.csv")
    with Marketplace(store).read() as transaction:
        assert "<p>cat</p>" in worker_assignments.question_xml(transaction, old[0])
    store.close()


def test_a_template_that_does_not_fit_imports_nothing(old: list[str], run: Run) -> None:
    Path("t.html").write_text("<form>{{ nothing }}</form>")
    result = run("import", "old.csv", "--template", "t.html")
    assert (result.exit_code, Path("hit_ids.txt").exists(), Path("new.db").exists()) == (1, False, False)
    assert "error: t.html, line 1: the input has no 'nothing'" in result.stderr


def write_json(name: str) -> Callable[[list[dict[str, Any]]], None]:
    """Writes records as JSON Lines, or as one array."""

    def write(found: list[dict[str, Any]]) -> None:
        text = (
            json.dumps(found, indent=2 if name == "indented" else None)
            if name != "lines"
            else "".join(json.dumps(record) + "\n" for record in found)
        )
        Path("old.jsonl").write_text(text)

    return write


@pytest.mark.parametrize("form", ["lines", "array", "indented"])
def test_results_of_simple_amt_are_imported(folder: Path, run: Run, form: str) -> None:
    found: list[dict[str, Any]] = [
        {"assignment_id": "3A", "hit_id": "3H", "worker_id": "A1", "output": {"n": [1, "é"]},
         "submit_time": "2019-09-23 11:18:32-04:00"},
        {"assignment_id": "3B", "hit_id": "3H", "worker_id": "A2", "output": ["x"]},
    ]  # fmt: skip
    write_json(form)(found)
    result = run("import", "old.jsonl", "--database", "m.db")
    assert "warning: 2 assignments without a state: imported as approved" in result.stderr
    assert "warning: 1 assignment without a time: imported as submitted now" in result.stderr
    back = records(run("results", "--database", "m.db").stdout)
    assert [(record["output"], record["status"]) for record in back] == [
        ({"n": [1, "é"]}, "Approved"), (["x"], "Approved")
    ]  # fmt: skip
    assert back[0]["submit_time"] == "2019-09-23T15:18:32Z"


def test_properties_supply_what_the_results_lack(folder: Path, run: Run, batch_files: Files) -> None:
    batch_files([])
    Path("simpleturk.toml").unlink()
    line = {"assignment_id": "3A", "hit_id": "3H", "worker_id": "A1", "output": 1, "status": "Approved"}
    write_json("lines")([line])
    run("import", "old.jsonl", "--properties", "properties.json", "--database", "m.db")
    [hit] = records(run("hits", "--database", "m.db").stdout)
    assert (hit["title"], hit["reward"], hit["max_assignments"]) == ("Describe an image", "0.10", 2)


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("", ["old.csv, line 1: has no column HITId"]),
        ("HITId,AssignmentId,WorkerId\n", ["old.csv: holds no results"]),
        (
            "HITId,AssignmentId,WorkerId,SubmitTime,Reward,AssignmentStatus\n3H,3A,A1,10/9/2025 7:30,$0.05,Approved\n"
            "3h,3B,A1,,,\n3H,3C,a b,,,\n3H,3D,A4,,,Done\n3I,3E,A5,,free,Approved\n3H,,A6,,,\n",
            [
                "line 2: SubmitTime: '10/9/2025 7:30' is not a time",
                "line 3: HITId is '3h'",
                "line 4: WorkerId is 'a b'",
                "line 5: AssignmentStatus is 'Done'",
                "line 6: Reward is 'free'",
                "line 7: AssignmentId is ''",
            ],
        ),
        (
            "HITId,AssignmentId,WorkerId,Answer.a\n3H,3A,A1,x\n3H,3A,A1,x\n3H,3A,A1,y\n3H,3B,A1,x\n",
            ["line 4: contradicts line 2 about 3A", "line 5: the worker A1 submitted this HIT on line 2"],
        ),
    ],
)
def test_all_problems_of_a_file_are_reported_and_nothing_is_imported(
    folder: Path, run: Run, text: str, problems: list[str]
) -> None:
    Path("old.csv").write_text(text)
    result = run("import", "old.csv", "--database", "m.db")
    assert (result.exit_code, Path("hit_ids.txt").exists()) == (1, False)
    told = [line for line in result.stderr.splitlines() if line.startswith("error")]
    assert len(told) == len(problems)
    for line, problem in zip(told, problems, strict=True):
        assert problem in line


@pytest.mark.parametrize(
    "line",
    [
        "x",
        "[1]",
        '{"assignment_id": "3A", "feedback": "\\udfff"}',
        '{"hit_id": "3H"}',
        '{"assignment_id": "3A"}',
        "\xff",
    ],
)
def test_a_line_that_is_not_a_result_is_named(folder: Path, run: Run, line: str) -> None:
    Path("old.jsonl").write_bytes(line.encode("latin-1") + b"\n")
    result = run("import", "old.jsonl", "--database", "m.db")
    assert (result.exit_code, "error: old.jsonl, line 1: " in result.stderr) == (1, True)


@pytest.mark.parametrize("file", ["gone.csv", "."])
def test_a_missing_file_is_named(folder: Path, run: Run, file: str) -> None:
    assert run("import", file).stderr.startswith(f"error: {file}: ")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Thu Oct 09 07:30:20 UTC 2025", "2025-10-09T07:30:20+00:00"),
        ("Thu Oct 09 07:30:20 PDT 2025", "2025-10-09T14:30:20+00:00"),
        ("Wed Dec  3 07:30:20 PST 2014", "2014-12-03T15:30:20+00:00"),
        ("Thu Oct 09 07:30:20 GMT-07:00 2025", "2025-10-09T14:30:20+00:00"),
        ("Thu Oct 09 07:30:20 2025", "2025-10-09T07:30:20+00:00"),
        ("2025-10-09T07:30:20Z", "2025-10-09T07:30:20+00:00"),
        ("2019-09-23 11:18:32-04:00", "2019-09-23T15:18:32+00:00"),
        ("2019-09-23 11:18:32", "2019-09-23T11:18:32+00:00"),
    ],
)
def test_times_of_every_format_are_read(text: str, moment: str) -> None:
    assert parse_time(text).isoformat() == moment


@pytest.mark.parametrize(
    "text", ["9999-12-31T23:59:59Z", "0001-01-01", "10/9/2025", "", "Thu Foo 09 07:30:20 UTC 2025"]
)
def test_an_invalid_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a time such as"):
        parse_time(text)


def test_import_overwrites_no_file_with_inputs(folder: Path, run: Run) -> None:
    line = json.dumps({"assignment_id": "3A", "hit_id": "3H", "worker_id": "A1", "output": 1, "status": "Approved"})
    Path("hit_ids.inputs.jsonl").write_text(line + "\n")
    result = run("import", "hit_ids.inputs.jsonl", "--database", "m.db")
    assert (result.exit_code, Path("hit_ids.inputs.jsonl").read_text()) == (1, line + "\n")
    assert "hit_ids.inputs.jsonl already exists" in result.stderr


@given(st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(2200, 1, 1)))
def test_a_time_in_the_requester_sites_format_is_read_back(moment: datetime) -> None:
    whole = moment.replace(microsecond=0, tzinfo=UTC)
    assert parse_time(site_time(whole)) == whole


@given(data=st.binary(), is_csv=st.booleans())
def test_any_bytes_are_a_batch_or_problems(tmp_path_factory: pytest.TempPathFactory, data: bytes, is_csv: bool) -> None:
    path = tmp_path_factory.mktemp("old") / ("f.csv" if is_csv else "f.jsonl")
    path.write_bytes((b"HITId,AssignmentId,WorkerId,SubmitTime\n3H,3A,A1," if is_csv else b"") + data)
    try:
        batch = read_old_batch(path, "Approved", datetime.now(UTC))
    except Problems as error:
        assert error.problems
    else:
        assert batch.assignments


HEADER = (
    "HITId,HITTypeId,Title,Reward,MaxAssignments,AssignmentDurationInSeconds,CreationTime,Expiration,"
    "AssignmentId,WorkerId,AssignmentStatus,AcceptTime,SubmitTime,ApprovalTime,WorkTimeInSeconds,Answer.a"
)
GOOD = dict(
    zip(
        HEADER.split(","),
        "3H,3T,Words,$0.05,2,600,2020-01-01T00:00:00Z,2020-01-03T00:00:00Z,3A,A1,Approved,2020-01-01T01:00:00Z,"
        "2020-01-01T01:01:00Z,2020-01-01T02:00:00Z,60,x".split(","),
        strict=True,
    )
)


def imported(run: Run, *rows: dict[str, str]) -> Result:
    """Import these rows, each GOOD with changes."""
    file = io.StringIO()
    writer = csv.DictWriter(file, HEADER.split(","))
    writer.writeheader()
    writer.writerows(GOOD | changes for changes in rows)
    Path("old.csv").write_text(file.getvalue())
    return run("import", "old.csv", "--database", "m.db")


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"MaxAssignments": "\u0663"}, "MaxAssignments is '\u0663': use a whole number from 1 to 1,000,000,000"),
        ({"MaxAssignments": "0"}, "MaxAssignments is '0'"),
        ({"MaxAssignments": "1_000"}, "MaxAssignments is '1_000'"),
        ({"Reward": "\u0660.\u0660\u0665"}, "Reward is '\u0660.\u0660\u0665': use an amount such as $0.05"),
        ({"Reward": "0.055"}, "Reward is '0.055'"),
        ({"Reward": "nan"}, "Reward is 'nan'"),
        ({"Reward": "1e9"}, "Reward is '1e9'"),
        ({"Reward": "-1"}, "Reward is '-1'"),
        ({"Reward": "1000000.01"}, "at most 1,000,000"),
        ({"AssignmentDurationInSeconds": "-600"}, "AssignmentDurationInSeconds is '-600'"),
        ({"AssignmentDurationInSeconds": "\uff16\uff10\uff10"}, "use a whole number from 30 to 31,536,000"),
        ({"WorkTimeInSeconds": "-5"}, "WorkTimeInSeconds is '-5'"),
        ({"AcceptTime": "2020-01-01T01:01:01Z"}, "AcceptTime is after SubmitTime"),
        ({"ApprovalTime": "2020-01-01T01:00:59Z"}, "SubmitTime is after ApprovalTime"),
        ({"CreationTime": "2020-01-01T01:00:01Z"}, "CreationTime is after AcceptTime"),
        ({"Expiration": "2019-12-31T23:59:59Z"}, "CreationTime is after Expiration"),
        ({"SubmitTime": "2399-01-01T00:00:00Z"}, "SubmitTime is '2399-01-01T00:00:00Z': too far in the future"),
        ({"CreationTime": "1999-12-31T00:00:00Z"}, "CreationTime is '1999-12-31T00:00:00Z': before the year 2000"),
        ({"AcceptTime": "Thu Oct \u0660\u0669 07:30:20 UTC 2014"}, "is not a time such as"),
        ({"HITTypeId": "3T\x9b"}, "HITTypeId is '3T\\x9b': use capital letters and digits"),
        ({"HITId": "3H\x9b"}, "HITId is '3H\\x9b': use capital letters and digits"),
        ({"WorkerId": "ann\x7f"}, "WorkerId is 'ann\\x7f'"),
        ({"Title": "a\x1b[31m"}, "Title has a control character"),
        ({"Title": "a" * 129}, "Title has 129 characters: use at most 128"),
    ],
)
def test_a_row_that_cannot_be_true_is_refused(folder: Path, run: Run, changes: dict[str, str], problem: str) -> None:
    result = imported(run, changes)
    assert (result.exit_code, result.stderr.startswith("error: old.csv, line 2: ")) == (1, True), result.stderr
    assert problem in result.stderr
    assert not Path("hit_ids.txt").exists() and not Path("m.db").exists()
    assert imported(run, {}).exit_code == 0


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"Reward": "$0.06"}, "line 3: contradicts line 2 about Reward of the HIT 3H"),
        ({"Title": "Other"}, "line 3: contradicts line 2 about Title of the HIT 3H"),
        ({"CreationTime": "2020-01-01T00:00:01Z"}, "line 3: contradicts line 2 about CreationTime of the HIT 3H"),
        ({"HITId": "3I", "Reward": "$0.06"}, "line 3: contradicts line 2 about Reward of the HIT type 3T"),
        ({"WorkerId": "A1"}, "the worker A1 submitted this HIT on line 2 already"),
        ({"AssignmentId": "3A"}, "contradicts line 2 about 3A"),
    ],
)
def test_rows_that_contradict_each_other_are_refused(
    folder: Path, run: Run, changes: dict[str, str], problem: str
) -> None:
    result = imported(run, {}, {"AssignmentId": "3B", "WorkerId": "A2"} | changes)
    assert (result.exit_code, problem in result.stderr) == (1, True), result.stderr
    assert not Path("hit_ids.txt").exists()


def test_a_hit_with_more_assignments_than_it_has_is_refused_and_an_extended_one_is_not(folder: Path, run: Run) -> None:
    rows = [{"AssignmentId": f"3{name}", "WorkerId": f"A{name}"} for name in "ABC"]
    result = imported(run, *rows)
    assert "old.csv: the HIT 3H has 3 assignments, but MaxAssignments is 2" in result.stderr
    assert result.exit_code == 1
    rows[2] |= {"MaxAssignments": "3", "Expiration": "2020-02-01T00:00:00Z"}
    assert imported(run, *rows).exit_code == 0


def test_all_problems_of_a_row_are_reported_and_a_flood_is_counted(folder: Path, run: Run) -> None:
    changes = {"Reward": "free", "MaxAssignments": "\u0663", "WorkerId": "a b"}
    result = imported(run, *({"AssignmentId": f"3A{number}"} | changes for number in range(300)))
    lines = result.stderr.splitlines()
    assert (result.exit_code, len(lines) < 40) == (1, True)
    for problem in ("Reward is 'free'", "MaxAssignments is", "WorkerId is 'a b'", "and 875 more problems"):
        assert any(problem in line for line in lines), lines


def test_a_hit_without_times_begins_with_its_first_assignment(folder: Path) -> None:
    Path("old.csv").write_text(
        "HITId,AssignmentId,WorkerId,AcceptTime,SubmitTime\n"
        "3H,3A,A1,2020-01-02T00:00:00Z,2020-01-02T01:00:00Z\n3H,3B,A2,2020-01-01T00:00:00Z,2020-01-01T01:00:00Z\n"
    )
    hit = read_old_batch(Path("old.csv"), "Approved", datetime.now(UTC)).hits["3H"]
    times = [parse_time(text).timestamp() for text in ("2020-01-01T00:00:00Z", "2020-01-02T01:00:00Z")]
    assert [hit["CreationTime"], hit["Expiration"]] == times


def test_a_batch_that_was_expired_is_imported(old: list[str], run: Run) -> None:
    for name in ("hit_ids.txt", "hit_ids.batch.json"):
        Path(f"was.{name}").rename(name)
    Path("simpleturk.toml").write_text('database = "market.db"\n')
    assert run("expire").exit_code == 0
    run("results", "--output", "expired.csv", *ALL)
    Path("simpleturk.toml").write_text('database = "new.db"\n')
    result = run("import", "expired.csv", "--ids", "again.txt")
    assert result.exit_code == 0, result.stderr
