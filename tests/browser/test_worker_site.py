"""A worker finds, previews, accepts and submits HITs on the worker site; the requester reads the results."""

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Server, picture
from tests.browser.worker_steps import (
    accept,
    accepted,
    hit,
    hit_frame,
    open_preview,
    sign_in,
    sign_out,
    submit,
    wait_for_draft,
    work_on,
)
from tests.conftest import Files, Run, records

SENTENCES = [
    "A red boat on calm blue water.",
    'A tree 🌳 & </script><b>"quotes"</b> ]]> \\ é 漢 \u202eabc',
]


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

    expect(page.get_by_role("heading", name="Find HITs")).to_be_visible()
    picture_if(page, "list")
    open_preview(page, "Write a sentence about images")

    expect(hit(page).get_by_text("This is a preview.")).to_be_visible()
    expect(hit(page).get_by_label("Sentence about image 1")).to_be_disabled()
    expect(hit(page).get_by_role("button", name="Submit")).to_be_disabled()
    picture_if(page, "preview")
    accept(page)

    expect(hit(page).get_by_role("button", name="Submit")).to_be_enabled()
    page.get_by_label("Continue with the next HIT automatically").check()
    first_address = page.url
    hit(page).get_by_label("Sentence about image 1").fill("Too short")
    hit(page).get_by_role("button", name="Submit").click()
    expect(hit(page).get_by_text("Please write a sentence of at least three words.").first).to_be_visible()
    for number, sentence in enumerate(SENTENCES, start=1):
        hit(page).get_by_label(f"Sentence about image {number}").fill(sentence)
    picture_if(page, "work")
    hit(page).get_by_role("button", name="Submit").click()

    # The next HIT of the group comes by itself.
    page.wait_for_url(lambda url: url != first_address)
    accepted(page)
    expect(hit(page).get_by_label("Sentence about image 1")).to_have_value("")

    [record] = records(run("results").stdout)
    assert [answer["sentence"] for answer in record["output"]] == SENTENCES
    assert [answer["id"] for answer in record["output"]] == [image["id"] for image in record["input"]["images"]]
    assert (record["worker_id"], record["line"]) == ("ann", 1)

    run("approve", "--feedback", "Lovely <3")
    page.get_by_role("link", name="History").click()
    expect(page.get_by_text("Lovely <3")).to_be_visible()
    expect(page.get_by_text("$0.20").first).to_be_visible()
    picture_if(page, "dashboard")


def test_a_person_does_a_hit_on_a_phone(
    phone: Page, example: Callable[[str], None], run: Run, serve: Callable[..., Server]
) -> None:
    example("simple")
    run("launch")
    sign_in(phone, serve().site)
    expect(phone.get_by_role("heading", name="Find HITs")).to_be_visible()
    picture(phone, "phone-list")
    phone.get_by_role("link", name="How does this text sound?").tap()
    phone.get_by_role("button", name="Accept").tap()
    accepted(phone)
    hit(phone).get_by_label("positive").tap()
    picture(phone, "phone-work")
    hit(phone).get_by_label("Note (optional)").fill("fine 🙂")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    hit(phone).get_by_role("button", name="Submit").tap()
    expect(phone.get_by_role("status")).to_contain_text("Submitted. Thank you.")
    assert records(run("results").stdout)[0]["output"] == {"sentiment": "positive", "note": "fine 🙂"}


def test_without_automatic_acceptance_the_page_says_submitted(
    page: Page, example: Callable[[str], None], run: Run, serve: Callable[..., Server]
) -> None:
    example("simple")
    run("launch")
    work_on(page, serve().site, "How does this text sound?")
    page.get_by_label("Continue with the next HIT automatically").uncheck()
    hit(page).get_by_label("neutral, or mixed").check()
    submit(page)
    accept(page)
    page.get_by_role("button", name="Return").click()
    expect(page.get_by_text("1 of 5 done")).to_be_visible()


def test_the_keyboard_is_enough(
    page: Page, example: Callable[[str], None], run: Run, serve: Callable[..., Server]
) -> None:
    example("simple")
    run("launch")
    page.goto(serve().site)
    expect(page.get_by_label("Worker id")).to_be_focused()
    page.keyboard.type("ann")
    page.keyboard.press("Enter")
    for target in ("How does this text sound?", "Accept"):
        expect(page.get_by_text(target, exact=True).first).to_be_visible()
        while page.evaluate("document.activeElement.textContent.trim()") != target:
            page.keyboard.press("Tab")
        page.keyboard.press("Enter")
    accepted(page)
    expect(hit(page).get_by_role("button", name="Submit")).to_be_enabled()
    frame = hit_frame(page)
    while not frame.evaluate("document.hasFocus() && document.activeElement.name === 'sentiment'"):
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    while not frame.evaluate("document.activeElement.id === 'submit-btn'"):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Submitted. Thank you.")
    assert records(run("results").stdout)[0]["output"]["sentiment"] == "positive"


