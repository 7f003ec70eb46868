"""Files that were named in the place of another are recognized by their text."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simpleturk.batch.inputs.file_kinds import FileKind, kind_of, kind_of_file, wrong_kind

TEXTS = {
    '<!doctype html>\n<form action="x">': FileKind.TEMPLATE,
    '{% extends "simpleturk/page.html" %}\n': FileKind.TEMPLATE,
    "{{ input.word }}": FileKind.TEMPLATE,
    '<?xml version="1.0"?><QuestionForm>': FileKind.TEMPLATE,
    '{\n  "Title": "t",\n  "Reward": 0.1\n}': FileKind.PROPERTIES,
    '{"Title": "t", "Description": "d", "Reward": 0.1}\n': FileKind.PROPERTIES,
    '{"word": "cat"}\n{"word": "dog"}\n': FileKind.INPUTS,
    '"cat"\n"dog"\n': FileKind.INPUTS,
    '[\n  {"word": "cat"}\n]\n': FileKind.ARRAY,
    '{\n  "word": "cat"\n}\n': FileKind.OBJECT,
    '{"assignment_id": "3A", "output": {}}\n': FileKind.RESULTS,
    '"HITId","AssignmentId","Answer.a"\n"x","y","z"\n': FileKind.RESULTS,
    "word,n\ncat,1\n": FileKind.TABLE,
    "3TL87MO8CLOFYXKXNRLMZO1MOK4FL5\n": FileKind.IDS,
    'template = "t.html"\n': FileKind.SETTINGS,
    "[site]\nname = 1\n": FileKind.SETTINGS,
    '{\n  "batch_id": "x",\n  "hit_type_id": "y"\n}': FileKind.RECORD,
    "hello\n": None,
    "": None,
}


@pytest.mark.parametrize("text", TEXTS)
def test_a_file_is_recognized_by_its_text(folder: Path, text: str) -> None:
    assert kind_of(text) is TEXTS[text]
    for encoding in ("utf-8-sig", "utf-16"):
        Path("f").write_bytes(text.encode(encoding))
        assert kind_of_file(Path("f")) is TEXTS[text]


def test_a_file_that_cannot_be_read_has_no_kind(folder: Path) -> None:
    Path("f").write_bytes(b"<p>\xe9</p>")
    assert kind_of_file(Path("f")) is None and kind_of_file(Path("gone")) is None and kind_of_file(Path(".")) is None


def test_a_wrong_kind_has_a_problem_with_the_option_that_takes_it() -> None:
    problem = wrong_kind("t.html", FileKind.TEMPLATE, FileKind.PROPERTIES)
    assert problem and (problem.where, problem.what, problem.hint) == (
        "t.html",
        "looks like a template, not a file of properties",
        "name the template with --template",
    )
    assert wrong_kind("t.html", None, FileKind.INPUTS) is None
    assert wrong_kind("t.html", FileKind.INPUTS, FileKind.INPUTS) is None


@given(st.text())
def test_any_text_has_a_kind_or_none(text: str) -> None:
    assert kind_of(text) in [*FileKind, None]
