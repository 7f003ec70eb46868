"""Hostile HITs cannot reach the site around them, the worker's session or other work."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Dialog, Page, expect

from simpleturk.marketplace.web.server.host_dispatcher import FRAME_HOST, SITE_HOST
from tests.browser.conftest import Server
from tests.browser.worker_steps import hit, hit_frame, open_preview, sign_in, sign_out, wait_for_draft, work_on
from tests.conftest import Files, Run, records

HOSTILE = """<!doctype html><title>x</title><p>hello</p><pre id=report></pre>
<form method=post action="https://www.mturk.com/mturk/externalSubmit"><input name=a value=1></form>
<script>
const found = {};
const attempt = (name, action) => {
  try { found[name] = String(action()); } catch (error) { found[name] = "refused"; }
};
attempt("parent", () => parent.document.title);
attempt("cookie", () => document.cookie);
attempt("top", () => { top.location = "https://example.org/stolen"; return "navigated"; });
attempt("storage", () => { localStorage.setItem("k", "v"); return localStorage.getItem("k"); });
attempt("csrf", () => parent.document.querySelector("[name=csrf]").value);
attempt("rewrite", () => { parent.document.body.innerHTML = "Sign in here"; return "rewritten"; });
attempt("plant", () => { document.cookie = "simpleturk=eve; path=/"; return document.cookie; });
attempt("domain", () => {
  document.cookie = "simpleturk=eve; domain=simpleturk.localhost; path=/"; return "refused"; });
attempt("popup", () => { const other = window.open("/dashboard"); return other.document.title || "refused"; });
attempt("opened", () => { window.open("https://example.org/", "_top"); return "asked"; });
const site = new URLSearchParams(location.search).get("turkSubmitTo") || location.origin;
const visit = fetch(site + "/?worker_id=eve", { mode: "no-cors", credentials: "include" }).catch(() => {});
// An image that is no image, or a frame that is refused, ends by an event all the same.
const ended = (element) => new Promise((resolve) => { element.onload = element.onerror = resolve; });
const image = new Image();
const loads = [ended(image)];
image.src = site + "/?worker_id=eve";
const post = (path, fields) => fetch(site + path, {
  method: "POST", credentials: "include", mode: "no-cors", body: new URLSearchParams(fields) }).catch(() => {});
const posts = [
  post("/sign-out", {}), post("/account", { country: "DE" }), post("/sign-in", { worker_id: "eve" }),
  post("/projects/GROUP/tasks/accept", {}),
];
for (const page of ["/sign-in", "/dashboard", "/account"]) {
  const inner = document.createElement("iframe");
  inner.src = site + page;
  inner.className = "inner";
  loads.push(ended(inner));
  document.body.append(inner);
}
const asked = fetch(site + "/dashboard", { credentials: "include" })
  .then((response) => response.text())
  .then((text) => { found.fetch = text.slice(0, 40); }, () => { found.fetch = "refused"; });
