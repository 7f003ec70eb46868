"""A worker's day: one HIT after the other, a look at how many are done, and a second thought about the last answer."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Server, picture
from tests.browser.worker_steps import accepted, hit, hit_frame, sign_in, submit, wait_for_draft, work_on
from tests.conftest import Files, Run, records
from tests.marketplace.questions.test_question_form import FORM

PLAIN = """<!doctype html><title>T</title><form method="post" action="https://www.mturk.com/mturk/externalSubmit">
<input type="hidden" name="assignmentId" value=""><p>{{ input.word }}</p><label>Answer <input name="answer"></label>
<label><input type="checkbox" name="more" value="x">X</label>
<label><input type="checkbox" name="more" value="y">Y</label>
<button>Submit</button></form><script>
document.forms[0].assignmentId.value = new URLSearchParams(location.search).get("assignmentId");</script>"""
READY_MADE = """{% extends "simpleturk/page.html" %}{% import "simpleturk/fields.html" as field %}
{% block task %}<p>{{ input.word }}</p>{{ field.text("answer", "Answer") }}{% endblock %}"""


def answer(page: Page, text: str) -> None:
    hit(page).get_by_label("Answer").fill(text)


@pytest.mark.parametrize("name", ["named", "number"])
def test_twenty_hits_take_twenty_one_clicks_and_the_answers(
    page: Page, batch_files: Files, run: Run, serve: Callable[..., Server], name: str
) -> None:
    batch_files([{"word": f"word {n}"} for n in range(20)], template=PLAIN, MaxAssignments=1)
    run("launch")
    server = serve()
    sign_in(page, server.site if name == "named" else server.api)
    clicks: list[str] = []
    page.expose_binding("clicked", lambda source, text: clicks.append(text))
    count = "addEventListener('click', (event) => event.isTrusted && clicked(event.target.textContent), true);"
    page.add_init_script(count)
    page.reload()
    page.get_by_role("button", name="Accept: Describe an image").click()
    accepted(page)
    for number in range(20):
        expect(page.get_by_text(f"{number} of 20 done")).to_be_visible()
        answer(page, f"answer {number}")
        submit(page)
    expect(page.get_by_text("No more of these HITs are available to you.")).to_be_visible()
    page.reload()
    expect(page.get_by_text("You have done 20. Thank you.")).to_be_visible()
    given = {record["input"]["word"]: record["output"]["answer"] for record in records(run("results").stdout)}
    assert given == {f"word {n}": f"answer {n}" for n in range(20)}
    assert clicks == ["Accept"] + ["Submit"] * 20


@pytest.mark.parametrize("template", [PLAIN, READY_MADE], ids=["plain", "ready-made"])
def test_the_last_answer_is_changed_from_the_next_hit(
    page: Page, batch_files: Files, run: Run, serve: Callable[..., Server], template: str
) -> None:
    batch_files([{"word": "cat"}, {"word": "dog"}], template=template, MaxAssignments=1)
    run("launch")
    work_on(page, serve().site)
    answer(page, "frist")
    submit(page)
    expect(hit(page).get_by_text("dog")).to_be_visible()
    page.get_by_role("link", name="Change my answer").click()
    expect(hit(page).get_by_label("Answer")).to_have_value("frist")
    picture(page, "change-answer")
    answer(page, "first")
    hit(page).get_by_role("button", name="Submit").click()
    # The next HIT is still the worker's.
    expect(hit(page).get_by_text("dog")).to_be_visible()
    answer(page, "second")
    submit(page)
    given = {record["input"]["word"]: record["output"]["answer"] for record in records(run("results").stdout)}
    assert given == {"cat": "first", "dog": "second"}


def test_an_answer_that_is_submitted_again_as_it_was_leads_on(
    page: Page, batch_files: Files, run: Run, serve: Callable[..., Server]
) -> None:
    batch_files([{"word": "cat"}, {"word": "dog"}], template=READY_MADE, MaxAssignments=1)
    run("launch")
    work_on(page, serve().site)
    answer(page, "first")
    submit(page)
    page.get_by_role("link", name="Change my answer").click()
    expect(hit(page).get_by_label("Answer")).to_have_value("first")
    hit(page).get_by_role("button", name="Submit").click()
    expect(hit(page).get_by_text("dog")).to_be_visible()
    expect(page.get_by_role("link", name="Change my answer")).to_be_visible()


def test_a_title_from_right_to_left_begins_at_the_right_and_keeps_its_beginning_on_a_phone(
    phone: Page, batch_files: Files, run: Run, serve: Callable[..., Server]
) -> None:
    title = "اقرأ رسالة قصيرة واختر نبرتها ثم ارفع صورة الإيصال (if you have one)"
    batch_files([{"word": "cat"}], template=READY_MADE, MaxAssignments=1, Title=title)
    run("launch")
    work_on(phone, serve().site, title)
    heading = phone.get_by_role("heading", name=title)
    # The bar has one line for the title: what does not fit is left out at its end, which is at the left.
    place = "(h) => { const r = document.createRange(); r.setStart(h.firstChild, 0); r.setEnd(h.firstChild, 1);"
    first = heading.evaluate(place + " return r.getBoundingClientRect().right }")
    box = heading.bounding_box()
    assert box and box["x"] < first <= box["x"] + box["width"] + 1
    assert heading.evaluate("(h) => h.scrollWidth > h.clientWidth")


def test_an_answer_is_changed_on_another_device(
    page: Page, batch_files: Files, run: Run, serve: Callable[..., Server]
) -> None:
    batch_files([{"word": "cat"}], template=PLAIN, MaxAssignments=1)
    run("launch")
    work_on(page, serve().site)
    answer(page, "a|b")
    hit(page).get_by_label("X").check()
    hit(page).get_by_label("Y").check()
    submit(page)
    page.evaluate("sessionStorage.clear()")
    page.goto(page.url.split("/projects")[0] + "/dashboard")
    page.get_by_role("link", name="Change my answer").click()
    expect(hit(page).get_by_label("Answer")).to_have_value("a|b")
    expect(hit(page).get_by_label("Y")).to_be_checked()
    hit(page).get_by_label("X").uncheck()
    submit(page)
    [record] = records(run("results").stdout)
    assert record["output"] == {"answer": "a|b", "more": "y"}


def test_site_and_page_take_at_most_100_pixels_before_the_task_on_a_phone(
    phone: Page, batch_files: Files, run: Run, serve: Callable[..., Server]
) -> None:
    template = READY_MADE.replace(
        "{% block task %}", "{% block instructions %}<p>Read.</p>{% endblock %}{% block task %}"
    )
    batch_files([{"word": "cat"}, {"word": "dog"}], template=template, MaxAssignments=1)
    run("launch")
    work_on(phone, serve().site)
    expect(hit(phone).get_by_text("Read.")).to_be_visible()
    answer(phone, "first")
    submit(phone)
    expect(hit(phone).get_by_text("dog")).to_be_visible()
    bar = phone.locator("iframe.hit").bounding_box()
    task = hit(phone).locator("#task").bounding_box()
    assert bar and task and bar["y"] < 60 and task["y"] <= 100
    picture(phone, "task-on-a-phone")


def test_the_first_hit_of_the_list_is_in_view_on_a_phone(
    phone: Page, batch_files: Files, run: Run, serve: Callable[..., Server]
) -> None:
    batch_files([{"word": "cat"}], template=PLAIN, MaxAssignments=1)
    run("launch")
    with Path("simpleturk.toml").open("a") as file:
        file.write('[site]\nwelcome = "Welcome! Questions are answered in room 12, in the second house on the left."\n')
    site = serve().site
    sign_in(phone, site)
    card = phone.locator(".groups .card").first.bounding_box()
    assert card and card["y"] <= 250
    picture(phone, "list-on-a-phone")
    expect(phone.get_by_label("Minimum reward")).to_be_hidden()
    phone.get_by_text("Filter and sort").click()
    phone.get_by_label("Minimum reward").fill("500")
    with phone.expect_navigation():
        phone.get_by_role("button", name="Search").click()
    expect(phone.get_by_text("No HITs match your search.")).to_be_visible()
    # The filter that hides HITs stays in view.
    expect(phone.get_by_label("Minimum reward")).to_have_value("500")


#: Templates, and the background and the text that workers see whose browser prefers dark colors.
STYLED = READY_MADE + "{% block head %}<style>p { background: #eee; }</style>{% endblock %}"
DARK = [
    (READY_MADE, "rgb(23, 25, 23)", "rgb(236, 234, 228)"),
    (STYLED, "rgb(255, 255, 255)", "rgb(32, 35, 31)"),
    (PLAIN, "rgba(0, 0, 0, 0)", "rgb(0, 0, 0)"),
    (FORM, "rgb(18, 18, 18)", "rgb(255, 255, 255)"),
]


@pytest.mark.parametrize(("template", "ground", "ink"), DARK, ids=["ready-made", "styled", "plain", "form"])
def test_pages_without_colors_of_their_own_follow_dark_colors(
    page: Page, batch_files: Files, run: Run, serve: Callable[..., Server], template: str, ground: str, ink: str
) -> None:
    batch_files([{"word": "cat"}], template=template, MaxAssignments=1)
    assert run("launch").exit_code == 0
    page.emulate_media(color_scheme="dark")
    work_on(page, serve().site)
    frame = hit_frame(page)
    frame.wait_for_load_state()
    style = "(name) => getComputedStyle(document.querySelector(name))"
    assert frame.evaluate(f"({style})('html').backgroundColor") == ground
    assert frame.evaluate(f"({style})('body').color") == ink
    if template == READY_MADE:
        # The color of the site's own buttons, and a light form of a color that the operator chose.
        strong = frame.evaluate(f"({style})('button.main').backgroundColor")
        frame.evaluate("document.documentElement.style.setProperty('--simpleturk-color', '#8800cc')")
        assert strong == "rgb(127, 209, 185)" != frame.evaluate(f"({style})('button.main').backgroundColor")
    # A page that sets no color is on white: a browser paints a light page on white in a dark one.
    assert (
        page.locator("iframe.hit").evaluate("(frame) => getComputedStyle(frame).backgroundColor")
        == "rgb(255, 255, 255)"
    )


def test_a_draft_is_restored_in_a_frame_that_was_ready_before_the_page_around_it(
    page: Page, batch_files: Files, run: Run, serve: Callable[..., Server]
) -> None:
    batch_files([{"word": "cat"}], template=PLAIN, MaxAssignments=1)
    run("launch")
    work_on(page, serve().site)
    answer(page, "kept")
    wait_for_draft(page, "answer")

    def late(route: Route) -> None:
        expect(hit(page).get_by_label("Answer")).to_have_value("")
        page.wait_for_timeout(500)
        route.continue_()

    page.route("**/static/task.js", late)
    page.reload(wait_until="commit")
    expect(hit(page).get_by_label("Answer")).to_have_value("kept")
