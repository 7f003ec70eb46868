"""review --browser for each kind of page: a batch is reviewed and applied by keyboard alone, and by mouse."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import FrameLocator, Page, Route, expect

from simpleturk.batch.review.decisions_file import read_own
from simpleturk.marketplace.domain.marketplace import Marketplace
from tests.browser.site_projects import FORM, YES_NO
from tests.browser.test_review_frames import CROWD_ELEMENTS
from tests.conftest import Files, Run, do
from tests.review_app.served_review import ServedReview, served_review

IDS = Path("hit_ids.txt")

#: One page for each kind, and the same for each: `${word}` or `{{ input.word }}` is the input.
HEAD = "<!doctype html><title>T</title>"


class Kind(NamedTuple):
    """A kind of page: the template, its file name, further properties, what the worker sends, and what is looked for.

    `shown` checks the frame for the answer of a worker; None where the page is on another server, so that the answer is
    in a table.
    """

    template: str
    fields: Callable[[str], list[tuple[str, str]]]
    shown: Callable[[FrameLocator, str], None] | None
    name: str = "template.html"
    properties: dict[str, str] = {}


def label_has(label: str) -> Callable[[FrameLocator, str], None]:
    """A check that a labelled field has the worker's text."""
    return lambda frame, worker: expect(frame.get_by_label(label)).to_have_value(f"{worker} sees it")


def stored(worker: str) -> list[tuple[str, str]]:
    """The JSON that a page with a field named output stores."""
    return [("output", json.dumps({"text": f"{worker} sees it"}))]


def crowd_answer(worker: str) -> list[tuple[str, str]]:
    """What a crowd-form sends."""
    return [("taskAnswers", json.dumps([{"text": f"{worker} sees it", "sure": {"on": True}}]))]


def crowd_shown(frame: FrameLocator, worker: str) -> None:
    """Amazon's elements show the answer."""
    expect(frame.locator("crowd-input")).to_have_js_property("value", f"{worker} sees it")
    expect(frame.locator("crowd-toggle-button")).to_have_js_property("checked", True)


def project_shown(frame: FrameLocator, worker: str) -> None:
    """The button of a radio group is checked."""
    expect(frame.get_by_label("Yes" if worker == "ann" else "No")).to_be_checked()


def form_shown(frame: FrameLocator, worker: str) -> None:
    """A form in YAML shows its text and its choice."""
    expect(frame.get_by_label("What is it?")).to_have_value(f"{worker} sees it")
    expect(frame.get_by_role("radio", name="yes", exact=True)).to_be_checked()


KINDS = {
    "page with fields": Kind(
        HEAD + "<h1>{{ input.word }}</h1><form><label>Text <textarea name=text></textarea></label><button>Submit"
        "</button></form>",
        lambda worker: [("text", f"{worker} sees it")],
        label_has("Text"),
    ),
    "page that stores JSON": Kind(
        HEAD + "<h1>{{ input.word }}</h1><form><input type=hidden name=output><label>Text <input name=text></label>"
        "<button>Submit</button></form>",
        stored,
        label_has("Text"),
    ),
    "crowd elements": Kind(
        '<script src="https://assets.crowd.aws/crowd-html-elements.js"></script><crowd-form><p>${word}</p>'
        '<crowd-input name="text"></crowd-input><crowd-toggle-button name="sure"></crowd-toggle-button></crowd-form>',
        crowd_answer,
        crowd_shown,
    ),
    "plain form": Kind(
        HEAD + '<h1>{{ input.word }}</h1><form method="post" action="https://www.mturk.com/mturk/externalSubmit">'
        '<input type="hidden" name="assignmentId"><label>Text <input name="text"></label><button>Send</button></form>',
        lambda worker: [("text", f"{worker} sees it")],
        label_has("Text"),
    ),
    "project of the requester site": Kind(
        FORM + YES_NO.replace("${text}", "${word}") + '<input type="submit" value="Submit"></form>',
        lambda worker: [("answer", "yes" if worker == "ann" else "no")],
        project_shown,
    ),
    "form in YAML": Kind(
        "title: 'What is {{ input.word }}?'\nparts:\n  - {type: text, name: text, label: What is it?}\n"
        "  - {type: choice, name: sure, label: Sure?, options: ['yes', 'no']}\n",
        lambda worker: [("output", json.dumps({"text": f"{worker} sees it", "sure": "yes"}))],
        form_shown,
        "form.yaml",
    ),
    "page on another server": Kind(
        "",
        lambda worker: [("text", f"{worker} sees it")],
        None,
        "",
        {"ExternalURL": "https://lab.example/?w={{ word }}"},
    ),
}


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> Kind:
    return KINDS[request.param]