Promise.all([asked, visit, ...posts, ...loads]).then(() => {
  found.assignment = new URLSearchParams(location.search).get("assignmentId");
  document.getElementById("report").textContent = JSON.stringify(found);
});
</script>"""


def report(page: Page, assignment_id: str) -> dict[str, str]:
    """What each attempt of the hostile page came to, once all have ended.

    The page of the preview has a report too: the assignment's id in it tells them apart.
    """
    element = hit(page).locator("#report")
    expect(element).to_contain_text(f'"assignment":"{assignment_id}"')
    attempts: dict[str, str] = json.loads(element.inner_text())
    del attempts["assignment"]
    return attempts


@pytest.mark.parametrize("name", ["named", "number"])
def test_a_hostile_page_reaches_nothing_of_the_site(
    page: Page, batch_files: Files, run: Run, serve: Callable[..., Server], name: str
) -> None:
    batch_files([{"word": "cat"}], template=HOSTILE)
    run("launch")
    server = serve()
    address = server.site if name == "named" else server.api
    found = report(page, work_on(page, address))
    has_origin = name == "named"
    # Of cookies it sees its own origin's: that which the preview planted there. Without an origin it sees none.
    seen = found.pop("cookie")
    assert set(filter(None, seen.split("; "))) <= {"simpleturk=eve"} if has_origin else seen == ""
    assert found.pop("storage") == "v"
    # Asking is allowed; it must have no effect.
    assert found.pop("top", "refused") in ("refused", "navigated")
    assert found.pop("opened", "refused") in ("refused", "asked")
    # Without an origin it writes cookies to memory only.
    assert found.pop("plant")
    assert has_origin or "eve" not in [cookie.get("value") for cookie in page.context.cookies()]
    assert set(found.values()) == {"refused"}, found
    inner_frames = hit_frame(page).child_frames
    assert len(inner_frames) == 3
    for inner in inner_frames:
        assert not inner.url.startswith(address) or "Sign" not in inner.content()
    assert page.url.startswith(address)
    expect(page.get_by_role("button", name="Return")).to_be_visible()
    page.get_by_role("link", name="Account of ann").click()
    expect(page.locator("select[name=country]")).to_have_value("")
    assert json.loads(run("progress", "--json").stdout)["pending"] == 1


def test_the_two_names_are_two_origins(page: Page, batch_files: Files, run: Run, serve: Callable[..., Server]) -> None:
    batch_files([{"word": "cat"}])
    run("launch")
    server = serve()
    assert SITE_HOST in server.site
    sign_in(page, server.site)
    open_preview(page)
    expect(hit(page).get_by_text("cat")).to_be_visible()
    assert FRAME_HOST in hit_frame(page).url


def test_what_workers_and_requesters_wrote_is_only_text(
    page: Page, batch_files: Files, run: Run, serve: Callable[..., Server], folder: Path
) -> None:
    script = "<img src=x onerror=alert(1)>"
    batch_files([{"word": script}], Title=script, Description=script, Keywords=script)
    run("launch")
    dialogs: list[str] = []

    def dismiss(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", dismiss)
    sign_in(page, serve().site)
    expect(page.get_by_role("link", name=script)).to_be_visible()
    open_preview(page, script)
    expect(hit(page).get_by_text(script)).to_be_visible()
    assert dialogs == []


FULL = """<!doctype html><title>T</title><form method="post"><input type="hidden" name="assignmentId">
<textarea name="answer"></textarea><button>Submit</button></form><script>
try { for (let n = 0; ; n++) localStorage.setItem("k" + n, "x".repeat(1e6)); } catch {}
try { for (let n = 0; ; n++) sessionStorage.setItem("k" + n, "x".repeat(1e6)); } catch {}
parent.postMessage({ simpleturk: "draft", key: location.pathname, fields: Array(3e6).fill("x") }, "*");
parent.postMessage({ simpleturk: "height", height: 1e12 }, "*");
parent.postMessage({ simpleturk: "height", height: "x" }, "*");
const given = new URLSearchParams(location.search), form = document.forms[0];
form.assignmentId.value = given.get("assignmentId");
form.answer.value = "y".repeat(10e6);
form.action = given.get("turkSubmitTo") + "/mturk/externalSubmit";
document.body.dataset.ready = "yes";
</script><img src="http://127.0.0.1:9/never"><script src="http://127.0.0.1:9/never.js" async></script>"""


@pytest.mark.parametrize("name", ["named", "number"])
def test_a_page_that_fills_storage_and_posts_ten_megabytes_still_submits(
    page: Page, batch_files: Files, run: Run, serve: Callable[..., Server], name: str
) -> None:
    batch_files([{"word": "cat"}], template=FULL)
    run("launch")
    server = serve()
    work_on(page, server.site if name == "named" else server.api)
    # Before its script has run, the page itself would not know where to submit to.
    expect(hit(page).locator("body[data-ready]")).to_be_attached(timeout=30_000)
    hit(page).get_by_role("button", name="Submit").click()
    expect(page.get_by_role("status")).to_contain_text("Submitted. Thank you.", timeout=30_000)
    [record] = records(run("results").stdout)
    assert len(record["output"]["answer"]) == 10_000_000


THIEF = """<!doctype html><title>T</title><form method="post"><input name="assignmentId">
<input name="answer" value="bad"><button>Submit</button></form><script>
document.forms[0].assignmentId.value = "VICTIM";
document.forms[0].action = new URLSearchParams(location.search).get("turkSubmitTo") + "/mturk/externalSubmit";
</script>"""


def test_work_is_not_submitted_for_another_worker_who_is_not_signed_in_here(
    page: Page, batch_files: Files, run: Run, serve: Callable[..., Server], folder: Path
) -> None:
    batch_files([{"word": "cat"}])
    run("launch")
    server = serve()
    held = work_on(page, server.site, worker_id="victim")
    sign_out(page)
    batch_files([{"word": "dog"}], template=THIEF.replace("VICTIM", held), Title="Thief")
    run("launch", "--ids", "thief.txt")
    work_on(page, server.site, "Thief")
    hit(page).get_by_role("button", name="Submit").click()
    expect(hit(page).get_by_text("This HIT is not yours.")).to_be_visible()
    assert records(run("results").stdout) == []


def test_a_page_that_never_comes_leaves_the_site_as_it_is(
    page: Page, batch_files: Files, run: Run, serve: Callable[..., Server]
) -> None:
    stuck = """<!doctype html><title>T</title><p>hello</p><form></form><script>
