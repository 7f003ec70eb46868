"""Workers say what they think of a task after they have submitted it, without losing the next one."""

import json
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, Route, expect

from simpleturk.marketplace.domain.marketplace import Marketplace
from tests.browser.axe import violations
from tests.browser.conftest import Server, picture
from tests.browser.test_accessible_worker_site import screen  # noqa: F401
from tests.browser.worker_steps import accepted, hit, submit, work_on
from tests.conftest import Files, Run, records

OPINION = [
    {"Name": "clear", "Question": "Were the instructions clear?", "Answer": "scale"},
    {"Name": "again", "Question": "Would you do such a HIT again?", "Answer": "yes-no"},
    {"Name": "note", "Question": "What can we do better?", "Answer": "text"},
]


def launch(batch_files: Files, run: Run, number: int) -> None:
    batch_files([{"word": f"w{n}"} for n in range(number)], Opinion=OPINION)
    assert run("launch").exit_code == 0


def sent(page: Page) -> None:
    expect(page.get_by_text("Your opinion was sent. Thank you.")).to_be_focused()
    expect(page.locator("#opinion")).to_be_hidden()


def opinions(run: Run) -> list[object]:
    return [record.get("opinion") for record in records(run("results").stdout)]


def test_an_opinion_about_the_last_hit_leaves_the_next_one_as_it_is(
    page: Page, batch_files: Files, run: Run, local: Marketplace, serve: Callable[..., Server]
) -> None:
    launch(batch_files, run, 2)
    work_on(page, serve().site)
    hit(page).locator("[name=answer]").fill("one")
    submit(page)
    second = accepted(page)
    hit(page).locator("[name=answer]").fill("half done")
    assert opinions(run) == [None]
    # With the keyboard: open, choose, write, send.
    page.locator("#opinion summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type("Shorter texts")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    sent(page)
    assert accepted(page) == second
    assert hit(page).locator("[name=answer]").input_value() == "half done"
    [opinion] = opinions(run)
    assert isinstance(opinion, dict)
    assert opinion == {"clear": opinion["clear"], "again": True, "note": "Shorter texts"}
    assert opinion["clear"] in (2, 3)
    submit(page)
    assert [record["output"] for record in records(run("results").stdout)] == [
        {"answer": "one"},
        {"answer": "half done"},
    ]
    table = run("results", "--format", "csv").stdout
    assert "Opinion.note" in table.splitlines()[0]
    assert "Shorter texts" in table


def test_a_failing_server_endangers_no_work(
    page: Page, batch_files: Files, run: Run, local: Marketplace, serve: Callable[..., Server]
) -> None:
    launch(batch_files, run, 1)
    work_on(page, serve().site)
    hit(page).locator("[name=answer]").fill("kept")
    submit(page)
    assert [record["output"] for record in records(run("results").stdout)] == [{"answer": "kept"}]

    def fail(route: Route) -> None:
        route.abort()

    page.route("**/opinion", fail)
    page.get_by_label("5: very much").check()
    page.get_by_role("button", name="Send my opinion").click()
    expect(page.get_by_role("alert")).to_contain_text("could not be sent")
    page.unroute("**/opinion")
    page.get_by_role("button", name="Send my opinion").click()
    sent(page)
    assert opinions(run) == [{"clear": 5}]
    page.reload()
    expect(page.get_by_role("heading", name="No more of these HITs")).to_be_visible()
    expect(page.locator("#opinion")).to_have_count(0)


def test_the_questions_are_accessible_on_each_screen(
    screen: tuple[str, Page],  # noqa: F811
    batch_files: Files,
    run: Run,
    local: Marketplace,
    serve: Callable[..., Server],
) -> None:
    kind, page = screen
    launch(batch_files, run, 2)
    work_on(page, serve().site)
    wrong = []
    for name in ("next", "last"):
        hit(page).locator("[name=answer]").fill("one")
        submit(page)
        if name == "next":
            page.locator("#opinion summary").click()
        expect(page.get_by_text("Were the instructions clear?")).to_be_visible()
        wrong += [f"{page.url}: {problem}" for problem in violations(page)]
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, name
        picture(page, f"{kind}-opinion-{name}")
    assert wrong == []
    assert json.loads(Path("properties.json").read_text())["Opinion"] == OPINION
