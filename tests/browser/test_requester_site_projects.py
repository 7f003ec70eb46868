"""Projects of the requester site, HTML with placeholders and a CSV file, work in a browser."""

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from tests.browser.conftest import Server, picture
from tests.browser.worker_steps import accept, hit, open_preview, sign_in, submit, work_on
from tests.conftest import PROPERTIES, Run, records

AWKWARD = 'it\'s "a" & <script>alert(1)</script> ${b} {{ c }} ]]> 🙂 \\n\nnew line'

#: Fields that every project has, however its page is written.
FIELDS = """<label><input type="radio" name="answer" value="yes" id="yes">Yes</label>
<label><input type="radio" name="answer" value="no">No</label>
<textarea name="comment">${text}</textarea><input type="hidden" name="given" value="${text}">"""

ENTERED = {"answer": "yes", "comment": AWKWARD, "given": AWKWARD}

#: In the styles found in the wild: the page, and the answers that have to come back.
PROJECTS: dict[str, tuple[str, Any]] = {
    "a table without a form, of 2010": (
        """<h2>Instructions</h2><table width="100%" border="1" bgcolor=#eeeeee><tr><td>Text:</td>
<td><b id="shown">${text}</b></td></tr><tr><td colspan="2"><input type="radio" name="answer" value="yes" id="yes">
<label for="yes">Yes</label><textarea name="comment">${text}</textarea>
<input type="hidden" name="given" value="${text}"></td></tr></table>""",
        ENTERED,
    ),
    "a form of its own": (
        """<!DOCTYPE html><html><head><title>${text}</title></head><body>
<form name="mturk_form" method="post" id="mturk_form" action="https://www.mturk.com/mturk/externalSubmit">
<input type="hidden" name="assignmentId" id="assignmentId"><p id="shown" title='${text}'>${text}</p>"""
        + FIELDS
        + """<input type="submit" id="submitButton" value="Submit"></form>
<script>document.getElementById("assignmentId").value = location.search.match(/assignmentId=([^&]*)/)[1];</script>
</body></html>""",
        ENTERED,
    ),
    "values in scripts": (
        """<div id="shown"></div>
<label><input type="radio" name="answer" value="yes" id="yes">Yes</label>
<textarea name="comment"></textarea><input type="hidden" name="given">
<script>
  // ${text}
  var text = '${text}', same = "${text}", again = `${text}`, items = ${items};
  document.getElementById("shown").textContent = same;
  document.getElementsByName("comment")[0].value = again;
  document.getElementsByName("given")[0].value = text + (items.length === 2 ? "" : "?");
</script>""",
        ENTERED,
    ),
    "jQuery and Bootstrap 3, several items": (
        """<link href="https://maxcdn.bootstrapcdn.com/bootstrap/3.4.1/css/bootstrap.min.css" rel="stylesheet">
<script src="https://ajax.googleapis.com/ajax/libs/jquery/3.7.1/jquery.min.js"></script>
<script src="//maxcdn.bootstrapcdn.com/bootstrap/3.4.1/js/bootstrap.min.js"></script>
<section class="container" id="Survey"><div class="panel panel-primary"><div class="panel-heading"><strong>Read</strong>
</div><div class="panel-body" id="shown">${text}</div></div>"""
        + FIELDS
        + """<div id="items"></div></section>
<script>
$(document).ready(function () {
  $.each(${items}, function (i, item) {
    var name = "item_" + (i + 1);
    $("<select>", { name: name, "class": "form-control" }).append($("<option>").val(item).text("It is " + item))
      .appendTo("#items");
  });
  $("#submitButton").addClass("btn btn-primary").click(function (event) {
    if (!$("input[name=answer]:checked").length) event.preventDefault();
    else $("<input type=hidden name=checked>").val($("#mturk_form").length).appendTo("#mturk_form");
  });
});
</script>""",
        ENTERED | {"item_1": "1", "item_2": "2", "checked": "1"},
    ),
    "a crowd-form, flat": (
        """<script src="https://assets.crowd.aws/crowd-html-elements.js"></script>
<crowd-form answer-format="flatten-objects"><p id="shown">${text}</p>"""
        + FIELDS
        + """<crowd-button form-action="submit" variant="primary">Submit</crowd-button></crowd-form>""",
        {"answer.yes": "true", "answer.no": "false", "comment": AWKWARD, "given": AWKWARD},
    ),
    "a crowd-form with a form in it, and no button": (
        """<script src="https://assets.crowd.aws/crowd-html-elements.js"></script>
<crowd-form><form method="" action=""><p id="shown">${text}</p>"""
        + FIELDS
        + """<input type="checkbox" name="sure" value="x" checked></form></crowd-form>
<script>document.querySelector("crowd-form").onsubmit = function (event) {
  if (!document.getElementById("yes").checked) event.preventDefault(); };</script>""",
        [{"answer": {"yes": True, "no": False}, "comment": AWKWARD, "given": AWKWARD, "sure": {"x": True}}],
    ),
    "more than 65,535 bytes": (
        "<html><body><h1>Guidelines</h1>"
        + "".join(f"<p>Rule {number}: read with care; then decide.</p>\n" for number in range(2000))
        + """<p id="shown">${text}</p>"""
        + FIELDS
        + "</body></html>",
        ENTERED,
    ),
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
    page: Page, libraries: None, folder: Path, run: Run, serve: Callable[..., Server], kind: str
) -> None:
    text, answers = PROJECTS[kind]
    write(folder, text)
    assert run("launch").exit_code == 0
    sign_in(page, serve().site)
    open_preview(page)
    expect(hit(page).locator("#shown")).to_have_text(AWKWARD)
    if kind != "a form of its own":  # whose page leaves its button as it is: the site says that it was a preview
        expect(hit(page).get_by_role("button", name=re.compile("Submit|submit"))).to_be_disabled()
    accept(page)
    frame: FrameLocator = hit(page)
    expect(frame.locator("#shown")).to_have_text(AWKWARD)
    frame.get_by_label("Yes").check()
    picture(page, f"project-{list(PROJECTS).index(kind)}")
    submit(page)
    [record] = records(run("results").stdout)
    assert normal(record["output"]) == answers
    assert record["input"] == {"text": AWKWARD, "items": "[1, 2]"}
    run("results", "--output", "r.csv")
    with Path("r.csv").open(newline="", encoding="utf-8") as file:
        [row] = csv.DictReader(file)
    assert {name: cell for name, cell in row.items() if name.startswith("Input.")} == {
        "Input.text": AWKWARD,
        "Input.items": "[1, 2]",
    }
    found = {name[7:]: normal(cell) for name, cell in row.items() if name.startswith("Answer.")}
    if list(found) == ["taskAnswers"]:
        assert normal(json.loads(found["taskAnswers"])) == answers
    else:
        assert found == answers


def normal(value: Any) -> Any:
    """Forms end lines with CR and LF."""
    if isinstance(value, str):
        return value.replace("\r\n", "\n")
    if isinstance(value, dict):
        return {name: normal(item) for name, item in value.items()}
    return [normal(item) for item in value] if isinstance(value, list) else value


def test_a_crowd_form_that_needs_amazons_elements_says_so(
    page: Page, libraries: None, folder: Path, run: Run, serve: Callable[..., Server]
) -> None:
    write(
        folder,
        """<script src="https://assets.crowd.aws/crowd-html-elements.js"></script><crowd-form><p>${text}</p>
<crowd-classifier name="a" categories="['x', 'y']"></crowd-classifier></crowd-form>""",
    )
    run("launch")
    work_on(page, serve().site)
    expect(hit(page).get_by_role("alert")).to_contain_text("This task needs crowd-classifier from assets.crowd.aws")
    expect(hit(page).get_by_role("button")).to_have_count(0)