addEventListener("beforeunload", (event) => event.preventDefault());
setInterval(() => { const end = Date.now() + 90; while (Date.now() < end); }, 100);</script>"""
    batch_files([{"word": "cat"}], template=stuck)
    run("launch", "--no-check")
    work_on(page, serve().site)
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Return").click()
    expect(page.get_by_text("Preview. Accept the HIT to work on it.")).to_be_visible()


def test_the_frame_of_a_second_host_name_has_an_origin_of_its_own(
    page: Page, batch_files: Files, run: Run, serve: Callable[..., Server], folder: Path
) -> None:
    batch_files([{"word": "cat"}], template=HOSTILE)
    with (folder / "simpleturk.toml").open("a") as file:
        file.write('[site]\nframes = "own.simpleturk.localhost"\n')
    run("launch")
    server = serve()
    sign_in(page, server.site)
    open_preview(page)
    found = report(page, "ASSIGNMENT_ID_NOT_AVAILABLE")
    assert hit_frame(page).url.startswith(f"http://own.simpleturk.localhost:{server.port}/frame/")
    assert (found["storage"], found["parent"], found["csrf"]) == ("v", "refused", "refused")


@pytest.mark.parametrize("name", ["named", "number"])
def test_a_script_that_never_ends_does_not_stop_the_page_around_it(
    page: Page, batch_files: Files, run: Run, serve: Callable[..., Server], name: str
) -> None:
    endless = "if (!location.search.includes('NOT_AVAILABLE')) setTimeout(() => { for (;;); }, 500);"
    batch_files([{"word": "cat"}], template=f"<p>hello</p><script>{endless}</script>")
    run("launch")
    server = serve()
    work_on(page, server.site if name == "named" else server.api)
    page.wait_for_timeout(1500)
    page.get_by_role("button", name="Return").click(timeout=10_000, no_wait_after=True)
    expect(page.get_by_role("button", name="Accept")).to_be_visible(timeout=10_000)


THIRD = """<!doctype html><p id=report>waiting</p><script>
addEventListener("message", (event) => { document.getElementById("report").textContent = JSON.stringify(event.data); });
parent.postMessage({ simpleturk: "draft", fields: [["secret", 0, "forged"]] }, "*");
parent.postMessage({ simpleturk: "ready" }, "*");
setTimeout(() => { document.getElementById("report").textContent += " ended"; }, 1000);
</script>"""


@pytest.mark.parametrize("name", ["named", "number"])
def test_a_page_of_another_host_in_the_frame_gets_no_draft_and_changes_none(
    page: Page, batch_files: Files, run: Run, serve: Callable[..., Server], name: str
) -> None:
    page.route("https://third.example/**", lambda route: route.fulfill(body=THIRD, content_type="text/html"))
    template = "<form><input name=secret><a href='https://third.example/'>Read this</a><button>Submit</button></form>"
    batch_files([{"word": "cat"}], template=template)
    run("launch")
    server = serve()
    work_on(page, server.site if name == "named" else server.api)
    hit(page).locator("[name=secret]").fill("of the worker")
    wait_for_draft(page, "secret")
    hit(page).get_by_role("link", name="Read this").click()
    expect(hit(page).locator("#report")).to_contain_text("ended")
    assert hit(page).locator("#report").inner_text() == "waiting ended"
    page.reload()
    expect(hit(page).locator("[name=secret]")).to_have_value("of the worker")
