"""Findings in pages and properties, as check and launch report them."""

from pathlib import Path

import pytest

from simpleturk.batch.lint.finding import Finding
from simpleturk.commands.common.findings import report_findings
from simpleturk.errors import Problems
from tests.batch.lint.test_rules import END, FORM, HEAD
from tests.conftest import Files, Run

WARNING = Finding("no-alt", "t.html, line 1", "<img> has no text", "add alt")
ERROR = Finding("no-form", "t.html", "the page has no form", "add one", is_error=True)


def test_requirements_that_no_worker_meets_are_a_warning_of_check(batch_files: Files, run: Run) -> None:
    batch_files([{"word": "cat"}], HitsApproved=500)
    result = run("check")
    assert "warning: properties.json: no worker known to the local marketplace meets HitsApproved" in result.stderr
    assert (result.exit_code, run("check", "--strict").exit_code) == (0, 1)


def test_a_launch_refuses_a_page_that_cannot_be_submitted_unless_no_check_is_given(
    batch_files: Files, run: Run
) -> None:
    batch_files([{"word": "cat"}], template="<p>{{ input.word }}</p>")
    result = run("launch")
    assert result.exit_code == 1 and "the page has no form" in result.stderr
    assert "hint: nothing was created; run simpleturk check for all inputs" in result.stderr
    assert not Path("hit_ids.txt").exists() and not Path("hit_ids.batch.json").exists()
    assert run("launch", "--no-check").exit_code == 0


def test_a_launch_prints_warnings_and_creates_the_hits(batch_files: Files, run: Run) -> None:
    batch_files([{"word": "cat"}], template=HEAD + FORM + '<input name="a"><img src="https://example.org/x.png">' + END)
    result = run("launch")
    assert result.exit_code == 0 and "warning: template.html, line 5" in result.stderr


def test_errors_are_raised_after_the_warnings_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Problems) as caught:
        report_findings([ERROR, WARNING])
    assert caught.value.problems == [ERROR.problem()]
    assert capsys.readouterr().err == "warning: t.html, line 1: <img> has no text [no-alt]\nhint: add alt\n"


def test_with_strict_warnings_are_errors(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Problems) as caught:
        report_findings([WARNING], strict=True)
    assert caught.value.problems == [WARNING.problem()]
    assert capsys.readouterr().err == ""


def test_silent_prints_no_warnings(capsys: pytest.CaptureFixture[str]) -> None:
    report_findings([WARNING], silent=True)
    assert capsys.readouterr().err == ""


def test_ten_warnings_of_a_kind_are_printed_and_the_others_counted(capsys: pytest.CaptureFixture[str]) -> None:
    report_findings([WARNING] * 12)
    lines = capsys.readouterr().err.splitlines()
    assert lines.count("warning: t.html, line 1: <img> has no text [no-alt]") == 10
    assert lines[-1] == "warning: and 2 more: <img> has no text [no-alt]"
