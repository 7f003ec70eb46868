"""Projects of the requester site, HTML with holes and a CSV file, done in a real browser."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from tests.browser.conftest import Server
from tests.browser.test_journey import hit, sign_in
from tests.conftest import PROPERTIES, Run, records

AWKWARD = 'it\'s "a" & <script>alert(1)</script> ${b} {{ c }} ]]> 🙂 \\n\nnew line'

#: A table of 2010 without a form, one with its own form, and one with several items whose values a script reads.
PROJECTS = {
    "no form": """<h2>Instructions</h2><table width="100%" border="1" bgcolor=#eeeeee><tr><td>Text:</td>
<td><b id="shown">${text}</b></td></tr><tr><td colspan="2"><input type="radio" name="answer" value="yes" id="yes">
<label for="yes">Yes</label><textarea name="comment">${text}</textarea>
<input type="hidden" name="given" value="${text}"></td></tr></table>""",
    "a form of its own": """<!DOCTYPE html><html><head><title>${text}</title></head><body>
<form name="mturk_form" method="post" id="mturk_form" action="https://www.mturk.com/mturk/externalSubmit">
<input type="hidden" name="assignmentId" id="assignmentId"><p id="shown" title='${text}'>${text}</p>
<input type="radio" name="answer" value="yes" id="yes"><label for="yes">Yes</label>
<textarea name="comment">${text}</textarea><input type="hidden" name="given" value='${text}'>
<input type="submit" id="submitButton" value="Submit"></form>
<script>document.getElementById("assignmentId").value = location.search.match(/assignmentId=([^&]*)/)[1];</script>
</body></html>""",
    "values in scripts": """<div id="shown"></div>
<label><input type="radio" name="answer" value="yes" id="yes">Yes</label>
<textarea name="comment"></textarea><input type="hidden" name="given">
<script>
  // ${text}
  var text = '${text}', same = "${text}", again = `${text}`, items = ${items};
  document.getElementById("shown").textContent = same;
  document.getElementsByName("comment")[0].value = again;
  document.getElementsByName("given")[0].value = text + (items.length === 2 ? "" : "?");
</script>""",
}


def write(folder: Path, page: str) -> None:
    """A project's files."""
    (folder / "project.html").write_text(page, encoding="utf-8")
    cell = AWKWARD.replace('"', '""')
    (folder / "batch.csv").write_text(f'\ufefftext,items\r\n"{cell}","[1, 2]"\r\n', encoding="utf-8", newline="")
    (folder / "properties.json").write_text(json.dumps(PROPERTIES))
    names = {
        "template": "project.html",
        "inputs": "batch.csv",
        "properties": "properties.json",
        "database": "market.db",
    }
    (folder / "simpleturk.toml").write_text("".join(f'{name} = "{value}"\n' for name, value in names.items()))


@pytest.mark.parametrize("kind", PROJECTS)
def test_a_project_shows_and_returns_what_was_typed(
    page: Page, folder: Path, run: Run, serve: Callable[..., Server], kind: str
) -> None:
    write(folder, PROJECTS[kind])
    assert run("launch").exit_code == 0
    sign_in(page, serve().site)
    page.get_by_role("link", name="Describe an image").click()
    page.get_by_role("button", name="Accept").click()
    frame: FrameLocator = hit(page)
    expect(frame.locator("#shown")).to_have_text(AWKWARD)
    frame.get_by_label("Yes").check()
    frame.get_by_role("button", name="Submit").click()
    expect(page.get_by_text("Submitted. Thank you.")).to_be_visible()
    [record] = records(run("results").stdout)
    returned = {name: value.replace("\r\n", "\n") for name, value in record["output"].items()}
    assert returned == {"answer": "yes", "comment": AWKWARD, "given": AWKWARD}
    assert record["input"] == {"text": AWKWARD, "items": "[1, 2]"}
