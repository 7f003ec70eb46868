"""A file that was named in the place of another is named once, with the option that takes it."""

import io
import json
import zipfile
from pathlib import Path

import pytest

from simpleturk.batch.wrong_files import certainly_wrong, probably_wrong
from tests.conftest import PROPERTIES, TEMPLATE, Files, Run

ID = "3TL87MO8CLOFYXKXNRLMZO1MOK4FL5\n"
RESULTS = '{"assignment_id": "3A", "hit_id": "3B", "output": {"a": 1}}\n'
PRETTY = json.dumps(PROPERTIES, indent=2)
FILES = {
    "t.html": "<!doctype html>\n" + TEMPLATE * 20,
    "pretty.json": PRETTY,
    "line.json": json.dumps(PROPERTIES) + "\n",
    "rows.csv": "a,b\n1,2\n",
    "array.jsonl": '[\n  {"word": "cat"}\n]\n',
    "array_line.jsonl": '[{"word": "cat"}, {"word": "dog"}]\n',
    "object.jsonl": '{\n  "word": "cat"\n}\n',
    "ids.txt": ID * 30,
    "results.jsonl": RESULTS * 30,
    "several.jsonl": '{"word": "cat"}\n{"word": "dog"}\n',
}


@pytest.mark.parametrize(
    ("option", "name", "said"),
    [
        ("--inputs", "t.html", "t.html: looks like a template, not a file of inputs"),
        ("--inputs", "pretty.json", "pretty.json: looks like a file of properties, not a file of inputs"),
        ("--inputs", "line.json", "line.json: looks like a file of properties, not a file of inputs"),
        ("--inputs", "array_line.jsonl", "array_line.jsonl: looks like a JSON array, not a file of inputs"),
        ("--inputs", "object.jsonl", "object.jsonl: looks like a JSON object, not a file of inputs"),
        ("--inputs", "ids.txt", "ids.txt: looks like a list of ids, not a file of inputs"),
        ("--inputs", "results.jsonl", "results.jsonl: looks like a file of results, not a file of inputs"),
        ("--properties", "t.html", "t.html: looks like a template, not a file of properties"),
        ("--properties", "several.jsonl", "several.jsonl: looks like a file of inputs, not a file of properties"),
        ("--properties", "rows.csv", "rows.csv: looks like a CSV file, not a file of properties"),
        ("--template", "pretty.json", "pretty.json: looks like a file of properties, not a template"),
        ("--template", "several.jsonl", "several.jsonl: looks like a file of inputs, not a template"),
        ("--template", "ids.txt", "ids.txt: looks like a list of ids, not a template"),
        ("--template", "rows.csv", "rows.csv: looks like a CSV file, not a template"),
        ("--ids", "t.html", "t.html: looks like a template, not a list of ids"),
        ("--ids", "several.jsonl", "several.jsonl: looks like a file of inputs, not a list of ids"),
    ],
)
def test_a_file_in_the_place_of_another_is_named_once(
    batch_files: Files, run: Run, option: str, name: str, said: str
) -> None:
    batch_files([{"word": "cat"}])
    Path(name).write_text(FILES[name])
    command = "progress" if option == "--ids" else "launch"
    result = run(command, option, name)
    errors = [line for line in result.stderr.splitlines() if line.startswith("error")]
    assert result.exit_code == 1 and len(errors) == 1 and errors[0].startswith(f"error: {said}"), result.stderr
    assert "hint: " in result.stderr and not Path("hit_ids.txt").exists()


def test_a_workbook_is_named_in_the_place_of_any_file(batch_files: Files, run: Run) -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("xl/workbook.xml", "x")
    batch_files([{"word": "cat"}])
    Path("w.xlsx").write_bytes(data.getvalue())
    for option in ("--inputs", "--properties", "--template"):
        result = run("launch", option, "w.xlsx")
        assert "error: w.xlsx: is an Excel workbook (.xlsx), not text\n" in result.stderr, result.stderr
        assert result.stderr.count("error: ") == 1
    assert run("progress", "--ids", "w.xlsx").stderr.count("is an Excel workbook (.xlsx), not text") == 1


def test_a_short_row_and_a_long_one_have_their_own_next_steps(batch_files: Files, run: Run) -> None:
    batch_files([{"word": "cat"}])
    Path("i.csv").write_text("word;n\ncat\na;b;c\n")
    result = run("launch", "--inputs", "i.csv")
    assert "i.csv, line 2: has 1 field; the header has 2\nhint: the row ends too early" in result.stderr
    assert "i.csv, line 3: has 3 fields; the header has 2\nhint: put quotes around" in result.stderr


def test_files_with_ordinary_mistakes_keep_their_own_messages(batch_files: Files, run: Run) -> None:
    batch_files([{"word": "cat"}, {"wrd": "dog"}])
    assert "the input has no 'word'" in run("launch").stderr
    batch_files([{"word": "cat"}], Reward="x")
    assert "properties.json" in (stderr := run("launch").stderr) and "looks like" not in stderr
    Path("properties.json").write_text('{"Title": "t"}')
    assert "Reward is missing" in run("launch").stderr


def test_right_files_have_no_problem(folder: Path) -> None:
    for name, text in FILES.items():
        Path(name).write_text(text)
    assert certainly_wrong(Path("t.html"), Path("several.jsonl"), "several.jsonl") == []
    assert list(probably_wrong(Path("pretty.json"), Path("rows.csv"), "rows.csv")) == []


def test_all_files_of_a_batch_may_be_those_of_powershell(batch_files: Files, run: Run) -> None:
    batch_files([{"word": "né"}, {"word": "cat"}])
    for name in ("inputs.jsonl", "properties.json", "template.html", "simpleturk.toml"):
        path = Path(name)
        path.write_bytes(path.read_text(encoding="utf-8").replace("\n", "\r\n").encode("utf-16"))
    assert run("check", "--strict").exit_code == 0
    assert run("launch").exit_code == 0
    again = run("launch")
    assert again.exit_code == 0 and "already" in again.stderr, again.stderr
    ids = Path("hit_ids.txt").read_text()
    run("results", "--output", "r.jsonl")
    Path("wide.txt").write_bytes(ids.encode("utf-16"))
    assert run("progress", "--ids", "wide.txt").exit_code == 0


def test_an_encoding_is_refused_once_whatever_the_number_of_lines(batch_files: Files, run: Run) -> None:
    batch_files([{"word": "cat"}])
    Path("inputs.jsonl").write_bytes(b'{"word": "n\xe9"}\n' * 50)
    result = run("launch")
    assert result.stderr.startswith(
        "error: inputs.jsonl, line 1: is not UTF-8 text (byte 12 is 0xe9, é in Windows-1252)\nhint: save the file as"
    )
    assert result.stderr.count("error: ") == 1
