"""JSON Lines → numbered inputs."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simpleturk.batch.inputs.jsonl import Input, InputLines, Inputs
from simpleturk.errors import Problem, SimpleturkError


def read(folder: Path, data: bytes) -> list[Input | Problem]:
    path = folder / "in.jsonl"
    path.write_bytes(data)
    return list(Inputs(path, "in.jsonl"))


def test_any_json_value_is_an_input(folder: Path) -> None:
    found = read(folder, b'{"a": 1}\n[1, 2]\n"x"\n3\nnull\ntrue\n')
    assert [item.value for item in found if isinstance(item, Input)] == [{"a": 1}, [1, 2], "x", 3, None, True]


def test_blank_lines_are_skipped_and_keep_their_numbers(folder: Path) -> None:
    assert read(folder, b"\n1\n\r\n  \n2\n\n") == [Input(2, 1), Input(5, 2)]


@pytest.mark.parametrize("data", [b"1\r\n2\r\n", b"1\n2", b"\xef\xbb\xbf1\n2\n", "1\r\n2".encode("utf-16")])
def test_line_ends_and_a_bom_make_no_difference(folder: Path, data: bytes) -> None:
    assert read(folder, data) == [Input(1, 1), Input(2, 2)]


def test_a_line_separator_inside_a_string_ends_no_line(folder: Path) -> None:
    assert read(folder, '"a\u2028b\u0085c"\n'.encode()) == [Input(1, "a\u2028b\u0085c")]


@pytest.mark.parametrize(
    ("data", "where", "what"),
    [
        (b"1\n{oops}\n", "in.jsonl, line 2", "not JSON: a key in double quotes is expected"),
        (b'"caf\xe9"\n', "in.jsonl, line 1", "is not UTF-8 text (byte 5 is 0xe9, é in Windows-1252)"),
        (b"NaN\n", "in.jsonl, line 1", "not JSON: NaN is not a JSON number"),
        (b"[" * 100_000 + b"\n", "in.jsonl, line 1", "not JSON: nested too deeply"),
        (b"9" * 5000 + b"\n", "in.jsonl, line 1", "not JSON: a whole number has too many digits"),
        ("1\n".encode("utf-16")[:-1], "in.jsonl", "is damaged UTF-16 text: truncated data"),
        (b"1\n\x00\n", "in.jsonl, line 2", "byte 1 is a zero byte"),
        (b'{"a": "x"\n', "in.jsonl, line 1", "not JSON: a comma or a closing bracket is missing (column 10)"),
        (b'{"a": 1} {"a": 2}\n', "in.jsonl, line 1", "not JSON: more text follows the value (column 10)"),
    ],
)
def test_a_bad_line_is_named_with_what_is_wrong(folder: Path, data: bytes, where: str, what: str) -> None:
    problems = [item for item in read(folder, data) if isinstance(item, Problem)]
    assert problems[0].where == where
    assert problems[0].what.startswith(what)


def test_all_bad_lines_are_found_at_once(folder: Path) -> None:
    found = read(folder, b"1\nx\n2\ny\n")
    assert [item.where for item in found if isinstance(item, Problem)] == ["in.jsonl, line 2", "in.jsonl, line 4"]


def test_a_json_object_over_several_lines_gets_the_hint_that_helps(folder: Path) -> None:
    first = read(folder, b'{\n  "a": 1\n}\n')[0]
    assert isinstance(first, Problem) and first.hint and "jq -c ." in first.hint


@pytest.mark.parametrize("name", ["missing.jsonl", "."])
def test_what_is_no_file_is_refused(folder: Path, name: str) -> None:
    with pytest.raises(SimpleturkError, match="no such file|is a folder"):
        list(Inputs(folder / name))


@given(
    st.lists(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(),
            lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
            max_leaves=8,
        ),
        max_size=8,
    ),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]),
)
def test_every_json_value_is_read_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory, values: list[Any], encoding: str
) -> None:
    path = tmp_path_factory.mktemp("inputs") / "in.jsonl"
    path.write_bytes("".join(json.dumps(value, ensure_ascii=False) + "\n" for value in values).encode(encoding))
    inputs = Inputs(path)
    assert [item.value for item in inputs.values()] == values
    lines = InputLines(inputs)
    assert [lines.value(number) for number in range(len(values), 0, -1)] == values[::-1]
    assert lines.digest == inputs.digest() and (inputs.begins_with(lines.digest) or not values)


@given(st.binary())
def test_no_bytes_are_too_strange(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("inputs") / "in.jsonl"
    path.write_bytes(data)
    for item in Inputs(path):
        assert isinstance(item, Input | Problem)
