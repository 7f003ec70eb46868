"""Fields for files: an error where their content would be lost."""

import pytest

from simpleturk.batch.lint.uploads import lost_files, lost_files_of_form
from tests.batch.lint.test_page import page_of
from tests.conftest import TEMPLATE, Files, Run

FILE = TEMPLATE.replace('<input name="answer">', '\n<input type="file" name="photo">')


@pytest.mark.parametrize("option", ["--sandbox", "--prod", "--endpoint-url=https://mturk.us-east-1.amazonaws.com"])
def test_check_finds_a_field_for_files_where_amazon_takes_none(batch_files: Files, run: Run, option: str) -> None:
    batch_files([{"word": "cat"}], template=FILE)
    result = run("check", *option.split("="))
    assert result.exit_code == 1
    assert "error: template.html, line 4, column 1: the file of 'photo' is lost: this marketplace takes no files" in (
        result.stderr
    )
    assert "[upload]" in result.stderr and "hint: let a script store the file" in result.stderr


def test_launch_refuses_it_before_any_call_to_amazon(batch_files: Files, run: Run) -> None:
    batch_files([{"word": "cat"}], template=FILE)
    result = run("launch", "--sandbox", "--yes")
    assert result.exit_code == 1 and "the file of 'photo' is lost" in result.stderr
    assert "nothing was created" in result.stderr


def test_marketplaces_of_simpleturk_take_files(batch_files: Files, run: Run) -> None:
    batch_files([{"word": "cat"}], template=FILE)
    for options in ([], ["--endpoint-url", "https://turk.example.org"]):
        assert "[upload]" not in run("check", *options).stderr
    assert run("launch").exit_code == 0


@pytest.mark.parametrize(
    ("html", "levels"),
    [
        ("<form><input type=FILE name=a></form>", [True]),
        ("<form><input type=file></form>", []),
        ("<form><input type=file name=a></form><script>new FormData()</script>", [False]),
        ("<form><input type=file name=a></form><script>f(this.files[0])</script>", [False]),
        ("<form><input type=file name=a></form><script>toggle()</script>", [True]),
    ],
)
def test_a_script_may_send_the_file_elsewhere(html: str, levels: list[bool]) -> None:
    assert [mistake.is_error for mistake in lost_files(page_of(html), takes_uploads=False)] == levels
    assert list(lost_files(page_of(html), takes_uploads=True)) == []


def test_a_crowd_form_submits_no_files_anywhere() -> None:
    [mistake] = lost_files(page_of("<crowd-form><input type=file name=a></crowd-form>"), takes_uploads=True)
    assert "a crowd-form does not submit files" in mistake.problem and mistake.is_error


def test_a_question_form_with_files_is_found_too() -> None:
    xml = "<QuestionForm><FileUploadAnswer><MaxFileSizeInBytes>9</MaxFileSizeInBytes></FileUploadAnswer></QuestionForm>"
    [finding] = lost_files_of_form(xml, False, "q.xml", "inputs.jsonl, line 1")
    assert finding.is_error and finding.where == "q.xml"
    assert list(lost_files_of_form(xml, True, "q.xml", "inputs.jsonl, line 1")) == []
