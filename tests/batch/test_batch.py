"""Template, properties and inputs → a checked batch."""

import json
from pathlib import Path
from typing import Any

import pytest

from simpleturk import similar_texts
from simpleturk.batch.batch import BatchFiles, load_batch
from simpleturk.batch.inputs import open_inputs
from simpleturk.batch.templates.jinja import JinjaTemplate
from simpleturk.errors import Problems, SimpleturkError, UsageError
from tests.conftest import PROPERTIES


@pytest.fixture
def files(folder: Path) -> BatchFiles:
    """Three inputs, a template that shows them, and properties."""
    (folder / "i.jsonl").write_text("".join(json.dumps({"word": word}) + "\n" for word in ("cat", "dog", "emu")))
    (folder / "t.html").write_text("<p>{{ word }}</p>")
    (folder / "p.json").write_text(json.dumps(PROPERTIES))
    return BatchFiles(open_inputs(Path("i.jsonl")), Path("t.html"), Path("p.json"))


def changed(files: BatchFiles, **changes: Any) -> BatchFiles:
    return BatchFiles(**{**vars(files), **changes})


def problems(files: BatchFiles) -> list[str]:
    with pytest.raises(Problems) as caught:
        load_batch(files)
    return [f"{problem.where}: {problem.what}" for problem in caught.value.problems]


def test_a_batch_has_a_question_for_each_input_and_their_sizes(files: BatchFiles) -> None:
    batch = load_batch(files)
    questions = dict(batch.questions())
    assert list(questions) == [1, 2, 3] and "<p>dog</p>" in questions[2]
    sizes = [len(question.encode()) for question in questions.values()]
    assert (batch.size, batch.largest, batch.bytes) == (3, max(sizes), sum(sizes))


def test_skipped_inputs_get_no_question(files: BatchFiles) -> None:
    batch = load_batch(changed(files, skipped=frozenset({2})))
    assert [line for line, _ in batch.questions()] == [1, 3]
    assert problems(changed(files, skipped=frozenset({9}))) == ["i.jsonl: has no input on line 9, which --skip names"]


def test_problems_of_all_files_are_reported_together(files: BatchFiles) -> None:
    Path("p.json").write_text("{}")
    Path("i.jsonl").write_text('{"word": "cat"}\nnot json\n')
    places = [problem.partition(":")[0] for problem in problems(files)]
    assert "p.json" in places and "i.jsonl, line 2" in places


def test_the_same_problem_of_several_inputs_is_reported_once(files: BatchFiles) -> None:
    Path("t.html").write_text("{{ wrod }}")
    assert problems(files) == ["t.html, line 1: the input has no 'wrod' (for i.jsonl, line 1, and 2 more lines)"]


def test_a_question_that_is_too_large_is_a_problem_of_its_line(files: BatchFiles) -> None:
    assert [problem.partition(":")[0] for problem in problems(changed(files, max_question_bytes=10))] == [
        "i.jsonl, line 1",
        "i.jsonl, line 2",
        "i.jsonl, line 3",
    ]


@pytest.mark.parametrize("kept", [similar_texts.MOST_BYTES, 0])
def test_a_file_that_changes_after_the_check_stops_the_launch(
    files: BatchFiles, monkeypatch: pytest.MonkeyPatch, kept: int
) -> None:
    monkeypatch.setattr(similar_texts, "MOST_BYTES", kept)
    batch = load_batch(files)
    Path("i.jsonl").write_text('{"word": "cat"}\n{"word": "fox"}\n')
    questions = batch.questions()
    assert next(questions)[0] == 1
    with pytest.raises(SimpleturkError, match="i.jsonl, line 2 has just changed"):
        next(questions)


def test_a_page_is_rendered_once_for_the_check_and_the_launch(
    files: BatchFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    rendered = []
    render = JinjaTemplate.render

    def counting(self: JinjaTemplate, value: Any) -> str:
        rendered.append(value)
        return render(self, value)

    monkeypatch.setattr(JinjaTemplate, "render", counting)
    batch = load_batch(files)
    assert len(list(batch.questions())) == batch.size == len(rendered)


def test_a_question_that_is_rendered_again_must_be_the_checked_one(
    files: BatchFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(similar_texts, "MOST_BYTES", 0)
    batch = load_batch(files)
    assert len(list(batch.questions())) == batch.size
    monkeypatch.setattr(JinjaTemplate, "render", lambda self, value: "another page")
    with pytest.raises(SimpleturkError, match="i.jsonl, line 1 has just changed"):
        next(batch.questions())


def test_without_a_template_and_external_url_the_usage_is_wrong(files: BatchFiles) -> None:
    with pytest.raises(UsageError, match="there is no template"):
        load_batch(changed(files, template=None))


def test_an_external_url_makes_the_questions_instead_of_the_template(files: BatchFiles) -> None:
    batch = load_batch(changed(files, overrides={"ExternalURL": "https://example.org/{{ word }}"}))
    assert "https://example.org/cat" in dict(batch.questions())[1]
