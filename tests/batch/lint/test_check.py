"""The rules on all pages of a batch: findings name the author's lines, and each mistake is reported once."""

import subprocess
import sys
from pathlib import Path

import pytest

from simpleturk.batch.inputs.jsonl import Inputs
from simpleturk.batch.lint.check import check_inputs
from simpleturk.batch.templates.jinja import JinjaTemplate
from tests.batch.lint.test_rules import END, FORM, HEAD
from tests.conftest import Files, Run, records


def test_a_mistake_in_an_include_is_reported_with_its_file_and_line(batch_files: Files, run: Run) -> None:
    Path("part.html").write_text("\n\n<input name=a>\n  <img src='https://example.org/x.png'>\n")
    batch_files([{"word": "cat"}], template=HEAD + FORM + '{% include "part.html" %}\n' + END)
    assert "part.html, line 4, column 3: <img> has no text" in run("check").stderr


def test_lines_after_loops_and_comments_are_those_of_the_template(batch_files: Files, run: Run) -> None:
    loop = "{# one\ntwo #}\n{% for n in range(5) -%}\n\n<br>\n{%- endfor %}\n"
    batch_files([{"word": "a\nb\nc"}], template=HEAD + FORM + loop + "<input name=a>\n<img>\n" + END)
    assert "template.html, line 12, column 1: <img> has no text" in run("check").stderr


def test_lines_after_placeholders_are_those_of_the_template(folder: Path, batch_files: Files, run: Run) -> None:
    batch_files([{"word": "x"}])
    Path("p.html").write_text("<p>${word}</p>\n<p>${word}</p>\n<img src='${word}'>\n<input>\n")
    Path("p.csv").write_text('word\n"one\ntwo"\n')
    result = run("check", "--template", "p.html", "--inputs", "p.csv")
    assert "p.html, line 3, column 1: <img> has no text" in result.stderr
    assert "p.html, line 4, column 1: <input> has no name" in result.stderr


def test_columns_are_those_of_the_file_although_the_page_gets_a_form(
    folder: Path, batch_files: Files, run: Run
) -> None:
    batch_files([{"word": "x"}])
    page = "<p>${word} ${word}</p><input name=a><img src='${word}' id=i><input name=b id=i>"
    Path("p.csv").write_text("word\n<b>lo</b>ng\n")
    for template in (page, f"<html><body>{page}</body></html>", f"<!doctype html>\n<p>${{word}}</p>{page}"):
        Path("p.html").write_text(template)
        result = run("check", "--template", "p.html", "--inputs", "p.csv")
        line = template.split("\n")[-1]
        number = template.count("\n") + 1
        assert f"line {number}, column {line.index('<img') + 1}: <img> has no text" in result.stderr
        assert f"line {number}, column {line.index('<input name=b') + 1}: the id 'i'" in result.stderr
    # The form itself is not in the file.
    Path("p.html").write_text("<p>${word}</p><form>"[:14])
    assert "p.html, line 1: the form has no field" in run("check", "--template", "p.html", "--inputs", "p.csv").stderr


def test_addresses_in_the_inputs_are_checked_on_every_line(batch_files: Files, run: Run) -> None:
    inputs = [{"word": "cat", "image": f"https://example.org/{n}.png"} for n in range(300)]
    inputs[250]["image"] = "http://example.org/x.png"
    inputs[270]["image"] = "file:///tmp/x.png"
    batch_files(inputs, template=HEAD + FORM + '<input name="a"><img alt="" src="{{ input.image }}">' + END)
    result = run("check")
    assert "'http://example.org/x.png' is http:" in result.stderr or "[reference] (for inputs.jsonl, line 271)" in (
        result.stderr
    )
    result = run("check", "--json")
    assert {one["input"] for one in records(result.stdout)} == {"inputs.jsonl, line 251", "inputs.jsonl, line 271"}
    assert result.exit_code == 1


