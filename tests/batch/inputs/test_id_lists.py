"""Lists of ids in the forms in which people and programs write them."""

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simpleturk.batch.inputs.id_lists import (
    ASSIGNMENTS,
    HITS,
    KINDS,
    WORKERS,
    IdKind,
    header_names,
    is_header,
    read_id_list,
)
from simpleturk.errors import Problem, Problems

A, B = "A1B2C3D4E5F6G7", "AZYXWVUTSRQPO1"


def read(text: str | bytes, kind: IdKind = WORKERS) -> list[str]:
    data = text if isinstance(text, bytes) else text.encode()
    return [item.id for item in read_id_list([data], "ids", kind).ids]


def problems(text: str | bytes, kind: IdKind = WORKERS) -> list[Problem]:
    with pytest.raises(Problems) as caught:
        read(text, kind)
    return list(caught.value.problems)


@pytest.mark.parametrize(
    "text",
    [
        f"{A}\n{B}\n",
        f"{A}\r\n{B}",
        f"\ufeff{A}\n\n# a comment\n  {B}\u00a0\t\n",
        f"WorkerId\n{A}\n{B}\n",
        f"worker_id\n{A}\n{B}\n",
        f'"Worker ID"\n"{A}"\n"{B}"\n',
        f"# exported\n\nWORKERID\n{A}\n{B}\n",
        f"'{A}'\n'{B}'\n",
        f"WorkerId,country\n{A},US\n{B},\n",
        f"country;Worker Id\nUS;{A}\n;{B}\n",
        f"n\tworkerid\n1\t{A}\n2\t{B}\n",
        f'"","WorkerId"\n"1","{A}"\n"2","{B}"\n',
        f'sep=;\nnote;WorkerId\n"a;\nb";{A}\n;{B}\n',
        f"# exported\nWorkerId,note\n#x,y\n{A},1\n{B},2\n,\n",
        f'{{"worker_id": "{A}"}}\n{{"x": 1, "WorkerId": "{B}"}}\n',
        f'{{"Assignment": {{"WorkerId": "{A}"}}}}\n{B}\n',
        f'"{A}"\n"{B}"\n',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_the_same_ids_in_any_form(text: str, encoding: str) -> None:
    assert read(text.encode(encoding)) == [A, B]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (f"AssignmentId\n{A}\n", "the column is AssignmentId, not WorkerId"),
        (f"x\n{A}\n{B}\n", "'x' may be a header, or a worker id"),
        (f"name\n{A}\n", "'name' may be a header, or a worker id"),
        (f"bob\n{A}\n{B}\n", "'bob' may be a header, or a worker id"),
        (f"name,country\n{A},US\n", "has no column WorkerId; its columns are 'name', 'country'"),
        (f"{A},US\n{B},US\n", f"has no column WorkerId; its columns are '{A}', 'US'"),
        (f"WorkerId,worker_id\n{A},{B}\n", "has several columns of worker ids: 'WorkerId' and 'worker_id'"),
        (f"WorkerId,n\n{A},1\ntwo words,2\n", "WorkerId is 'two words', which is not a worker id"),
        (f'WorkerId,n\n{A},1\n"{B},2\n', "a quote is not closed"),
        (f"n,WorkerId\n1,{A}\n1\n", "has 1 field; the header has 2"),
        (f"{A} {B}\n", f"'{A} {B}' is not a worker id"),
        ('{"name": "bob"}\n', "has no worker id"),
        (f'{{"worker_id": "{A}", "WorkerId": "{B}"}}\n', f"has several worker ids: {A} and {B}"),
        (f'["{A}", "{B}"]\n', "is a JSON array, not a list with one worker id per line"),
        ("<!doctype html>\n<p>x</p>\n", "looks like a template, not a list of ids"),
        ('{\n  "Title": "t",\n  "Reward": 1\n}\n', "looks like a file of properties, not a list of ids"),
        (b"PK\x03\x04" + bytes(20) + b"xl/workbook.xml", "is an Excel workbook (.xlsx), not text"),
        (f"{A}\nb\xe9\n".encode("latin-1"), "is not UTF-8 text (byte 2 is 0xe9"),
    ],
)
def test_what_is_no_list_of_ids_is_refused_with_its_reason(text: str | bytes, what: str) -> None:
    [problem] = problems(text)
    assert problem.what.startswith(what) and problem.where.startswith("ids")


def test_one_line_is_an_id_if_it_is_not_the_columns_name() -> None:
    assert read("bob\n") == ["bob"] and read("bob\neve\n") == ["bob", "eve"]
    assert read("WorkerId\n") == [] and read("") == []


def test_a_header_is_no_id_of_any_kind() -> None:
    for kind in KINDS:
        assert read(f"{kind.column}\n", kind) == read(f" {kind.key.upper()} \n", kind) == []
        assert is_header(kind.key, kind) and not is_header(A, kind)


def test_lines_that_repeat_an_id_are_named_in_plain_lists_only() -> None:
    assert read_id_list([f"{A}\n\n{A}\n".encode()], "ids", HITS).repeated == [(3, 1)]
    assert read_id_list([f"WorkerId,n\n{A},1\n{A},2\n".encode()], "ids", WORKERS).repeated == []


def test_other_columns_are_known_by_their_folded_names() -> None:
    text = f"AssignmentId,WorkerId,AssignmentStatus\n{B},'@bob,Approved\n"
    [item] = read_id_list([text.encode()], "ids", ASSIGNMENTS).ids
    assert (item.line, item.others["workerid"], item.others["assignmentstatus"]) == (2, "@bob", "Approved")


def test_the_columns_of_a_table_are_known_before_it_is_read() -> None:
    lines = [b"\xef\xbb\xbf# x\n", b"Assignment ID;Approve\n", b"1;2\n"]
    names, rest = header_names(iter(lines))
    assert (names, list(rest)) == (["assignmentid", "approve"], lines)


IDS = st.lists(st.from_regex(r"A[A-Z0-9]{8,20}", fullmatch=True), min_size=1, max_size=6, unique=True)


@given(
    IDS, st.sampled_from([",", ";", "\t"]), st.sampled_from(["\n", "\r\n"]), st.sampled_from(["utf-8-sig", "utf-16"])
)
def test_written_lists_are_read_back(ids: list[str], delimiter: str, end: str, encoding: str) -> None:
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL)
    writer.writerows([["note", "Worker ID"], *(["x, y;\tz", name] for name in ids)])
    assert read(file.getvalue().encode(encoding)) == ids
    assert read(end.join(ids).encode(encoding)) == ids
    assert read(end.join(json.dumps({"worker_id": name}) for name in ids).encode(encoding)) == ids


@given(st.binary())
def test_any_bytes_are_ids_or_refused(data: bytes) -> None:
    for kind in KINDS:
        try:
            assert all(kind.pattern.fullmatch(name) for name in read(data, kind))
        except Problems as error:
            assert error.problems
