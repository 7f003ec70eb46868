"""check: each rule on a template that breaks it, silence on what ships, and what a launch makes of it."""

import json
from pathlib import Path

import pytest

from simpleturk.commands.tasks.init import copy_example, examples
from tests.batch.lint.test_rules import END, FORM, HEAD
from tests.conftest import Files, Run


def test_a_variable_that_a_line_lacks_and_a_size_beyond_the_limit_are_told(batch_files: Files, run: Run) -> None:
    batch_files(
        [{"word": "cat"}, {"wrod": "dog"}, {"word": "x" * 70_000}],
        template=HEAD + FORM + '<img src="https://example.org/x.png"><input name="a">' + END,
    )
    result = run("check", "--prod")
    assert result.exit_code == 1
    assert "template.html, line 4: the input has no 'word'; did you mean wrod? (for inputs.jsonl, line 2)" in (
        result.stderr
    )
    assert "line 5, column 1: <img> has no text" in result.stderr
    assert "inputs.jsonl, line 3: the question has 70," in result.stderr


def test_properties_that_nobody_here_meets_are_told(batch_files: Files, run: Run) -> None:
    batch_files([{"word": "cat"}], HitsApproved=500)
    result = run("check")
    assert "warning: properties.json: no worker known to the local marketplace meets HitsApproved" in result.stderr
    assert (result.exit_code, run("check", "--strict").exit_code) == (0, 1)


@pytest.mark.parametrize("name", examples())
def test_it_is_silent_on_what_ships(folder: Path, run: Run, name: str) -> None:
    copy_example(name, folder)
    result = run("check", "--strict", "--database", "market.db")
    assert result.exit_code == 0, result.stderr
    assert ": no problems; " in result.stderr and len(result.stderr.splitlines()) == 1


def test_a_launch_refuses_a_page_that_cannot_be_submitted_unless_told_otherwise(batch_files: Files, run: Run) -> None:
    batch_files([{"word": "cat"}], template="<p>{{ input.word }}</p>")
    result = run("launch")
    assert result.exit_code == 1 and "the page has no form" in result.stderr
    assert "hint: nothing was created; run simpleturk check for all inputs" in result.stderr
    assert not Path("hit_ids.txt").exists() and not Path("hit_ids.batch.json").exists()
    assert run("launch", "--no-check").exit_code == 0


def test_a_launch_warns_and_goes_on(batch_files: Files, run: Run) -> None:
    batch_files([{"word": "cat"}], template=HEAD + FORM + '<input name="a"><img src="https://example.org/x.png">' + END)
    result = run("launch")
    assert result.exit_code == 0 and "warning: template.html, line 5" in result.stderr


def test_its_findings_are_json_lines(batch_files: Files, run: Run) -> None:
    batch_files([{"word": "cat"}], template=HEAD + FORM + "<img>" + END)
    for line in run("check", "--json").stdout.splitlines():
        assert list(json.loads(line)) == ["level", "rule", "where", "what", "hint", "input", "more"]
