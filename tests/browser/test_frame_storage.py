"""Storage in frames: a frame without an origin has a storage in memory, so that the page's script does not end."""

import json
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Server
from tests.browser.worker_steps import hit, hit_frame, submit, work_on
from tests.conftest import Files, Run, records

STORES = """<!doctype html><title>T</title><form method="post" action="https://www.mturk.com/mturk/externalSubmit">
<input type="hidden" name="answer"><button>Send</button></form><script>
const seen = {};
for (const [name, storage] of Object.entries({ local: localStorage, session: sessionStorage })) {
  storage.setItem("a", 1);
  storage.b = "two";
  storage["c"] = null;
  storage.removeItem("c");
  seen[name] = [storage.getItem("a"), storage.b, storage["none"], storage.getItem("none"), storage.length,
    Object.keys(storage).sort(), JSON.stringify(storage), "a" in storage, storage instanceof Storage,
    [storage.key(0), storage.key(1)].sort(), storage.key(2)];
  delete storage.a;
  storage.clear();
  seen[name].push(storage.length);
}
document.cookie = "x=1; path=/";
document.cookie = "y = a=b; max-age=1000";
document.cookie = "x=2; path=/";
document.cookie = "z=3";
document.cookie = "z=; expires=Thu, 01 Jan 1970 00:00:00 GMT";
seen.cookie = document.cookie.split("; ").sort();
let full = "";
try { localStorage.setItem("k", "x".repeat(9e6)); } catch (error) { full = error.name; }
seen.full = [full, localStorage.getItem("k")];
if (navigator.serviceWorker) navigator.serviceWorker.register("sw.js").catch((error) => {});
const opening = indexedDB.open("d");
opening.onsuccess = opening.onerror = (event) => {
  seen.database = event.type;
  event.preventDefault();
  document.forms[0].answer.value = JSON.stringify(seen);
  document.body.dataset.ready = "yes";
};
</script>"""


@pytest.mark.parametrize("name", ["named", "number"])
def test_a_page_stores_values_and_cookies_under_each_name(
    page: Page, batch_files: Files, run: Run, serve: Callable[..., Server], name: str
) -> None:
    batch_files([{"word": "cat"}], template=STORES)
    run("launch", "--no-check")
    server = serve()
    work_on(page, server.site if name == "named" else server.api)
    expect(hit(page).locator("body[data-ready]")).to_be_attached()
    submit(page, "Send")
    seen = json.loads(records(run("results").stdout)[0]["output"]["answer"])
    values = ["1", "two", None, None, 2, ["a", "b"], '{"a":"1","b":"two"}', True, True, ["a", "b"], None, 0]
    assert seen == {
        "local": values,
        "session": values,
        "cookie": ["x=2", "y=a=b"],
        "full": ["QuotaExceededError", None],
        # Without an origin no database can be opened, but the page's script goes on.
        "database": "success" if name == "named" else "error",
    }


@pytest.fixture
def page_with_errors(chromium: Browser) -> Iterator[Page]:
    """A page whose script errors do not fail the test."""
    page = chromium.new_page()
    yield page
    page.close()


FAILED = """<!doctype html><title>T</title><p style="height: 2000px">long</p><form method="post" action="https://www.mturk.com/mturk/externalSubmit">
<input type="hidden" name="assignmentId"><input type="hidden" name="data"><label>Note <input name="note"></label>
<button>Send</button></form><script>document.forms[0].data.value = nothing.here();</script>"""


@pytest.mark.parametrize("kind", ["an error", "a script that does not load", "a rejected promise", "form.submit()"])
def test_an_empty_answer_is_not_submitted_by_the_first_press_after_a_script_error(
    page_with_errors: Page, batch_files: Files, run: Run, serve: Callable[..., Server], kind: str
) -> None:
    page = page_with_errors
    template = FAILED
    if kind == "a script that does not load":
        template = FAILED.replace(
            "<script>", '<script src="https://nowhere.invalid/a.js"></script><script>try {'
        ).replace("here();", "here(); } catch {}")
    elif kind == "a rejected promise":
        template = FAILED.replace("document.forms[0].data.value = ", "(async () => ").replace("here();", "here())();")
    elif kind == "form.submit()":
        template = FAILED.replace("<button>", '<button type="button" onclick="document.forms[0].submit()">')
    batch_files([{"word": "cat"}], template=template)
    run("launch", "--no-check")
    work_on(page, serve().site)
    hit_frame(page).wait_for_load_state()
    page.wait_for_function("() => document.querySelector('iframe.hit').offsetHeight > 2000")
    hit(page).get_by_role("button", name="Send").click()
    alert = hit(page).get_by_role("alert")
    expect(alert).to_contain_text("Not submitted: a script of this page has failed, and your answer is empty.")
    expect(alert).to_be_in_viewport()
    assert records(run("results").stdout) == []
    submit(page, "Send")
    assert records(run("results").stdout)[0]["output"] == {"data": "", "note": ""}


def test_an_answer_is_submitted_in_spite_of_a_script_error(
    page_with_errors: Page, batch_files: Files, run: Run, serve: Callable[..., Server]
) -> None:
    batch_files([{"word": "cat"}], template=FAILED)
    run("launch", "--no-check")
    work_on(page_with_errors, serve().site)
    hit(page_with_errors).get_by_label("Note").fill("seen")
    submit(page_with_errors, "Send")
    assert records(run("results").stdout)[0]["output"] == {"data": "", "note": "seen"}
