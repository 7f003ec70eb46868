"""What the frame adds to pages that leave out what Amazon's site gave them: ids, functions, forms and addresses."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Server
from tests.browser.worker_steps import accept, hit, keep_frame_process, open_preview, sign_in, submit, work_on
from tests.conftest import Files, Run, records

AMAZON = "https://www.mturk.com/mturk/externalSubmit"
FIELD = '<input name="answer" value="yes">'
BUTTON = '<button id="go">Send</button>'


def form(action: str = AMAZON, inside: str = FIELD + BUTTON, attributes: str = 'method="post"') -> str:
    address = f' action="{action}"' if action is not None else ""
    return f'<!doctype html><title>T</title><form id="mturk_form"{address} {attributes}>{inside}</form>'


def script(code: str) -> str:
    return (
        f'<!doctype html><title>T</title><button id="go">Send</button><script>go.onclick = () => {{ {code} }};</script>'
    )


HIDDEN = '<input id="assignmentId" name="assignmentId" type="hidden" value="">'
MADE = """const made = document.createElement("form"); made.id = "made"; made.method = "post";
made.action = "https://www.mturk.com/mturk/externalSubmit";
made.innerHTML = '<input type="hidden" name="answer" value="yes">'; document.body.append(made);"""

PAGES = {
    "Amazon's functions without Amazon's script": form(inside=HIDDEN + FIELD + BUTTON)
    + "<script>turkSetAssignmentID(); document.title = gup('hitId') + turkGetParam('none', 'x');</script>",
    "no script and an empty id": form(inside=HIDDEN + FIELD + BUTTON),
    "no id at all": form(),
    "an id that a script could not read": form(inside=HIDDEN.replace('""', '"undefined"') + FIELD + BUTTON),
    "a relative address": form("/mturk/externalSubmit"),
    "an address without its slash": form("mturk/externalSubmit"),
    "http": form("http://www.mturk.com/mturk/externalSubmit"),
    "the sandbox": form("https://workersandbox.mturk.com/mturk/externalSubmit", attributes=""),
    "the requester's sandbox, with a slash": form("//requestersandbox.mturk.com/mturk/externalSubmit/"),
    "no scheme and no host": form("//mturk/externalSubmit"),
    "target _top": form(attributes='method="post" target="_top"'),
    "target _parent": form(attributes='target="_parent"'),
    "target _blank": form(attributes='method="post" target="_blank"'),
    "a frame of the page as the target": form(attributes='method="post" target="t"') + '<iframe name="t"></iframe>',
    "a base with a target": '<base target="_blank">' + form(),
    "a target of the button": form(inside=FIELD + '<button formtarget="_blank" formmethod="get">Send</button>'),
    "an empty address": form(""),
    "only a fragment": form("#", attributes=""),
    "a button's address": form("https://example.org/", FIELD + f'<button formaction="{AMAZON}">Send</button>'),
    "document.forms[0].submit()": form(inside=FIELD) + script("document.forms[0].submit()"),
    "requestSubmit()": form(inside=FIELD) + script("mturk_form.requestSubmit()"),
    "requestSubmit() of a form without an address": form("", inside=FIELD) + script("mturk_form.requestSubmit()"),
    "a form made after loading": script(MADE + "made.submit()"),
    "a form made after loading, with a button": script(MADE + "made.requestSubmit()"),
    "a listener that stops the event": form(inside=FIELD + BUTTON)
    + "<script>mturk_form.addEventListener('submit', (event) => event.stopPropagation());</script>",
    "fetch with a query": script(
        f"fetch('{AMAZON}', {{ method: 'POST', body: new URLSearchParams({{ answer: 'yes' }}) }})"
    ),
    "fetch with a form": script(
        "const data = new FormData(); data.append('answer', 'yes');"
        f" fetch('{AMAZON}', {{ method: 'POST', body: data }})"
    ),
    "fetch with JSON to turkSubmitTo": script(
        "fetch(turkGetParam('turkSubmitTo') + '/mturk/externalSubmit',"
        " { method: 'POST', body: JSON.stringify({ answer: 'yes' }) })"
    ),
    "fetch with a Request": script(
        f"fetch(new Request('{AMAZON}', {{ method: 'POST', body: new URLSearchParams('answer=yes') }}))"
    ),
    "XMLHttpRequest": script(
        f"const x = new XMLHttpRequest(); x.open('POST', '{AMAZON}');"
        " x.setRequestHeader('Content-Type', 'application/x-www-form-urlencoded'); x.send('answer=yes')"
    ),
    "XMLHttpRequest by GET": script(f"const x = new XMLHttpRequest(); x.open('GET', '{AMAZON}?answer=yes'); x.send()"),
    "a beacon": script(f"navigator.sendBeacon('{AMAZON}', new URLSearchParams('answer=yes'))"),
    "a link": f'<!doctype html><title>T</title><a role="button" target="_top" href="{AMAZON}?answer=yes">Send</a>'
    "<script>addEventListener('click', (event) => event.target.href += '&assignmentId=' + gup('assignmentId'));"
    "</script>",
    "the frame's address": script(f"location.href = '{AMAZON}?answer=yes&assignmentId=' + gup('assignmentId')"),
    "a field outside of the form": '<p><input name="answer" value="yes"></p>' + form(inside=BUTTON),
    "a button outside of the form": form(inside=FIELD)
    + '<form method="dialog"></form><button type="submit">Send</button>',
    "a button and a field outside of the form": form(inside=HIDDEN) + FIELD + '<input type="submit" value="Send">',
    "fields outside, and form.submit()": form(inside=HIDDEN) + FIELD + script("mturk_form.submit()"),
    "a field with the id of no form": form(inside=BUTTON) + '<input name="answer" value="yes" form="nothing">',
}


@pytest.mark.parametrize("name", ["named", "number"])
def test_a_page_submits_whatever_it_leaves_out(
    page: Page, batch_files: Files, run: Run, serve: Callable[..., Server], name: str
) -> None:
    """One batch with all pages, done in turn. In the preview of each, nothing is submitted."""
    # Browsers let no script of a frame without an origin see where the frame is sent.
    kinds = [kind for kind in PAGES if name == "named" or kind != "the frame's address"]
    batch_files([{"kind": kind, "html": PAGES[kind]} for kind in kinds], template="{{ input.html|safe }}")
    run("launch", "--no-check")
    server = serve()
    sign_in(page, server.site if name == "named" else server.api)
    open_preview(page)
    keep_frame_process(page)
    for number, kind in enumerate(kinds):
        hit(page).get_by_role("button", name="Send").click()
        expect(hit(page).get_by_text("This was only a preview."), kind).to_be_visible()
        if number % 10 == 0:
            assert len(records(run("results").stdout)) == number, kind
        accept(page)
        page.locator("[name=auto_accept]").uncheck()
        submit(page, "Send")
    outputs = {record["input"]["kind"]: record["output"] for record in records(run("results").stdout)}
    assert outputs == dict.fromkeys(kinds, {"answer": "yes"})


SEVERAL = """<!doctype html><title>T</title>
<form id="search"><input name="q" value="query"><button>Search</button></form>
<input name="outside" value="a"><input name="inside" value="no"><input value="no name">
<input name="off" value="b" disabled><label><input type="checkbox" name="box" value="1" checked>box</label>
<select name="many" multiple><option selected>x</option><option selected>y</option></select>
<textarea name="text">t</textarea><template><input name="in_template" value="1"></template>
<form action="https://www.mturk.com/mturk/externalSubmit" method="post"><input name="inside" value="yes">
<button>Send</button></form><script>search.onsubmit = (event) => event.preventDefault();</script>"""


@pytest.mark.parametrize("name", ["named", "number"])
def test_fields_outside_of_all_forms_are_submitted_and_those_of_another_form_are_not(
    page: Page, batch_files: Files, run: Run, serve: Callable[..., Server], name: str
) -> None:
    batch_files([{"word": "cat"}], template=SEVERAL)
    run("launch", "--no-check")
    server = serve()
    work_on(page, server.site if name == "named" else server.api)
    hit(page).get_by_role("button", name="Search").click()
    submit(page, "Send")
    answer = {"outside": "a", "inside": "yes", "box": "1", "many": "x|y", "text": "t"}
    assert records(run("results").stdout)[0]["output"] == answer


def test_a_required_field_outside_of_the_form_is_required(
    page: Page, batch_files: Files, run: Run, serve: Callable[..., Server]
) -> None:
    batch_files(
        [{"word": "cat"}], template='<label>Answer <input name="answer" required></label>' + form(inside=BUTTON)
    )
    run("launch", "--no-check")
    work_on(page, serve().site)
    field = hit(page).get_by_label("Answer")
    hit(page).get_by_role("button", name="Send").click()
    expect(field).to_be_focused()
    field.fill("yes")
    submit(page, "Send")
    assert records(run("results").stdout)[0]["output"] == {"answer": "yes"}


def test_the_controls_of_a_page_that_makes_its_own_form_are_not_submitted(
    page: Page, batch_files: Files, run: Run, serve: Callable[..., Server]
) -> None:
    controls = '<input name="slider" value="3"><input name="answer" value="wrong">'
    batch_files([{"word": "cat"}], template=controls + script(MADE + "made.submit()"))
    run("launch", "--no-check")
    work_on(page, serve().site)
    submit(page, "Send")
    assert records(run("results").stdout)[0]["output"] == {"answer": "yes"}


def test_a_button_for_a_script_outside_of_the_form_submits_nothing(
    page: Page, batch_files: Files, run: Run, serve: Callable[..., Server]
) -> None:
    script = "<script>more.onclick = () => { said.textContent = 'more'; };</script>"
    batch_files([{"word": "cat"}], template=form() + '<button id="more">More</button><p id="said"></p>' + script)
    run("launch", "--no-check")
    work_on(page, serve().site)
    hit(page).get_by_role("button", name="More").click()
    expect(hit(page).locator("#said")).to_have_text("more")
    submit(page, "Send")
    assert records(run("results").stdout)[0]["output"] == {"answer": "yes"}


LONG = '<!doctype html><title>T</title><p style="height: 3000px">long</p>' + form().replace("<!doctype html>", "")


@pytest.mark.parametrize("fixture", ["page", "phone"])
def test_the_reason_of_a_refusal_is_in_view(
    request: pytest.FixtureRequest, batch_files: Files, run: Run, serve: Callable[..., Server], fixture: str
) -> None:
    page: Page = request.getfixturevalue(fixture)
    batch_files([{"word": "cat"}], template=LONG)
    run("launch", "--no-check")
    sign_in(page, serve().site)
    open_preview(page)
    hit(page).get_by_role("button", name="Send").click()
    refusal = hit(page).get_by_text("This was only a preview.")
    expect(refusal).to_be_visible()
    expect(refusal).to_be_in_viewport()
    assert page.evaluate("document.activeElement.tagName") == "IFRAME"


RESERVED = form(
    inside='<input type="hidden" name="hitId"><input type="hidden" name="workerId"><label>Your id '
    '<input name="workerId"></label><label>A HIT <input name="hitId"></label>' + BUTTON
)


@pytest.mark.parametrize("name", ["named", "number"])
def test_what_a_worker_enters_in_a_field_with_a_reserved_name_is_an_answer(
    page: Page, batch_files: Files, run: Run, serve: Callable[..., Server], name: str
) -> None:
    batch_files([{"word": "cat"}], template=RESERVED)
    run("launch", "--no-check")
    server = serve()
    work_on(page, server.site if name == "named" else server.api)
    hit(page).get_by_label("Your id").fill("my nick")
    submit(page, "Send")
    assert records(run("results").stdout)[0]["output"] == {"workerId": "my nick", "hitId": ""}
