"""Hostile HITs in a real browser: whatever they try, the site, the worker and other work stay out of reach."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Dialog, Page, expect

from simpleturk.marketplace.web.hosts import FRAME_HOST, SITE_HOST
from tests.browser.conftest import Server
from tests.browser.test_journey import hit, sign_in
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
fetch(site + "/?worker_id=eve", { mode: "no-cors", credentials: "include" }).catch(() => {});
new Image().src = site + "/?worker_id=eve";
const post = (path, fields) => fetch(site + path, {
  method: "POST", credentials: "include", mode: "no-cors", body: new URLSearchParams(fields) }).catch(() => {});
post("/sign-out", {}); post("/account", { country: "DE" }); post("/sign-in", { worker_id: "eve" });
post("/projects/GROUP/tasks/accept", {});
for (const page of ["/sign-in", "/dashboard", "/account"]) {
  const inner = document.createElement("iframe");
  inner.src = site + page;
  inner.className = "inner";
  document.body.append(inner);
}
const asked = fetch(site + "/dashboard", { credentials: "include" })
  .then((response) => response.text())
  .then((text) => { found.fetch = text.slice(0, 40); }, () => { found.fetch = "refused"; });
asked.then(() => { document.getElementById("report").textContent = JSON.stringify(found); });
</script>"""


@pytest.mark.parametrize("name", ["named", "number"])
def test_a_hostile_page_reaches_nothing_of_the_site(
    page: Page, batch_files: Files, run: Run, serve: Callable[..., Server], name: str
) -> None:
    batch_files([{"word": "cat"}], template=HOSTILE)
    run("launch")
    server = serve()
    address = server.site if name == "named" else server.api
    sign_in(page, address)
    page.get_by_role("link", name="Describe an image").click()
    page.get_by_role("button", name="Accept").click()
    expect(hit(page).locator("#report")).to_contain_text("fetch")
    found = json.loads(hit(page).locator("#report").inner_text())
    has_origin = name == "named"
    # Of cookies it sees its own origin's: that which the preview planted there.
    seen = found.pop("cookie")
    assert set(filter(None, seen.split("; "))) <= {"simpleturk=eve"} if has_origin else seen == "refused"
    assert found.pop("storage") == ("v" if has_origin else "refused")
    # Asking is allowed; it must have no effect.
    assert found.pop("top", "refused") in ("refused", "navigated")
    assert found.pop("opened", "refused") in ("refused", "asked")
    assert "eve" not in found.pop("plant") or has_origin
    assert set(found.values()) == {"refused"}, found
    page.wait_for_timeout(500)
    for inner in page.frames[1].child_frames:
        assert not inner.url.startswith(address) or "Sign" not in inner.content()
    assert page.url.startswith(address)
    expect(page.get_by_role("button", name="Return")).to_be_visible()
    page.get_by_role("link", name="Account of ann").click()
    expect(page.get_by_label("Country code")).to_have_value("")
    assert json.loads(run("progress", "--json").stdout)["pending"] == 1


def test_the_two_names_are_two_origins(page: Page, batch_files: Files, run: Run, serve: Callable[..., Server]) -> None:
    batch_files([{"word": "cat"}])
    run("launch")
    server = serve()
    assert SITE_HOST in server.site
    sign_in(page, server.site)
    page.get_by_role("link", name="Describe an image").click()
    expect(hit(page).get_by_text("cat")).to_be_visible()
    assert FRAME_HOST in page.frames[1].url


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
    page.get_by_role("link", name=script).click()
    expect(hit(page).get_by_text(script)).to_be_visible()
    assert dialogs == []


FULL = """<!doctype html><title>T</title><form method="post"><input type="hidden" name="assignmentId">
<textarea name="answer"></textarea><button>Submit</button></form><script>
try { for (let n = 0; ; n++) localStorage.setItem("k" + n, "x".repeat(1e6)); } catch {}
try { for (let n = 0; ; n++) sessionStorage.setItem("k" + n, "x".repeat(1e6)); } catch {}
parent.postMessage({ simpleturk: "draft", fields: Array(3e6).fill("x") }, "*");
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
    sign_in(page, server.site if name == "named" else server.api)
    page.get_by_role("link", name="Describe an image").click()
    page.get_by_role("button", name="Accept").click()
    # Before its script has run, the page itself would not know where to submit to.
    expect(hit(page).locator("body[data-ready]")).to_be_attached(timeout=30_000)
    hit(page).get_by_role("button", name="Submit").click()
    expect(page.get_by_text("Submitted. Thank you.")).to_be_visible(timeout=30_000)
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
    sign_in(page, server.site, "victim")
    page.get_by_role("link", name="Describe an image").click()
    page.get_by_role("button", name="Accept").click()
    held = page.url.partition("assignment_id=")[2]
    page.get_by_role("button", name="Sign out").click()
    batch_files([{"word": "dog"}], template=THIEF.replace("VICTIM", held), Title="Thief")
    run("launch", "--ids", "thief.txt")
    sign_in(page, server.site, "ann")
    page.get_by_role("link", name="Thief").click()
    page.get_by_role("button", name="Accept").click()
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
    sign_in(page, serve().site)
    page.get_by_role("link", name="Describe an image").click()
    page.get_by_role("button", name="Accept").click()
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
    page.get_by_role("link", name="Describe an image").click()
    expect(hit(page).locator("#report")).to_contain_text("fetch")
    assert page.frames[1].url.startswith(f"http://own.simpleturk.localhost:{server.port}/frame/")
    found = json.loads(hit(page).locator("#report").inner_text())
    assert (found["storage"], found["parent"], found["csrf"]) == ("v", "refused", "refused")
