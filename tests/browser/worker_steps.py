"""What a worker does on the worker site, as steps for tests; each step ends when the page that it leads to is there.

A wait must be for something that only the next page has. An assignment's id in the address and a heading are such
things; a text of the HIT is not, because the preview before it shows the same HIT.
"""

import re

from playwright.sync_api import Frame, FrameLocator, Page, expect


def hit(page: Page) -> FrameLocator:
    """The HIT in its frame, in a preview or accepted."""
    return page.frame_locator("iframe.hit")


def hit_frame(page: Page) -> Frame:
    """The HIT's frame, to evaluate scripts in it."""
    handle = page.locator("iframe.hit").element_handle()
    frame = handle.content_frame()
    assert frame
    return frame


def sign_in(page: Page, address: str, worker_id: str = "ann") -> None:
    """Open a site and enter a worker id; end when the sign-in form is gone."""
    page.goto(address)
    page.get_by_label("Worker id").fill(worker_id)
    with page.expect_navigation():
        page.get_by_role("button", name="Sign in").click()


def sign_out(page: Page) -> None:
    """Sign out; end on the sign-in page."""
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page.get_by_label("Worker id")).to_be_visible()


def open_preview(page: Page, title: str = "Describe an image") -> None:
    """Follow the link of a HIT group; end when its preview is loaded."""
    page.get_by_role("link", name=title).click()
    page.wait_for_url(re.compile(r"/projects/\w+/tasks($|\?)"))


def keep_frame_process(page: Page) -> None:
    """Show the preview that a page shows in another page too, for a test that does many HITs in turn.

    The frames of HITs of one origin share a process, apart from the site's. It ends with the last frame: without a
    frame that stays, Chromium starts a process for each HIT, a tenth of the time that doing one takes.
    """
    page.context.new_page().goto(page.url)


def accept(page: Page) -> str:
    """Accept the HIT in the preview; end when the accepted HIT's frame is loaded; return the assignment's id."""
    page.get_by_role("button", name="Accept").click()
    return accepted(page)


def accepted(page: Page) -> str:
    """Wait until an accepted HIT's frame is loaded; return the assignment's id."""
    page.wait_for_url(re.compile(r"[?&]assignment_id="))
    assignment_id = page.locator("form#next").get_attribute("data-assignment")
    assert assignment_id and f"assignment_id={assignment_id}" in page.url
    return assignment_id


def work_on(page: Page, address: str, title: str = "Describe an image", *, worker_id: str = "ann") -> str:
    """Sign in, open a HIT group and accept its first HIT; return the assignment's id."""
    sign_in(page, address, worker_id)
    open_preview(page, title)
    return accept(page)


def submit(page: Page, button: str = "Submit") -> None:
    """Press the HIT's own button; end when the site says that this assignment was submitted.

    With automatic acceptance, the page of the second HIT already says so of the first one: only the address of the page
    that follows names the assignment.
    """
    assignment_id = page.locator("form#next").get_attribute("data-assignment")
    # A button can be pressed before the scripts below it have run, which fill in what the page submits.
    hit_frame(page).wait_for_load_state("domcontentloaded")
    hit(page).get_by_role("button", name=button).click()
    # The page may set out for there twice: then `wait_for_url` raises the error of the first way, which was given up.
    expect(page).to_have_url(re.compile(rf"[?&]done={assignment_id}"))
    page.wait_for_load_state()
    expect(page.get_by_role("status")).to_contain_text(re.compile("Submitted. Thank you.|Your answer is saved."))


def wait_for_draft(page: Page, last_field: str) -> None:
    """Wait until the page around the HIT has stored what the worker entered, so that it survives a reload.

    `last_field` is the name of the field that was changed last; it is not in the draft before.
    """
    page.wait_for_function(
        """(name) => {
            const key = `draft:${document.getElementById("next").dataset.draft}`;
            return JSON.parse(sessionStorage.getItem(key) || "[]").some((field) => field[0] === name);
        }""",
        arg=last_field,
    )
