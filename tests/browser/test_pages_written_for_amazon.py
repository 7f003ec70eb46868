"""Task pages that were written for Amazon's site work unchanged on the worker site."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Server
from tests.browser.worker_steps import hit, open_preview, sign_in, submit, work_on
from tests.conftest import Files, Run, records

FIELD = '<input name="answer" value="yes"><button>Send</button>'
S3 = "https://s3.amazonaws.com/mturk-public/externalHIT_v1.js"

PAGES = {
    "Amazon's standard page": f"""<!DOCTYPE html><html><head><meta http-equiv="Content-Type" content="text/html"/>
<script type="text/javascript" src="{S3}"></script></head><body>
<form name="mturk_form" method="post" id="mturk_form" action="https://www.mturk.com/mturk/externalSubmit">
<input type="hidden" value="" name="assignmentId" id="assignmentId"/><p>Which?</p>{FIELD}
<p><input type="submit" id="submitButton" value="Submit"/></p></form>
<script language="Javascript">turkSetAssignmentID();</script></body></html>""",
    "the sandbox, by GET": """<html><body><form action="https://workersandbox.mturk.com/mturk/externalSubmit">
<input type="hidden" name="assignmentId" id="assignmentId">FIELD</form><script>
document.getElementById("assignmentId").value = location.search.match(/assignmentId=([^&]*)/)[1];</script></body></html>
""".replace("FIELD", FIELD),
    "no address but in a listener": """<form id="f" method="post"><input type="hidden" name="assignmentId">FIELD</form>
<script>document.getElementById("f").addEventListener("submit", function () {
this.assignmentId.value = new URLSearchParams(location.search).get("assignmentId");
this.action = "https://www.mturk.com/mturk/externalSubmit"; });</script>""".replace("FIELD", FIELD),
    "submitted by a script": """<form id="f" method="post" action="//www.mturk.com/mturk/externalSubmit">
<input type="hidden" name="assignmentId"><input type="hidden" name="answer" value="yes"></form><button id="go">Send
</button><script>document.getElementById("go").onclick = function () { var f = document.getElementById("f");
f.assignmentId.value = decodeURIComponent(location.search.match(/assignmentId=([^&]*)/)[1]); f.submit(); };</script>""",
    "a form made by a script": """<button id="go">Send</button><script>
document.getElementById("go").onclick = function () { var form = document.createElement("form");
var given = new URLSearchParams(location.search); form.method = "POST";
form.action = given.get("turkSubmitTo") + "/mturk/externalSubmit";
var values = { assignmentId: given.get("assignmentId"), answer: "yes" };
for (var name in values) { var field = document.createElement("input"); field.type = "hidden"; field.name = name;
field.value = values[name]; form.appendChild(field); } document.body.appendChild(form); form.submit(); };</script>""",
    "a form that leads nowhere": """<form action="edit" method="get" name="mturk_form"><p>Which?</p>FIELD</form>
""".replace("FIELD", FIELD),
    "a button with Amazon's address": """<form action="x"><input type="hidden" name="assignmentId" id="a">
<input name="answer" value="yes"><button formmethod="post" formaction="https://www.mturk.com/mturk/externalSubmit">Send
</button></form><script>document.getElementById("a").value = new URLSearchParams(location.search).get("assignmentId");
</script>""",
    "a form without an address, elsewhere's base, odd names": """<base href="https://cdn.example/"><form
 enctype="text/plain"><input name="setAttribute" value="1"><input name="querySelector" value="2">FIELD</form>
""".replace("FIELD", FIELD),
    "a field called action": f"""<script src="//s3.amazonaws.com/mturk-public/externalHIT_v1.js"></script>
<form id="mturk_form" method="post" action="https://www.mturk.com/mturk/externalSubmit">
<input type="hidden" name="assignmentId" id="assignmentId"><input type="hidden" name="action" value="a">{FIELD}</form>
<script>turkSetAssignmentID();</script>""",
}


@pytest.mark.parametrize("name", ["named", "number"])
@pytest.mark.parametrize("kind", PAGES)
def test_a_page_submits_here(
    page: Page, batch_files: Files, run: Run, serve: Callable[..., Server], kind: str, name: str
) -> None:
    batch_files([{"word": "cat"}], template=PAGES[kind])
    run("launch")
    server = serve()
    work_on(page, server.site if name == "named" else server.api)
    submit(page, "Send")
    assert records(run("results").stdout)[0]["output"]["answer"] == "yes"


def test_in_a_preview_amazons_script_disables_the_button_and_submitting_is_refused(
    page: Page, batch_files: Files, run: Run, serve: Callable[..., Server]
) -> None:
    batch_files([{"word": "cat"}], template=PAGES["Amazon's standard page"])
    run("launch")
    sign_in(page, serve().site)
    open_preview(page)
    button = hit(page).locator("#submitButton")
    expect(button).to_be_disabled()
    expect(button).to_have_value("You must ACCEPT the HIT before you can submit the results.")
    hit(page).get_by_role("button", name="Send").click()
    expect(hit(page).get_by_text("This was only a preview.")).to_be_visible()


def test_what_was_repeated_is_joined_as_amazon_joined_it(
    page: Page, batch_files: Files, run: Run, serve: Callable[..., Server]
) -> None:
    boxes = "".join(f'<label><input type="checkbox" name="animal" value="{name}">{name}</label>' for name in "abc")
    form = PAGES["Amazon's standard page"].replace(FIELD, boxes + "<button>Send</button>")
    batch_files([{"word": "cat"}], template=form)
    run("launch")
    work_on(page, serve().site)
    hit(page).get_by_label("a").check()
    hit(page).get_by_label("c").check()
    submit(page, "Send")
    assert records(run("results").stdout)[0]["output"] == {"animal": "a|c"}


DIALOG = """<dialog open><form method="dialog"><input type="checkbox" name="again" checked><button>OK</button></form>
</dialog><form id="own"><input name="x" value="1"><button>Add</button></form><p id="seen"></p>"""
SCRIPT = """<script>document.getElementById("own").addEventListener("submit", function (event) {
event.preventDefault();
document.getElementById("seen").textContent = Array.from(new FormData(this).keys()).join() + this.method; });
</script>"""


def test_a_dialog_and_a_form_that_the_page_handles_itself_submit_nothing(
    page: Page, batch_files: Files, run: Run, serve: Callable[..., Server]
) -> None:
    batch_files([{"word": "cat"}], template=DIALOG + PAGES["Amazon's standard page"] + SCRIPT)
    run("launch")
    work_on(page, serve().site)
    hit(page).get_by_role("button", name="OK").click()
    hit(page).get_by_role("button", name="Add").click()
    expect(hit(page).locator("#seen")).to_have_text("xget")
    submit(page, "Send")
    assert records(run("results").stdout)[0]["output"] == {"answer": "yes"}
