"""Inputs out of CSV files, as spreadsheets and the requester site write them."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simpleturk.batch.inputs import open_inputs
from simpleturk.batch.inputs.csv_inputs import Table
from simpleturk.batch.inputs.jsonl import Input, InputLines
from simpleturk.errors import Problem

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"))


def read(data: bytes, name: str = "i.csv") -> list[Input | Problem]:
    Path(name).write_bytes(data)
    return list(open_inputs(Path(name)))


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_files_of_spreadsheets_are_read_with_any_separator_and_line_end(
    folder: Path, delimiter: str, end: str, encoding: str
) -> None:
    rows = ["word{}note", 'é{}"a ""b"""', '"one\ntwo"{}"x{}y"', "", "🙂{}"]
    text = end.join(row.replace("{}", delimiter) for row in rows) + end
    assert read(text.encode(encoding)) == [
        Input(2, {"word": "é", "note": 'a "b"'}),
        Input(3, {"word": "one\ntwo", "note": f"x{delimiter}y"}),
        Input(6, {"word": "🙂", "note": ""}),
    ]


@given(
    names=st.lists(st.text("abcdef_ é", min_size=1).map(str.strip).filter(bool), min_size=1, max_size=5, unique=True),
    rows=st.lists(st.lists(TEXT, min_size=5, max_size=5), max_size=8),
    delimiter=st.sampled_from([",", ";", "\t"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]),
)
def test_written_rows_are_read_back_in_order_and_by_line(
    tmp_path_factory: pytest.TempPathFactory, names: list[str], rows: list[list[str]], delimiter: str, encoding: str
) -> None:
    path = tmp_path_factory.mktemp("csv") / "i.csv"
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerows([names, *(row[: len(names)] for row in rows)])
    path.write_bytes(file.getvalue().encode(encoding))
    table = Table(path)
    found = list(table.values())
    wanted = [row[: len(names)] for row in rows if any(row[: len(names)])]
    if len(names) > 1:  # with one column nothing tells how columns are apart, and nothing has to
        assert [list(item.value.values()) for item in found] == wanted
        assert all(list(item.value) == names for item in found)
    lines = InputLines(table)
    assert [lines.value(item.line) for item in reversed(found)] == [item.value for item in reversed(found)]


def test_excels_line_about_the_separator_is_no_header(folder: Path) -> None:
    assert read(b"sep=;\r\nword;n\r\na,b;1\r\n") == [Input(3, {"word": "a,b", "n": "1"})]


def test_of_the_sites_results_only_the_inputs_are_taken_once_for_each_hit(folder: Path) -> None:
    text = "HITId,Title,Input.word,Input.n,Answer.x,Approve\n3A,T,cat,1,yes,\n3A,T,cat,1,no,x\n3B,T,dog,2,yes,\n"
    assert read(text.encode()) == [Input(2, {"word": "cat", "n": "1"}), Input(4, {"word": "dog", "n": "2"})]


def test_answers_in_a_file_of_ones_own_are_left_alone(folder: Path) -> None:
    assert read(b"word,Answer.x\ncat,yes\n") == [Input(2, {"word": "cat"})]


def test_columns_without_name_and_value_do_not_count(folder: Path) -> None:
    assert read(b"word,n,,\ncat,1,,\ndog,2,,\n") == [
        Input(2, {"word": "cat", "n": "1"}),
        Input(3, {"word": "dog", "n": "2"}),
    ]


@pytest.mark.parametrize(
    ("data", "where", "what"),
    [
        (b"a,b\n1,2\n1\n1,2,3\n", "i.csv, line 3", "has 1 field; the header has 2"),
        (b"a,a\n1,2\n", "i.csv, line 1", "has the column 'a' twice"),
        (b"a,b\n1,\xe9\n", "i.csv, line 2", "is not UTF-8 text (byte 3 is 0xe9, é in Windows-1252)"),
        (b'a,b\n1,"2\n3,4\n', "i.csv, line 2", "a quote is not closed"),
        (b'a,b\n1,"2"x\n', "i.csv, line 2", "not CSV: ',' expected after '\"'"),
        ("a,b\n1,2\n".encode("utf-16")[:-1], "i.csv", "is damaged UTF-16 text: truncated data"),
        ("a,b\n1,2\n".encode("utf-16-le"), "i.csv", "looks like UTF-16LE text without a byte order mark"),
        (b"a,b,\n1,2,3\n", "i.csv, line 2", "field 3 has a value, but its column has no name"),
        (b"Answer.a,Answer.b\n1,2\n", "i.csv, line 1", "has no column for an input"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(folder: Path, data: bytes, where: str, what: str) -> None:
    problems = [item for item in read(data) if isinstance(item, Problem)]
    assert (problems[0].where, problems[0].what) == (where, what)


def test_rows_after_a_bad_one_are_checked_too(folder: Path) -> None:
    found = read(b"a,b\n1\n1,2\n1,2,3\n")
    assert [isinstance(item, Problem) for item in found] == [True, False, True]


@pytest.mark.parametrize(
    ("data", "is_csv"),
    [
        (b"word,n\n1,2\n", True),
        (b"word\tn\n1\t2\n", True),
        (b'{"word": 1, "n": 2}\n', False),
        (b'["a", "b"]\n', False),
        (b'"a,b"\n', False),
        (b"word\n", False),
        (b"", False),
    ],
)
def test_a_file_whose_name_says_nothing_is_told_by_its_first_line(folder: Path, data: bytes, is_csv: bool) -> None:
    Path("inputs").write_bytes(data)
    assert isinstance(open_inputs(Path("inputs")), Table) is is_csv


def test_a_megabyte_in_a_field_is_a_value(folder: Path) -> None:
    [found] = read(b'a,b\n"' + b"x" * 1_000_000 + b'",2\n')
    assert isinstance(found, Input) and len(found.value["a"]) == 1_000_000


def test_a_data_frames_row_numbers_are_left_alone(folder: Path) -> None:
    assert read(b",text\n0,hello\n1,you\n") == [Input(2, {"text": "hello"}), Input(3, {"text": "you"})]
    [problem] = read(b"text,\nhello,1\n")
    assert isinstance(problem, Problem)


def test_line_ends_of_old_macs_are_told_with_a_remedy(folder: Path) -> None:
    [problem] = read(b"text,more\ra,b\r")
    assert isinstance(problem, Problem) and problem.hint and "old Macs" in problem.hint
