"""render-template --preview in a browser."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import picture
from tests.conftest import Files

TEMPLATE = """<!doctype html><title>T</title><h1>{{ input.word }}</h1><p id=state></p>
{% include "simpleturk.html" %}
<script>
document.getElementById("state").textContent = simpleturk.isPreview() ? "preview" : "accepted";
if (!simpleturk.isPreview()) {
  simpleturk.setupSubmit();
  const button = document.getElementById("submit-btn");
  button.disabled = false;
  button.addEventListener("click", () => simpleturk.setOutput({ word: simpleturk.getInput().word }));
}
</script>
"""


@pytest.fixture
def address(batch_files: Files) -> Iterator[str]:
    batch_files('{"word": "cat & <dog>"}\n\n{"word": "emu"}\n', template=TEMPLATE)
    command = [sys.executable, "-m", "simpleturk", "render-template", "--preview", "--port", "0"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert process.stderr
    yield process.stderr.readline().split()[-1]
    process.terminate()
    process.wait(20)
    process.stderr.close()


def test_the_inputs_can_be_stepped_through_in_both_states(page: Page, address: str) -> None:
    page.goto(address)
    hit = page.frame_locator("#hit")
    expect(hit.get_by_role("heading")).to_have_text("cat & <dog>")
    expect(hit.locator("#state")).to_have_text("accepted")
    expect(page.locator("#of")).to_have_text("1 of 2")
    picture(page, "render-preview")
    page.get_by_role("button", name="Next").click()
    expect(hit.get_by_role("heading")).to_have_text("emu")
    expect(page.get_by_label("Line")).to_have_value("3")
    page.get_by_label("State").select_option("preview")
    expect(hit.locator("#state")).to_have_text("preview")
    page.get_by_label("Line").fill("1")
    page.get_by_label("Line").press("Enter")
    expect(hit.get_by_role("heading")).to_have_text("cat & <dog>")


def test_a_change_shows_by_itself_also_an_error(page: Page, address: str) -> None:
    page.goto(address)
    hit = page.frame_locator("#hit")
    expect(hit.get_by_role("heading")).to_have_text("cat & <dog>")
    Path("template.html").write_text("<h1>new {{ input.word }}</h1>")
    expect(hit.get_by_role("heading")).to_have_text("new cat & <dog>")
    Path("template.html").write_text("\n{{ input.colour }}")
    expect(hit.get_by_text(re.compile("error: template.html, line 2: .*colour"))).to_be_visible()
    Path("template.html").write_text("<h1>mended</h1>")
    Path("inputs.jsonl").write_text('{"word": 1}\n{"word": 2}\n{"word": 3}\n')
    expect(page.locator("#of")).to_have_text("1 of 3")
    expect(hit.get_by_role("heading")).to_have_text("mended")


def test_submitting_shows_what_results_would_give(page: Page, address: str) -> None:
    page.goto(address)
    hit = page.frame_locator("#hit")
    hit.get_by_role("button", name="Submit").click()
    expect(hit.locator("pre")).to_be_visible()
    assert json.loads(hit.locator("pre").inner_text()) == {"output": {"word": "cat & <dog>"}}


def test_a_question_that_is_xml_is_shown_with_what_is_wrong_with_it(page: Page, address: str) -> None:
    Path("template.html").write_text("<QuestionForm xmlns='x'><Title>{{ input.word }}</Title></QuestionForm>")
    page.goto(address)
    hit = page.frame_locator("#hit")
    expect(hit.get_by_text("<Title>cat &amp; &lt;dog&gt;</Title>")).to_be_visible()
    expect(hit.get_by_text("refused: line 1, column")).to_be_visible()
