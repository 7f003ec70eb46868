"""A person works: finds, previews, accepts, writes, submits; and the requester reads what they wrote."""

import json
import re
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Dialog, FrameLocator, Page, expect

from simpleturk.marketplace.site.frames import FRAME_HOST, SITE_HOST
from tests.browser.conftest import Server, picture
from tests.conftest import Files, Run, records

SENTENCES = [
    "A red boat on calm blue water.",
    'A tree 🌳 & </script><b>"quotes"</b> ]]> \\ é 漢 \u202eabc',
]


def hit(page: Page) -> FrameLocator:
    return page.frame_locator("iframe.hit")


def sign_in(page: Page, address: str, worker_id: str = "ann") -> None:
    page.goto(address)
    page.get_by_label("Worker id").fill(worker_id)
    page.get_by_role("button", name="Sign in").click()


@pytest.mark.parametrize("name", ["named", "number"])
def test_a_person_does_a_hit_and_results_have_exactly_what_was_typed(
    page: Page, example: Callable[[str], None], run: Run, serve: Callable[..., Server], name: str
) -> None:
    example("image_sentence")
    assert run("launch").exit_code == 0
    server = serve()
    picture_if = picture if name == "named" else lambda page, name: None
    page.goto(server.site if name == "named" else server.api)
    picture_if(page, "sign-in")
    sign_in(page, server.site if name == "named" else server.api)

    expect(page.get_by_role("heading", name="HITs", exact=True)).to_be_visible()
    picture_if(page, "list")
    page.get_by_role("link", name="Write a sentence about images").click()

    expect(hit(page).get_by_text("This is a preview.")).to_be_visible()
    expect(hit(page).get_by_label("Sentence about image 1")).to_be_disabled()
    expect(hit(page).get_by_role("button", name="Submit")).to_be_disabled()
    picture_if(page, "preview")
    page.get_by_role("button", name="Accept").click()

    expect(hit(page).get_by_role("button", name="Submit")).to_be_enabled()
    page.get_by_label("Accept the next HIT automatically").check()
    first_address = page.url
    hit(page).get_by_label("Sentence about image 1").fill("Too short")
    hit(page).get_by_role("button", name="Submit").click()
    expect(hit(page).get_by_text("Please write a sentence of at least three words.").first).to_be_visible()
    for number, sentence in enumerate(SENTENCES, start=1):
        hit(page).get_by_label(f"Sentence about image {number}").fill(sentence)
    picture_if(page, "work")
    hit(page).get_by_role("button", name="Submit").click()

    # The next HIT of the group comes by itself.
    page.wait_for_url(lambda url: "assignment_id=" in url and url != first_address)
    expect(hit(page).get_by_label("Sentence about image 1")).to_have_value("")

    [record] = records(run("results").stdout)
    assert [answer["sentence"] for answer in record["output"]] == SENTENCES
    assert [answer["id"] for answer in record["output"]] == [image["id"] for image in record["input"]["images"]]
    assert (record["worker_id"], record["line"]) == ("ann", 1)

    run("approve", "--feedback", "Lovely <3")
    page.get_by_role("link", name="Your work").click()
    expect(page.get_by_text("Lovely <3")).to_be_visible()
    expect(page.get_by_text("$0.20").first).to_be_visible()
    picture_if(page, "dashboard")


def test_a_person_does_a_hit_on_a_phone(
    phone: Page, example: Callable[[str], None], run: Run, serve: Callable[..., Server]
) -> None:
    example("simple")
    run("launch")
    sign_in(phone, serve().site)
    expect(phone.get_by_role("heading", name="HITs", exact=True)).to_be_visible()
    picture(phone, "phone-list")
    phone.get_by_role("link", name="How does this text sound?").tap()
    phone.get_by_role("button", name="Accept").tap()
    hit(phone).get_by_label("positive").tap()
    picture(phone, "phone-work")
    hit(phone).get_by_label("Note (optional)").fill("fine 🙂")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    address = phone.url
    hit(phone).get_by_role("button", name="Submit").tap()
    phone.wait_for_url(lambda url: url != address)
    assert records(run("results").stdout)[0]["output"] == {"sentiment": "positive", "note": "fine 🙂"}