def test_time_that_runs_out_is_said_and_the_work_can_be_copied(
    page_with_clock: Page, batch_files: Files, run: Run, serve: Callable[..., Server]
) -> None:
    batch_files([{"word": "cat"}], AssignmentDurationInSeconds=600)
    run("launch")
    page = page_with_clock
    work_on(page, serve().site)
    expect(page.locator("#left")).to_have_text(re.compile("0?[5-9]:|10:00"))
    page.clock.fast_forward(601_000)
    expect(page.get_by_role("alert")).to_contain_text("Your time for this HIT is over")
    assert json.loads(run("progress", "--json").stdout)["pending"] == 1  # the page's clock ran ahead, not the server's


def test_a_server_killed_after_the_page_said_submitted_has_lost_nothing(
    page: Page, example: Callable[[str], None], run: Run, serve: Callable[..., Server]
) -> None:
    example("simple")
    run("launch")
    server = serve()
    work_on(page, server.site, "How does this text sound?")
    hit(page).get_by_label("negative").check()
    submit(page)
    server.kill()
    assert records(run("results").stdout)[0]["output"]["sentiment"] == "negative"
    serve(server.port)
    page.get_by_role("link", name="History").click()
    expect(page.get_by_role("cell", name="Waiting for review")).to_be_visible()


def test_a_server_killed_before_it_could_answer_leaves_the_work_where_it_was(
    page: Page, batch_files: Files, run: Run, serve: Callable[..., Server]
) -> None:
    form = """<!doctype html><title>T</title><form method="post"><input type="hidden" name="assignmentId">
<label>Word <input name="word"></label><button>Submit</button></form><script>
const given = new URLSearchParams(location.search), form = document.forms[0];
form.assignmentId.value = given.get("assignmentId");
form.action = given.get("turkSubmitTo") + "/mturk/externalSubmit";
</script>"""
    batch_files([{"word": "cat"}], template=form)
    run("launch")
    server = serve()
    work_on(page, server.site)
    hit(page).get_by_label("Word").fill("kept")
    server.kill()
    hit(page).get_by_role("button", name="Submit").click()
    expect(page.get_by_text("The server cannot be reached.")).to_be_visible()
    serve(server.port)
    page.reload()
    expect(hit(page).get_by_label("Word")).to_have_value("kept")
    submit(page)
    assert records(run("results").stdout)[0]["output"] == {"word": "kept"}


def test_what_was_entered_is_there_again_when_the_page_is_loaded_again(
    page: Page, batch_files: Files, run: Run, serve: Callable[..., Server]
) -> None:
    form = """<!doctype html><title>T</title><form method="post">
<input type="hidden" name="assignmentId"><label>Word <input name="word"></label><label>Text <textarea name="text">
</textarea></label><label><input type="radio" name="choice" value="a">A</label><label>
<input type="radio" name="choice" value="b">B</label><label><input type="checkbox" name="more" value="x">X</label>
<label>Kind <select name="kind"><option>one</option><option>two</option></select></label><button>Submit</button></form>
<script>
const given = new URLSearchParams(location.search), form = document.forms[0];
form.assignmentId.value = given.get("assignmentId");
form.action = given.get("turkSubmitTo") + "/mturk/externalSubmit";
</script>"""
    batch_files([{"word": "cat"}], template=form)
    run("launch")
    server = serve()
    for address, worker_id in ((server.site, "ann"), (server.api, "bob")):
        work_on(page, address, worker_id=worker_id)
        hit(page).get_by_label("Word").fill("é 🙂")
        hit(page).get_by_label("Text").fill("two\nlines")
        hit(page).get_by_label("B").check()
        hit(page).get_by_label("X", exact=True).check()
        hit(page).get_by_label("Kind").select_option("two")
        wait_for_draft(page, "kind")
        page.reload()
        expect(hit(page).get_by_label("Text")).to_have_value("two\nlines")
        expect(hit(page).get_by_label("Word")).to_have_value("é 🙂")
        expect(hit(page).get_by_label("B")).to_be_checked()
        expect(hit(page).get_by_label("X", exact=True)).to_be_checked()
        expect(hit(page).get_by_label("Kind")).to_have_value("two")
        submit(page)
        # The draft of the last answer stays, because the worker may change it.
        assert page.evaluate("sessionStorage.length") == 2
    answers = [record["output"] for record in records(run("results").stdout)]
    assert answers == [{"word": "é 🙂", "text": "two\r\nlines", "choice": "b", "more": "x", "kind": "two"}] * 2


