"""check: its messages and records, and silence on the examples that ship."""

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


@pytest.mark.parametrize("name", examples())
def test_it_is_silent_on_what_ships(folder: Path, run: Run, name: str) -> None:
    copy_example(name, folder)
    result = run("check", "--strict", "--database", "market.db")
    assert result.exit_code == 0, result.stderr
    assert ": no problems; " in result.stderr and len(result.stderr.splitlines()) == 1


def test_its_findings_are_json_lines(batch_files: Files, run: Run) -> None:
    batch_files([{"word": "cat"}], template=HEAD + FORM + "<img>" + END)
    for line in run("check", "--json").stdout.splitlines():
        assert list(json.loads(line)) == ["level", "rule", "where", "what", "hint", "input", "more"]