def test_mistakes_that_only_later_inputs_cause_are_found(batch_files: Files, run: Run) -> None:
    options = '{% for one in input.options %}<input type="radio" name="a" value="{{ one }}">{% endfor %}'
    batch_files(
        [
            {"image": "https://example.org/a.png", "options": ["a", "b"]},
            {"image": "pics/b.png", "options": ["a", "b"]},
            {"image": "C:\\\\a.png", "options": ["a", "a"]},
        ],
        template=HEAD + '<form><img alt="" src="{{ input.image }}">' + options + END,
    )
    found = [(one["rule"], one["input"]) for one in records(run("check", "--json").stdout)]
    assert ("reference", "inputs.jsonl, line 2") in found and ("reference", "inputs.jsonl, line 3") in found
    assert ("collision", "inputs.jsonl, line 3") in found


def test_lines_after_captured_text_are_those_of_the_template(batch_files: Files, run: Run) -> None:
    capture = '{% set k %}img{% endset %}{% if k == "img" %}\n<img>{% endif %}{% filter trim %} x {% endfilter %}\n'
    batch_files([{"word": "cat"}], template=HEAD + FORM + capture + '<input name="a">' + END)
    assert "template.html, line 6, column 1: <img> has no text" in run("check").stderr


def test_a_mistake_that_many_inputs_share_is_reported_once(batch_files: Files, run: Run) -> None:
    batch_files(
        [{"word": "cat", "extra": bool(n % 2)} for n in range(40)],
        template=HEAD + FORM + "{% if input.extra %}<img>{% endif %}<input name=a>" + END,
    )
    found = records(run("check", "--json").stdout)
    assert [(one["rule"], one["input"]) for one in found] == [("no-alt", "inputs.jsonl, line 2")]


def test_external_pages_are_not_read(batch_files: Files, run: Run) -> None:
    batch_files([{"word": "cat"}], ExternalURL="https://example.org/{{ input.word }}")
    assert run("check").exit_code == 0


@pytest.mark.parametrize(
    "flood",
    [
        "unclosed <b>",
        "<b/> inside <div>",
        "equal ids",
        "unclosed tags",
        "{{ without an end",
        "${x} many times in a name",
        "${x}, and </body> many times",
    ],
)
def test_a_flood_of_mistakes_or_hostile_markup_is_read_in_linear_time(flood: str) -> None:
    """The guard is generous: 40,000 repetitions take at most some seconds, and took minutes."""
    code = f"from tests.benchmarks.floods import FLOODS, check; check(*FLOODS[{flood!r}](40_000))"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=100)


def test_the_mistakes_of_a_rule_are_counted_after_the_first_hundred(folder: Path) -> None:
    (folder / "flood.html").write_text(
        "<form>" + "<b>\n" * 10_000 + "<i id=x></i>" * 250 + "<input name=a><button></button></form>"
    )
    (folder / "flood.jsonl").write_text("{}\n")
    inputs = Inputs(folder / "flood.jsonl")
    items = list(inputs.values())
    findings = check_inputs(JinjaTemplate(folder / "flood.html"), inputs, items, items)
    counted = [(finding.rule, finding.what) for finding in findings if finding.what.startswith("and ")]
    assert counted == [("duplicate-id", "and 149 more of this kind"), ("nesting", "and 9,900 more of this kind")]
    assert len([finding for finding in findings if finding.rule == "nesting"]) == 101


def test_an_error_after_a_flood_of_warnings_is_reported(folder: Path) -> None:
    (folder / "flood.html").write_text(
        "<form><input name=a><button></button></form>" + "<b>" * 1000 + "<textarea name=b>"
    )
    (folder / "flood.jsonl").write_text("{}\n")
    inputs = Inputs(folder / "flood.jsonl")
    items = list(inputs.values())
    findings = check_inputs(JinjaTemplate(folder / "flood.html"), inputs, items, items)
    assert any(finding.is_error and "<textarea> is not closed" in finding.what for finding in findings)
