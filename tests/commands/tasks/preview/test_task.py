"""The state of one input in the preview: its HIT, its problems, and the result of an answer."""

from pathlib import Path

from simpleturk.commands.tasks.preview.task import Task, as_json
from tests.conftest import records


def test_a_look_has_the_hit_of_the_line_or_of_the_next_input(task: Task) -> None:
    assert list(task.lines()) == [1, 3]
    look = task.look(2)
    assert (look.line, look.problems) == (3, [])
    assert look.hit_id and "dog" in look.question
    assert as_json(look)["title"] == "Describe an image"


def test_problems_are_listed_and_not_raised(task: Task) -> None:
    Path("template.html").write_text("<form>{{ input.colour }}<input name=a></form>")
    look = task.look(1)
    assert not look.hit_id
    assert [problem["level"] for problem in look.problems] == ["error"]
    assert "inputs.jsonl, line 1" in look.problems[0]["what"]


def test_a_changed_file_changes_the_version(task: Task) -> None:
    task.look(1)
    before = task.version()
    assert task.version() == before
    Path("properties.json").write_text(Path("properties.json").read_text().replace("image", "picture"))
    assert task.version() != before


def test_a_submitted_answer_is_the_line_that_results_prints(task: Task) -> None:
    assignment_id = task.accept(task.look(3).hit_id).assignment_id
    assert task.result(assignment_id) is None
    task.submit(assignment_id, [("assignmentId", assignment_id), ("answer", "a dog")])
    [record] = records(str(task.result(assignment_id)))
    assert (record["output"], record["line"], record["input"]) == ({"answer": "a dog"}, 3, {"word": "dog"})
