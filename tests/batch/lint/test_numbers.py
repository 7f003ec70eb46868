"""Whole numbers that lose digits in the scripts of a page."""

from pathlib import Path

import pytest

from simpleturk.batch.lint.numbers import MOST_EXACT, large_numbers
from tests.conftest import TEMPLATE, Files, Run

SCRIPTS = {
    "getInput": '{% include "simpleturk.html" %}<script>const word = simpleturk.getInput().word</script>',
    "tojson": "<script>const all = {{ input|tojson }}</script>",
    "value": "<script>const id = {{ input.id }}</script>",
}


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS)
def test_a_number_that_scripts_cannot_hold_is_named_once_for_its_member(
    batch_files: Files, run: Run, script: str
) -> None:
    big = MOST_EXACT + 1
    inputs = [{"word": "cat", "id": 1}, {"word": "dog", "id": big}, {"word": "emu", "id": -big, "more": [{"n": big}]}]
    batch_files(inputs, template=TEMPLATE + script)
    result = run("check")
    assert (
        f"warning: inputs.jsonl, line 2: the number {big} of 'id' loses digits in the page's scripts, and 1 more"
        in (result.stderr)
    )
    assert f"warning: inputs.jsonl, line 3: the number {big} of 'n' loses digits" in result.stderr
    assert f'hint: write it as text: "{big}"' in result.stderr


def test_exact_numbers_texts_and_pages_without_scripts_are_no_finding(batch_files: Files, run: Run) -> None:
    batch_files([{"word": "cat", "id": MOST_EXACT, "n": "9" * 30}], template=TEMPLATE + SCRIPTS["tojson"])
    assert "large-number" not in run("check").stderr
    batch_files([{"word": "cat", "id": 2**60}], template=TEMPLATE)
    assert "large-number" not in run("check").stderr


def test_numbers_are_found_without_reading_a_page(folder: Path) -> None:
    from simpleturk.batch.inputs.jsonl import Input, ListedInputs
    from simpleturk.batch.templates.jinja import JinjaTemplate

    Path("t.html").write_text(SCRIPTS["tojson"])
    inputs = ListedInputs("i", [[2**53]])
    [finding] = large_numbers(JinjaTemplate(Path("t.html")), inputs, [Input(1, [2**53])])
    assert finding.what == f"the number {2**53} loses digits in the page's scripts" and not finding.is_error