def test_without_automatic_acceptance_the_page_says_submitted(
    page: Page, example: Callable[[str], None], run: Run, serve: Callable[..., Server]
) -> None:
    example("simple")
    run("launch")
    sign_in(page, serve().site)
    page.get_by_role("link", name="How does this text sound?").click()
    page.get_by_role("button", name="Accept").click()
    hit(page).get_by_label("neutral, or mixed").check()
    hit(page).get_by_role("button", name="Submit").click()
    expect(page.get_by_role("status")).to_have_text("Submitted. Thank you.")
    page.get_by_role("button", name="Accept").click()
    page.get_by_role("button", name="Return").click()
    expect(page.get_by_text("4 left")).to_be_visible()


def test_the_keyboard_is_enough(
    page: Page, example: Callable[[str], None], run: Run, serve: Callable[..., Server]
) -> None:
    example("simple")
    run("launch")
    page.goto(serve().site)
    page.keyboard.type("ann")  # the field has the focus
    page.keyboard.press("Enter")
    for target in ("How does this text sound?", "Accept"):
        expect(page.get_by_text(target, exact=True).first).to_be_visible()
        while page.evaluate("document.activeElement.textContent.trim()") != target:
            page.keyboard.press("Tab")
        page.keyboard.press("Enter")
    expect(hit(page).get_by_role("button", name="Submit")).to_be_enabled()
    frame = page.frames[1]
    while not frame.evaluate("document.hasFocus() && document.activeElement.name === 'sentiment'"):
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    while not frame.evaluate("document.activeElement.id === 'submit-btn'"):
        page.keyboard.press("Tab")
    address = page.url
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: url != address)
    assert records(run("results").stdout)[0]["output"]["sentiment"] == "positive"


def test_time_that_runs_out_is_said_and_the_work_can_be_copied(
    page: Page, batch_files: Files, run: Run, serve: Callable[..., Server]
) -> None:
    batch_files([{"word": "cat"}], AssignmentDurationInSeconds=30)
    run("launch")
    page.clock.install()
    sign_in(page, serve().site)
    page.get_by_role("link", name="Describe an image").click()
    page.get_by_role("button", name="Accept").click()
    expect(page.locator("#left")).to_have_text(re.compile("00:[23]"))
    page.clock.fast_forward(31_000)
    expect(page.get_by_role("alert")).to_contain_text("Your time for this HIT is over")
    assert json.loads(run("progress", "--json").stdout)["pending"] == 1  # the page's clock ran ahead, not the server's


def test_a_server_killed_after_the_page_said_submitted_has_lost_nothing(
    page: Page, example: Callable[[str], None], run: Run, serve: Callable[..., Server]
) -> None:
    example("simple")
    run("launch")
    server = serve()
    sign_in(page, server.site)
    page.get_by_role("link", name="How does this text sound?").click()
    page.get_by_role("button", name="Accept").click()
    hit(page).get_by_label("negative").check()
    hit(page).get_by_role("button", name="Submit").click()
    expect(page.get_by_role("status")).to_have_text("Submitted. Thank you.")
    server.process.send_signal(signal.SIGKILL)
    server.process.wait()
    assert server.process.stderr
    server.process.stderr.close()
    assert records(run("results").stdout)[0]["output"]["sentiment"] == "negative"
    serve(server.port)
    page.get_by_role("link", name="Your work").click()
    expect(page.get_by_text("Waiting for review")).to_be_visible()


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
const site = new URLSearchParams(location.search).get("turkSubmitTo") || location.origin;
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
    assert found.pop("cookie") == ("" if has_origin else "refused")
    assert found.pop("storage") == ("v" if has_origin else "refused")
    assert found.pop("top", "refused") in ("refused", "navigated")  # asking is allowed; it must have no effect
    assert set(found.values()) == {"refused"}, found
    assert page.url.startswith(address)
    expect(page.get_by_role("button", name="Return")).to_be_visible()


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
