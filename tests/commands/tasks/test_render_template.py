"""render-template to a file and to stdout."""

from pathlib import Path

import pytest

from tests.conftest import Files, Run


@pytest.fixture(autouse=True)
def files(batch_files: Files) -> None:
    batch_files('\n{"word": "é & <b>"}\n{"word": "second"}\n', template="<p>{{ input.word }}</p>\n")


def test_the_first_input_is_rendered_to_stdout(run: Run) -> None:
    result = run("render-template")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "<p>é &amp; &lt;b&gt;</p>\n", "")


def test_line_takes_the_files_line_number(run: Run) -> None:
    assert run("render-template", "--line", "3").stdout == "<p>second</p>\n"
    result = run("render-template", "--line", "1")
    assert (result.exit_code, result.stderr) == (1, "error: inputs.jsonl: has no input on line 1\n")


def test_the_page_goes_to_a_file(run: Run) -> None:
    result = run("render-template", "--output", "page.html")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "Wrote page.html\n")
    assert Path("page.html").read_text(encoding="utf-8") == "<p>é &amp; &lt;b&gt;</p>\n"


def test_it_needs_no_account_no_properties_and_no_marketplace(run: Run) -> None:
    Path("properties.json").unlink()
    assert run("render-template").exit_code == 0
    assert not Path("market.db").exists()


def test_usage_errors(run: Run) -> None:
    assert run("render-template", "--inputs", "-").exit_code == 2
    assert run("render-template", "--preview", "--output", "x").exit_code == 2
    assert run("render-template", "--line", "0").exit_code == 2


def test_a_shipped_template_is_found_from_anywhere(run: Run) -> None:
    Path("inputs.jsonl").write_text('{"text": "hello"}\n')
    result = run("render-template", "--template", "hit_templates/simple.html")
    assert "hello" in result.stdout


def test_the_configurations_output_belongs_to_results_alone(run: Run, folder: Path) -> None:
    with (folder / "simpleturk.toml").open("a") as file:
        file.write('output = "results.jsonl"\n')
    assert run("render-template").stdout.startswith("<p>")
    assert not Path("results.jsonl").exists()


def test_a_page_that_cannot_be_rendered_leaves_the_old_file(run: Run) -> None:
    Path("page.html").write_text("old")
    Path("template.html").write_text("{{ input.nothing }}")
    assert run("render-template", "--output", "page.html").exit_code == 1
    assert Path("page.html").read_text() == "old"
