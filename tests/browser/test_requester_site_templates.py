"""Templates in the manner of the requester site work unchanged: launched with a CSV file, done by mouse and keyboard
under both names of the site, each returns what the worker entered."""

import csv
import json
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, BrowserContext, FrameLocator, Page, Route, expect

from tests.browser.conftest import LAPTOP, Server
from tests.browser.site_projects import PROJECTS, ROW
from tests.browser.worker_steps import accept, hit, open_preview, sign_in
from tests.conftest import PROPERTIES, Run, records
from tests.forked_commands import CommandForker

#: The plugins that pages load from other hosts, as far as the pages use them.
PLUGINS = {
    "jquery.validate.min.js": """$.fn.validate = function (options) {
  return this.attr("novalidate", "").on("submit", function (event) {
    $(this).find("label.error").remove();
    $(this).find(".required").filter(function () { return !this.value; }).each(function () {
      event.preventDefault();
      $("<label class=error>").text(options.messages[this.name]).insertAfter(this);
    });
  });
};""",
    "ckeditor.js": """window.CKEDITOR = { replace: function (id) {
  const area = document.getElementById(id), editor = document.createElement("div");
  editor.contentEditable = "true"; editor.innerHTML = area.value; area.style.display = "none"; area.after(editor);
  area.form.addEventListener("submit", () => { area.value = editor.innerHTML; });
} };""",
}


class Market(NamedTuple):
    """A server, and its database."""

    server: Server
    database: str


@pytest.fixture(scope="module")
def market(forker: CommandForker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Market]:
    """One server for all projects."""
    here, folder = os.getcwd(), tmp_path_factory.mktemp("server")
    (folder / "simpleturk.toml").write_text('database = "market.db"\n')
    os.chdir(folder)
    try:
        server = Server(forker, 0)
    finally:
        os.chdir(here)
    yield Market(server, str(folder / "market.db"))
    server.stop()
    server.process.close()


@pytest.fixture(scope="module")
def context(chromium: Browser, market: Market) -> Iterator[BrowserContext]:
    """A browser in which a worker is signed in under each name of the site."""
    context = chromium.new_context(**LAPTOP)
    page = context.new_page()
    for worker, address in (("ann", market.server.site), ("bob", market.server.api)):
        sign_in(page, address, worker)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page for one project; a script error on it fails the test."""
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    page.close()
    assert errors == []


@pytest.fixture
def plugins(page: Page, libraries: None) -> None:
    """Libraries at their addresses. Every dialog is accepted."""

    def answer(route: Route) -> None:
        route.fulfill(body=PLUGINS[route.request.url.rpartition("/")[2]], content_type="text/javascript")

    page.route(re.compile(rf"/(?:{'|'.join(map(re.escape, PLUGINS))})$"), answer)
    page.on("dialog", lambda dialog: dialog.accept())


def press(frame: FrameLocator, selector: str, key: str) -> None:
    frame.locator(selector).press(key)


def press_on_page(page: Page, text: str, key: str) -> None:
    """Press a key after a click on a text of the page, as the keys of a page need one."""
    hit(page).get_by_text(text).click()
    page.keyboard.press(key)


def type_at_start(frame: FrameLocator, selector: str, text: str) -> None:
    field = frame.locator(selector)
    field.click()
    field.press("Control+Home")
    field.press_sequentially(text)


def drag(page: Page, selector: str, *points: int) -> None:
    box = hit(page).locator(selector).bounding_box()
    assert box
    # A border of one pixel is around the drawing.
    left, top = box["x"] + 1, box["y"] + 1
    page.mouse.move(left + points[0], top + points[1])
    page.mouse.down()
    page.mouse.move(left + points[2], top + points[3])
    page.mouse.up()


def do(page: Page, step: str, *given: str) -> None:
    """Do one step in the HIT."""
    frame = hit(page)
    steps: dict[str, Callable[..., object]] = {
        "check": lambda label: frame.get_by_label(label, exact=True).check(),
        "fill": lambda label, text: frame.get_by_label(label).or_(frame.get_by_placeholder(label)).fill(text),
        "select": lambda label, option: frame.get_by_label(label).select_option(option),
        "click": lambda name: frame.get_by_role("button", name=name, exact=True).click(),
        "follow": lambda name: frame.get_by_role("link", name=name).click(),
        "see": lambda text: expect(frame.get_by_text(text)).to_be_visible(),
        "press": lambda selector, key: press(frame, selector, key),
        "key": lambda text, key: press_on_page(page, text, key),
        "type": lambda selector, text: type_at_start(frame, selector, text),
        "click_in_frame": lambda name: frame.frame_locator("iframe").get_by_role("button", name=name).click(),
        "drag": lambda selector, *points: drag(page, selector, *points),
    }
    steps[step](*given)


@pytest.mark.parametrize("kind", PROJECTS)
def test_a_project_returns_what_was_entered_under_both_names(
    page: Page, plugins: None, market: Market, folder: Path, run: Run, kind: str
) -> None:
    project = PROJECTS[kind]
    Path("project.html").write_text(project.page, encoding="utf-8")
    with Path("batch.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(ROW))
        writer.writeheader()
        writer.writerow(ROW)
    Path("properties.json").write_text(json.dumps(PROPERTIES | {"Title": f"Project: {kind}"}))
    files = ["--template", "project.html", "--inputs", "batch.csv", "--properties", "properties.json"]
    launched = run("launch", *files, "--database", market.database)
    assert launched.exit_code == 0 and "error" not in launched.stderr, launched.stderr
    for address in (market.server.site, market.server.api):
        page.goto(address)
        open_preview(page, f"Project: {kind}")
        accept(page)
        for step in project.steps:
            do(page, *step)
        expect(page.get_by_role("status"), address).to_contain_text("Submitted. Thank you.")
    outputs = [record["output"] for record in records(run("results", "--database", market.database).stdout)]
    assert outputs == [project.answers] * 2