@pytest.fixture
def batch(kind: Kind, page: Page, batch_files: Files, run: Run, local: Marketplace) -> list[str]:
    """Four assignments of two workers, in the order of the ids."""
    page.route("https://assets.crowd.aws/**", partial(Route.fulfill, body=CROWD_ELEMENTS))
    batch_files([{"word": "cat"}, {"word": "dog"}], kind.template or "-", **kind.properties)
    settings = Path("simpleturk.toml")
    named = f'template = "{kind.name}"\n' if kind.name else ""
    settings.write_text(settings.read_text().replace('template = "template.html"\n', named))
    if kind.name == "form.yaml":
        Path("form.yaml").write_text(kind.template)
    launched = run("launch")
    assert launched.exit_code == 0, launched.stderr
    hits = IDS.read_text().split()
    return [do(local, hit, worker, *kind.fields(worker)) for hit in hits for worker in ("ann", "bob")]


def expect_answer(page: Page, kind: Kind, assignment_id: str, worker: str) -> None:
    """Wait until the page shows an assignment with the answer of its worker."""
    expect(page.locator(f'.item-head[data-id="{assignment_id}"]')).to_be_attached()
    if kind.shown:
        kind.shown(page.frame_locator("#stage iframe:not(.waiting)"), worker)
    else:
        expect(page.get_by_role("cell", name=f"{worker} sees it")).to_be_visible()
        expect(page.get_by_role("button", name="HIT's page")).to_be_disabled()


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until an element has the focus."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.locator(selector).evaluate_all("(found) => found.includes(document.activeElement)"):
            return
    pytest.fail(f"no Tab reaches {selector}")


def assert_done(served: ServedReview, batch: list[str]) -> None:
    items = served.review.items.by_id
    assert [items[name].status for name in batch] == ["Approved", "Rejected", "Approved", "Approved"]
    decisions = read_own(IDS).decisions
    assert [decisions[name].decision for name in batch] == ["approve", "reject", "pass", "approve"]
    assert (decisions[batch[1]].feedback, str(decisions[batch[3]].bonus)) == ("Not it", "0.50")


def test_each_kind_of_page_is_reviewed_and_applied_by_keyboard_alone(
    kind: Kind, page: Page, batch: list[str], tmp_path: Path
) -> None:
    (tmp_path / "files").mkdir()
    with served_review(tmp_path / "files") as served:
        page.goto(served.address)
        press, write = page.keyboard.press, page.keyboard.type
        expect_answer(page, kind, batch[0], "ann")
        press("a")
        expect_answer(page, kind, batch[1], "bob")
        press("r")
        expect(page.locator("#feedback")).to_be_focused()
        write("Not it")
        press("Enter")
        expect_answer(page, kind, batch[2], "ann")
        press("a")
        expect_answer(page, kind, batch[3], "bob")
        press("u")
        expect_answer(page, kind, batch[2], "ann")
        press("p")
        expect_answer(page, kind, batch[3], "bob")
        press("b")
        write("0.50")
        press("Tab")
        write("Careful")
        press("Enter")
        expect(page.locator("section.decided")).to_contain_text("$0.50: Careful")
        press("a")
        expect(page.get_by_role("heading", name="All 4 assignments are decided")).to_be_visible()
        tab_to(page, "nav a[href='/plan']")
        press("Enter")
        expect(page.get_by_role("heading", name="What will happen")).to_be_visible()
        tab_to(page, "#agree")
        press("Space")
        press("Enter")
        expect(page.get_by_role("heading", name="Applied")).to_be_visible()
        assert_done(served, batch)


def test_each_kind_of_page_is_reviewed_and_applied_by_mouse(
    kind: Kind, page: Page, batch: list[str], tmp_path: Path
) -> None:
    (tmp_path / "files").mkdir()
    with served_review(tmp_path / "files") as served:
        page.goto(served.address)
        dialog = page.get_by_role("dialog")
        expect_answer(page, kind, batch[0], "ann")
        page.get_by_role("button", name="Approve a", exact=True).click()
        expect_answer(page, kind, batch[1], "bob")
        page.get_by_role("button", name="Reject r", exact=True).click()
        dialog.get_by_label("Reason. The worker reads it.").fill("Not it")
        dialog.get_by_role("button", name="Reject").click()
        expect_answer(page, kind, batch[2], "ann")
        page.get_by_role("button", name="Approve a", exact=True).click()
        expect_answer(page, kind, batch[3], "bob")
        page.get_by_role("button", name="Undo u", exact=True).click()
        expect_answer(page, kind, batch[2], "ann")
        page.get_by_role("button", name="Pass p", exact=True).click()
        expect_answer(page, kind, batch[3], "bob")
        page.get_by_role("button", name="Bonus b", exact=True).click()
        dialog.get_by_label("Amount in USD").fill("0.50")
        dialog.get_by_label("Reason. The worker reads it.").fill("Careful")
        dialog.get_by_role("button", name="Save").click()
        expect(page.locator("section.decided")).to_contain_text("$0.50: Careful")
        page.get_by_role("button", name="Approve a", exact=True).click()
        expect(page.get_by_role("heading", name="All 4 assignments are decided")).to_be_visible()
        page.get_by_role("link", name="Plan", exact=True).click()
        page.get_by_role("checkbox").check()
        page.get_by_role("button", name="Apply the plan").click()
        expect(page.get_by_role("heading", name="Applied")).to_be_visible()
        assert_done(served, batch)
