"""What a worker has entered in a HIT and not submitted is asked about before it is dropped, and comes back."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import violations
from tests.browser.conftest import Server, picture
from tests.browser.test_worker_day import PLAIN, READY_MADE, answer
from tests.browser.worker_steps import accept, accepted, hit, open_preview, sign_in, sign_out, submit, work_on
from tests.conftest import Files, Run, records

DRAWING = """<!doctype html><title>T</title><form method="post" action="https://www.mturk.com/mturk/externalSubmit">
<input type="hidden" name="assignmentId"><input type="hidden" name="box"><p>{{ input.word }}</p>
<button type="button" onclick="this.form.box.value = '1,2,3,4'">Draw</button><button>Submit</button></form>"""


@pytest.mark.parametrize("template", [PLAIN, READY_MADE], ids=["plain", "ready-made"])
@pytest.mark.parametrize("button", ["Skip", "Return"])
def test_entered_work_is_asked_about_and_comes_back_with_the_same_hit(
    page: Page, batch_files: Files, run: Run, serve: Callable[..., Server], template: str, button: str
) -> None:
    batch_files([{"word": "cat"}], template=template, MaxAssignments=1)
    run("launch")
    work_on(page, serve().site)
    expect(hit(page).get_by_label("Answer")).to_be_visible()
    # At once: the page around the HIT has not heard of it yet.
    answer(page, "half a sentence")
    page.get_by_role("button", name=button).click()
    dialog = page.get_by_role("dialog", name=f"{button} this HIT without submitting it?")
    expect(dialog).to_be_visible()
    expect(dialog.get_by_role("button", name="Keep my answers")).to_be_focused()
    assert violations(page) == []
    picture(page, f"leave-{button.lower()}")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("button", name=button)).to_be_focused()
    expect(hit(page).get_by_label("Answer")).to_have_value("half a sentence")
    page.keyboard.press("Enter")
    expect(dialog).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("You returned the HIT.")
    accept(page)
    expect(hit(page).get_by_label("Answer")).to_have_value("half a sentence")
    submit(page)
    assert records(run("results").stdout)[0]["output"]["answer"] == "half a sentence"


def test_nothing_is_asked_if_nothing_was_entered(
    page: Page, batch_files: Files, run: Run, serve: Callable[..., Server]
) -> None:
    batch_files([{"word": "cat"}, {"word": "dog"}], template=PLAIN, MaxAssignments=1)
    run("launch")
    work_on(page, serve().site)
    hit(page).get_by_label("Answer").click()
    page.get_by_role("button", name="Skip").click()
    page.wait_for_url(re.compile("after="))
    accept(page)
    # What was entered and deleted again is nothing.
    answer(page, "x")
    answer(page, "")
    page.get_by_role("button", name="Return").click()
    page.wait_for_url(re.compile("returned=1$"))


def test_the_queue_and_signing_out_ask_too(
    page: Page, batch_files: Files, run: Run, serve: Callable[..., Server]
) -> None:
    batch_files([{"word": "cat"}], template=PLAIN, MaxAssignments=1)
    run("launch")
    work_on(page, serve().site)
    answer(page, "half")
    page.get_by_role("button", name="Sign out", exact=True).click()
    dialog = page.get_by_role("dialog", name="Sign out?")
    expect(dialog).to_contain_text("deleted from this browser")
    dialog.get_by_role("button", name="Keep my answers").click()
    page.get_by_role("link", name="My queue").click()
    page.get_by_role("button", name="Return: Describe an image").click()
    dialog = page.get_by_role("dialog", name="Return this HIT without submitting it?")
    dialog.get_by_role("button", name="Return the HIT").click()
    expect(page.get_by_text("Your queue is empty.")).to_be_visible()
    expect(page.get_by_role("status")).to_have_text("You returned the HIT.")


def test_submitted_work_is_not_asked_about(
    page: Page, batch_files: Files, run: Run, serve: Callable[..., Server]
) -> None:
    batch_files([{"word": "cat"}], template=PLAIN, MaxAssignments=1)
    run("launch")
    work_on(page, serve().site)
    answer(page, "done")
    submit(page)
    sign_out(page)


def test_a_drawing_that_cannot_come_back_is_said_to_be_lost(
    page: Page, batch_files: Files, run: Run, serve: Callable[..., Server]
) -> None:
    batch_files([{"word": "cat"}], template=DRAWING, MaxAssignments=1)
    run("launch")
    work_on(page, serve().site)
    hit(page).get_by_role("button", name="Draw").click()
    page.get_by_role("button", name="Return").click()
    expect(page.get_by_role("dialog")).to_contain_text("It will be lost.")


def test_a_draft_is_not_shown_to_another_worker(
    page: Page, batch_files: Files, run: Run, serve: Callable[..., Server]
) -> None:
    batch_files([{"word": "cat"}], template=PLAIN, MaxAssignments=1)
    run("launch")
    site = serve().site
    work_on(page, site)
    answer(page, "of ann")
    page.get_by_role("button", name="Return").click()
    page.get_by_role("dialog").get_by_role("button", name="Return the HIT").click()
    page.wait_for_url(re.compile("returned=1"))
    page.goto(f"{site}/?worker_id=bob")
    page.get_by_role("button", name="Continue as bob").click()
    open_preview(page)
    accept(page)
    expect(hit(page).get_by_text("cat")).to_be_visible()
    hit(page).get_by_label("X").check()
    expect(hit(page).get_by_label("Answer")).to_have_value("")


def test_skipping_the_only_hit_says_that_there_is_no_other(
    page: Page, batch_files: Files, run: Run, serve: Callable[..., Server]
) -> None:
    batch_files([{"word": "cat"}], template=PLAIN, MaxAssignments=1)
    run("launch")
    work_on(page, serve().site)
    page.get_by_role("button", name="Skip").click()
    expect(page.get_by_role("status")).to_have_text(
        "You returned the HIT. It is the only one of these HITs that you may do now: accept it again, or "
        "find other HITs."
    )
    picture(page, "only-one")
    page.get_by_role("link", name="find other HITs").click()
    expect(page.get_by_role("heading", name="Find HITs")).to_be_visible()


def test_skipping_the_last_hit_says_that_they_start_again(
    page: Page, batch_files: Files, run: Run, serve: Callable[..., Server]
) -> None:
    batch_files([{"word": "cat"}, {"word": "dog"}], template=PLAIN, MaxAssignments=1)
    run("launch")
    sign_in(page, serve().site)
    open_preview(page)
    page.get_by_role("link", name="Skip", exact=True).click()
    expect(hit(page).get_by_text("dog")).to_be_visible()
    expect(page.get_by_role("status")).to_have_count(0)
    page.get_by_role("link", name="Skip", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("You have seen all of these HITs: here they start again.")


#: Collects what is added to a confirmation after the page has begun: screen readers announce that.
ANNOUNCED = """window.announced = [];
new MutationObserver((records) => {
  for (const { target, addedNodes } of records)
    if (document.readyState !== "loading" && target instanceof Element && target.closest("[role=status]"))
      for (const node of addedNodes) announced.push(node.textContent);
}).observe(document, { childList: true, subtree: true });"""


def test_a_changed_answer_is_confirmed_in_view_on_a_phone_and_announced(
    phone: Page, batch_files: Files, run: Run, serve: Callable[..., Server]
) -> None:
    batch_files([{"word": "cat"}, {"word": "dog"}], template=READY_MADE, MaxAssignments=1)
    run("launch")
    work_on(phone, serve().site)
    answer(phone, "frist")
    submit(phone)
    expect(hit(phone).get_by_text("dog")).to_be_visible()
    phone.get_by_role("link", name="Change my answer").click()
    expect(hit(phone).get_by_label("Answer")).to_have_value("frist")
    answer(phone, "first")
    phone.add_init_script(ANNOUNCED)
    submit(phone)
    accepted(phone)
    status = phone.get_by_role("status")
    expect(status).to_have_text("Your answer is saved.")
    expect(status).to_be_in_viewport()
    box = status.bounding_box()
    assert box and box["width"] > 100 and box["height"] > 20
    phone.wait_for_function("announced.join('').includes('Your answer is saved.')")
    picture(phone, "changed-on-a-phone")