def test_a_worker_is_warned_before_time_runs_out(
    page_with_clock: Page, batch_files: Files, run: Run, serve: Callable[..., Server]
) -> None:
    batch_files([{"word": "cat"}], AssignmentDurationInSeconds=600)
    run("launch")
    page = page_with_clock
    work_on(page, serve().site)
    expect(page.get_by_role("alert")).to_have_count(0)
    page.clock.fast_forward(485_000)
    expect(page.get_by_role("alert")).to_contain_text("Less than 2 minutes left")


def test_two_workers_race_for_the_last_hit(
    page: Page, phone: Page, batch_files: Files, run: Run, serve: Callable[..., Server]
) -> None:
    batch_files([{"word": "cat"}], MaxAssignments=1)
    run("launch")
    site = serve().site
    for worker_id, one in (("ann", page), ("bob", phone)):
        sign_in(one, site, worker_id)
        open_preview(one)
        expect(one.get_by_role("button", name="Accept")).to_be_visible()
    accept(page)
    phone.get_by_role("button", name="Accept").click()
    expect(hit(page).get_by_text("cat")).to_be_visible()
    expect(phone.get_by_role("heading", name="No more of these HITs are available to you.")).to_be_visible()
    picture(phone, "phone-gone")
    phone.get_by_role("link", name="See all HITs").click()
    expect(phone.get_by_text("There are no HITs for you right now.")).to_be_visible()


def test_a_frame_without_a_height_fits_its_content(
    page: Page, batch_files: Files, run: Run, serve: Callable[..., Server]
) -> None:
    tall = (
        "<!doctype html><title>T</title><div style='height:3000px'>{{ input.word }}</div><p id=end>end</p><form></form>"
    )
    batch_files([{"word": "cat"}], template=tall)
    run("launch", "--no-check")
    server = serve()
    for address in (server.site, server.api):
        sign_in(page, address)
        open_preview(page)
        expect(hit(page).get_by_text("end")).to_be_attached()
        expect(page.locator("iframe.hit")).to_have_attribute("style", re.compile(r"min-height: 3\d{3}px"))
        sign_out(page)


def test_a_worker_searches_skips_queues_and_returns(
    page: Page, batch_files: Files, run: Run, serve: Callable[..., Server]
) -> None:
    batch_files([{"word": word} for word in ("cat", "dog")])
    run("launch")
    sign_in(page, serve().site)
    page.get_by_label("Search").fill("nothing")
    page.keyboard.press("Enter")
    expect(page.get_by_text("No HITs match your search.")).to_be_visible()
    page.get_by_role("link", name="See all HITs").click()
    expect(page.get_by_label("Search")).to_have_value("")
    page.get_by_label("Search").fill("image")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("words=image"))
    open_preview(page)
    expect(hit(page).get_by_text("cat")).to_be_visible()
    page.get_by_role("link", name="Skip", exact=True).click()
    expect(hit(page).get_by_text("dog")).to_be_visible()
    accept(page)
    page.get_by_role("button", name="Skip").click()
    expect(hit(page).get_by_text("cat")).to_be_visible()
    page.get_by_role("link", name="Skip", exact=True).click()
    expect(hit(page).get_by_text("dog")).to_be_visible()
    accept(page)
    expect(hit(page).get_by_text("dog")).to_be_visible()
    page.get_by_role("link", name="My queue").click()
    picture(page, "queue")
    with page.expect_navigation():
        page.get_by_role("button", name="Return: Describe an image").click()
    page.get_by_role("link", name="My queue").click()
    expect(page.get_by_text("Your queue is empty.")).to_be_visible()


def test_a_worker_with_an_account_comes_by_a_link(
    page: Page, batch_files: Files, run: Run, serve: Callable[..., Server]
) -> None:
    batch_files([{"word": "cat"}])
    run("launch")
    links = records(run("worker", "add", "ann", "--country", "US").stdout)
    server = serve(0, "--accounts")
    page.goto(server.site + "/password?" + links[0]["link"].partition("?")[2])
    picture(page, "password")
    page.get_by_label("Password").fill("correct horse")
    page.get_by_role("button", name="Set password").click()
    expect(page.get_by_role("link", name="Describe an image")).to_be_visible()
    page.get_by_role("link", name="Account of ann").click()
    expect(page.get_by_text("Country: US")).to_be_visible()
    picture(page, "account")
    sign_out(page)
    page.get_by_label("Worker id").fill("ann")
    page.get_by_label("Password").fill("wrong horse")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_have_text("Wrong worker ID or password.")
    picture(page, "sign-in-account")
