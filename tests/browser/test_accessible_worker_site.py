"""axe-core finds no problem on any page of the worker site, and nothing overflows: laptop, tablet, phone, dark colours.

With SIMPLETURK_SCREENSHOTS=folder, each page is saved as a picture too.
"""

import base64
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from playwright.sync_api import Browser, Page

from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.people import worker_accounts
from simpleturk.marketplace.store.sqlite import SQLiteStore
from tests.browser.axe import violations
from tests.browser.conftest import LAPTOP, PHONE, Server, picture
from tests.browser.test_question_forms import BUTTON, requester
from tests.conftest import Worker
from tests.marketplace.api.test_boto3_programs import HIT
from tests.marketplace.questions.test_answer_key import ANSWER_KEY
from tests.marketplace.questions.test_question_form import FORM

SITE = """database = "market.db"
[site]
name = "Vision Lab"
welcome = "Welcome! Questions are answered in room 12."
terms = "Do your best.\\nAnswers are kept for research."
contact = "lab@example.org"
sign_up = true
"""


@pytest.fixture(params=["laptop", "tablet", "phone", "dark"])
def screen(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[tuple[str, Page]]:
    tablet = LAPTOP | {"viewport": {"width": 768, "height": 1024}}
    screens = {"laptop": LAPTOP, "tablet": tablet, "phone": PHONE, "dark": LAPTOP | {"color_scheme": "dark"}}
    context = chromium.new_context(**screens[request.param])
    yield request.param, context.new_page()
    context.close()


def test_problems_are_found_on_a_page_and_in_its_frames(page: Page) -> None:
    page.set_content(
        "<html lang=en><title>T</title><h1>T</h1><img src=a.png><iframe title=T srcdoc='<input>'></iframe>"
    )
    assert 'image-alt: <img src="a.png">' in violations(page)
    assert "label: <input>" in violations(page.frames[1])


class Visitor:
    """Opens pages one after the other, and collects their problems."""

    def __init__(self, kind: str, page: Page, site: str) -> None:
        self.kind, self.page, self.site = kind, page, site
        self.wrong: list[str] = []

    def go(self, path: str, name: str) -> None:
        self.page.goto(self.site + path)
        self.look(name)

    def look(self, name: str) -> None:
        self.page.wait_for_load_state()
        # What a HIT shows in its frame is its requester's.
        self.wrong += [f"{self.page.url}: {problem}" for problem in violations(self.page)]
        wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 0:
            self.wrong.append(f"{name} is {wide} pixels too wide")
        # From right to left, what stands outside of the window at the left makes a page wider.
        self.page.evaluate("document.documentElement.dir = 'rtl'")
        wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 0:
            self.wrong.append(f"{name} is {wide} pixels too wide from right to left")
        self.page.evaluate("document.documentElement.removeAttribute('dir')")
        picture(self.page, f"{self.kind}-{name}")

    def click(self, role: Any, name: str) -> None:
        """Press a button or follow a link; end when the next page is loaded, also if it has the same address."""
        with self.page.expect_navigation():
            self.page.get_by_role(role, name=name, exact=True).first.click()


@pytest.fixture
def lab(folder: Path) -> Marketplace:
    (folder / "simpleturk.toml").write_text(SITE)
    return Marketplace(SQLiteStore(folder / "market.db"))


def test_pages_of_accounts(screen: tuple[str, Page], lab: Marketplace, serve: Callable[..., Server]) -> None:
    with lab.write() as transaction:
        key, used = (
            worker_accounts.create_password_link(transaction, "ann", 1),
            worker_accounts.create_password_link(transaction, "bob", 1),
        )
        worker_accounts.use_password_link(transaction, used, worker_accounts.hash_password("bob", "correct horse"))
    visitor = Visitor(*screen, serve(0, "--accounts").site)
    page = visitor.page
    visitor.go("/", "sign-in")
    page.get_by_label("Worker id").fill("bob")
    page.get_by_label("Password").fill("wrong horse")
    visitor.click("button", "Sign in")
    visitor.look("sign-in-refused")
    visitor.go("/sign-up", "sign-up")
    page.get_by_label("Worker id").fill("bob")
    page.get_by_label("Password").fill("correct horse")
    visitor.click("button", "Create account")
    visitor.look("sign-up-refused")
    visitor.go("/password?key=none", "link-used")
    visitor.go(f"/password?key={key}", "password")
    page.get_by_label("Password").fill("correct horse")
    visitor.click("button", "Set password")
    visitor.look("terms")
    visitor.click("button", "I accept")
    visitor.look("no-hits")
    for name in ("account", "tasks", "dashboard", "inbox", "qualifications", "nowhere"):
        visitor.go(f"/{name}", f"{name}-empty")
    lab.store.close()
    assert visitor.wrong == []


#: Gray pixels of a picture in a page: its width, and one byte for each pixel.
PIXELS = """async (source) => {
  const image = new Image(); image.src = source; await image.decode();
  const canvas = new OffscreenCanvas(image.width, image.height), context = canvas.getContext("2d");
  context.drawImage(image, 0, 0);
  const colors = context.getImageData(0, 0, image.width, image.height).data;
  return [image.width, Array.from({ length: colors.length / 4 }, (_, n) => colors[4 * n + 1])];
}"""


def test_a_phone_reads_the_link_of_an_invitation_from_the_projector(
    screen: tuple[str, Page], lab: Marketplace, serve: Callable[..., Server]
) -> None:
    with lab.write() as transaction:
        key = worker_accounts.create_invitation(transaction, 30, 1, "", "")
    visitor = Visitor(*screen, serve(0, "--accounts").site)
    visitor.go(f"/invitation?key={key}", "invitation")
    shown = base64.b64encode(visitor.page.screenshot()).decode()
    with visitor.page.context.new_page() as other:
        width, pixels = other.evaluate(PIXELS, f"data:image/png;base64,{shown}")
    [code] = zxingcpp.read_barcodes(memoryview(bytes(pixels)).cast("B", (len(pixels) // width, width)))
    assert code.text == f"{visitor.site.rstrip('/')}/sign-up?key={key}"
    visitor.page.goto(code.text)
    visitor.page.get_by_role("heading", name="Create an account").wait_for()
    lab.store.close()
    assert visitor.wrong == []


def test_pages_of_work(screen: tuple[str, Page], lab: Marketplace, serve: Callable[..., Server]) -> None:
    server = serve()
    api = requester(server)
    fill(api, lab)
    visitor = Visitor(*screen, server.site)
    page = visitor.page
    visitor.go("/?worker_id=ann", "open-terms")
    visitor.click("button", "I accept")
    visitor.go("/", "groups")
    visitor.go("/?words=nothing", "groups-none")
    visitor.go("/?words=colours", "groups-unqualified")
    visitor.click("link", "Get the qualification Colours")
    visitor.look("qualification")
    visitor.click("button", "Start the test")
    visitor.look("test")
    page.get_by_label("zip").fill("ab1")
    page.get_by_label("Red").check()
    visitor.click("button", "Submit test")
    visitor.look("test-again")
    visitor.go("/qualifications", "qualifications")
    visitor.go("/", "groups")
    visitor.click("link", "Describe an image for people who cannot see it")
    visitor.look("preview")
    visitor.click("button", "Accept")
    page.frame_locator("iframe.hit").get_by_role("button").wait_for()
    visitor.look("task")
    visitor.go("/tasks", "queue")
    visitor.page.go_back()
    page.frame_locator("iframe.hit").get_by_role("button").click()
    page.get_by_text("Submitted. Thank you.").wait_for()
    visitor.look("submitted")
    visitor.go("/dashboard", "dashboard")
    visitor.go("/inbox", "inbox")
    visitor.go("/mturk/externalSubmit?assignmentId=3NONE&answer=kept", "not-submitted")
    visitor.go("/projects/3NONE/tasks", "no-group")
    page.goto(server.api)
    with page.expect_navigation():
        page.evaluate(f"location.assign('{server.site}/?worker_id=eve')")
    page.get_by_text("Continue as another worker?").wait_for()
    visitor.look("switch")
    lab.store.close()
    assert visitor.wrong == []


def fill(api: Any, lab: Marketplace) -> None:
    """Groups of every kind, and a worker with every kind of work behind them."""
    hit = HIT | {"Question": BUTTON, "Description": "Look at a photograph and say what is in it, in one sentence."}
    kind = api.create_qualification_type(
        Name="Colours", Description="Tell colours apart.", QualificationTypeStatus="Active", Test=FORM,
        AnswerKey=ANSWER_KEY, TestDurationInSeconds=600,
    )["QualificationType"]["QualificationTypeId"]  # fmt: skip
    need = [{"QualificationTypeId": kind, "Comparator": "GreaterThanOrEqualTo", "IntegerValues": [10]}]
    api.create_hit(**hit | {"Title": "Name colours", "Reward": "1.25"}, QualificationRequirements=need)
    api.create_hit(**hit | {"Title": "صف الصورة في جملة واحدة", "Reward": "0.30"})
    title = "Describe an image for people who cannot see it"
    made = api.create_hit(**hit | {"Title": title}, MaxAssignments=9)["HIT"]
    api.create_hit(**hit | {"Title": title}, MaxAssignments=9)
    for name in ("a", "b", "c", "d", "e", "ann"):
        Worker(lab, name).do(made["HITGroupId"])
    old = api.create_hit(**hit | {"Title": "Transcribe a receipt"}, MaxAssignments=9)["HIT"]["HITGroupId"]
    rejected = Worker(lab, "ann").do(old)
    [mine] = [
        one for one in api.list_assignments_for_hit(HITId=made["HITId"])["Assignments"] if one["WorkerId"] == "ann"
    ]
    api.approve_assignment(AssignmentId=mine["AssignmentId"], RequesterFeedback="Lovely, thank you.")
    api.reject_assignment(AssignmentId=rejected, RequesterFeedback="The total is missing.")
    api.send_bonus(AssignmentId=mine["AssignmentId"], WorkerId="ann", BonusAmount="1.50", Reason="For your care.")
    api.notify_workers(Subject="New images", MessageText="A new batch is there.\nThank you!", WorkerIds=["ann"])
