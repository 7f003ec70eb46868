"""Pictures of every page of the worker site, to look at: python -m tests.browser.site_gallery FOLDER [PART ...]

Each page is taken at the widths of a phone, a tablet and a laptop, in light and in dark colors, and from right to left.
The files are named PART-PAGE.WIDTH-LOOK.png. Parts: accounts, work, states, plain.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from playwright.sync_api import Browser, Page, expect, sync_playwright

from simpleturk.batch.templates.jinja import JinjaTemplate
from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.people import worker_accounts
from simpleturk.marketplace.people.requesters import add_requester
from simpleturk.marketplace.store.sqlite import SQLiteStore
from simpleturk.mturk.opinion import OpinionQuestion, with_opinion
from simpleturk.mturk.questions import html_question_xml
from simpleturk.resources import shipped
from tests.browser.conftest import FLAGS
from tests.browser.worker_steps import accepted, hit, submit
from tests.chromium import find_chromium
from tests.conftest import Worker
from tests.marketplace.api.test_boto3_programs import HIT
from tests.marketplace.questions.test_answer_key import ANSWER_KEY
from tests.marketplace.questions.test_question_form import FORM

#: Widths in pixels, with the height of such a screen and whether it is touched.
SCREENS = {390: (844, True), 768: (1024, True), 1280: (800, False)}

#: Each look of a page: the color scheme, and the direction of the page's text.
LOOKS = {"light": ("light", "ltr"), "dark": ("dark", "ltr"), "rtl": ("light", "rtl")}

LAB = """database = "market.db"
[site]
name = "Vision Lab"
welcome = "Welcome! Questions are answered in room 12, in the second house on the left."
contact = "lab@example.org"
"""
ACCOUNTS = LAB + 'terms = "Do your best.\\nAnswers are kept for research."\nsign_up = true\n'
PLAIN = 'database = "market.db"\n[site]\nname = "فريق الصور"\nwelcome = "أهلا وسهلا"\ntask_word = "task"\n'

PAGE = """{% extends "simpleturk/page.html" %}{% import "simpleturk/fields.html" as field %}
{% block instructions %}<p>Read the word. Write a sentence with it.</p>{% endblock %}
{% block task %}<p>{{ input.word }}</p>{{ field.text("answer", "Answer") }}{% endblock %}"""


@dataclass
class Gallery:
    """Takes the pictures of one part of the site."""

    page: Page
    folder: Path
    part: str
    touch: Any

    def look(self, name: str) -> None:
        """Take the page that is open on every screen and in every look."""
        self.page.wait_for_load_state()
        for width, (height, touched) in SCREENS.items():
            self.page.set_viewport_size({"width": width, "height": height})
            self.touch.send("Emulation.setTouchEmulationEnabled", {"enabled": touched})
            for look, (scheme, direction) in LOOKS.items():
                self.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
                self.page.evaluate("(direction) => { document.documentElement.dir = direction; }", direction)
                self.page.wait_for_timeout(60)  # a frame of the changed layout
                self.page.screenshot(path=self.folder / f"{self.part}-{name}.{width}-{look}.png")
        self.page.set_viewport_size({"width": 1280, "height": 800})
        self.page.emulate_media(color_scheme="light")
        self.page.evaluate("document.documentElement.removeAttribute('dir')")

    def press(self, role: Any, name: str) -> None:
        """Press a button or follow a link; end when the next page is loaded."""
        with self.page.expect_navigation():
            self.page.get_by_role(role, name=name).first.click()


@contextmanager
def served(settings: str, *options: str) -> Iterator[tuple[Marketplace, str, Any]]:
    """Serve a new marketplace: the marketplace, the address of its site, and a requester's client of its API."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "simpleturk.toml").write_text(settings, encoding="utf-8")
        marketplace = Marketplace(SQLiteStore(Path(folder, "market.db")))
        command = [sys.executable, "-m", "simpleturk", "serve", "--port", "0", *options]
        environment = os.environ | {"PYTHONUNBUFFERED": "1", "HOME": folder}
        process = subprocess.Popen(command, cwd=folder, env=environment, stderr=subprocess.PIPE, text=True)
        assert process.stderr
        site = process.stderr.readline().split()[-1].rstrip("/")
        api = process.stderr.readline().split()[-1]
        keys = {"aws_access_key_id": "x", "aws_secret_access_key": "x", "region_name": "us-east-1"}
        try:
            yield marketplace, site, boto3.client("mturk", endpoint_url=api, **keys)
        finally:
            process.terminate()
            process.wait(30)
            marketplace.store.close()


def question(template: str = "", word: str = "cat") -> str:
    """The question of a HIT whose page is one of those that come with simpleturk."""
    with tempfile.NamedTemporaryFile("w", suffix=".html") as file:
        file.write(template or PAGE)
        file.flush()
        return html_question_xml(
            JinjaTemplate(Path(file.name)).render(
                {"word": word, "study": "The Mobility Lab", "contact": "lab@example.org"}
            ),
            0,
        )


def accounts(gallery: Gallery) -> None:
    """Signing in and up, invitations, passwords, terms, and the pages of a new worker."""
    page = gallery.page
    with served(ACCOUNTS, "--accounts") as (market, site, _):
        with market.write() as transaction:
            key = worker_accounts.create_password_link(transaction, "ann", 1)
            invitation = worker_accounts.create_invitation(transaction, 30, 1, "", "")
        page.goto(site)
        gallery.look("sign-in")
        page.get_by_label("Worker id").fill("bob")
        page.get_by_label("Password").fill("wrong horse")
        gallery.press("button", "Sign in")
        gallery.look("sign-in-refused")
        page.goto(f"{site}/sign-up")
        gallery.look("sign-up")
        page.get_by_label("Worker id").fill("ann")
        page.get_by_label("Password").fill("correct horse")
        gallery.press("button", "Create account")
        gallery.look("sign-up-refused")
        page.goto(f"{site}/sign-up?key=mistyped")
        gallery.look("link-mistyped")
        page.goto(f"{site}/invitation?key={invitation}")
        gallery.look("invitation")
        page.goto(f"{site}/password?key={key}")
        gallery.look("password")
        page.get_by_label("Password").fill("correct horse")
        gallery.press("button", "Set password")
        gallery.look("terms")
        gallery.press("button", "I accept")
        gallery.look("no-hits")
        for name in ("account", "tasks", "dashboard", "inbox", "qualifications", "nowhere"):
            page.goto(f"{site}/{name}")
            gallery.look(f"empty-{name}")


def work(gallery: Gallery) -> None:
    """The way of a worker from the list to the history."""
    page = gallery.page
    with served(LAB) as (market, site, api):
        fill(market, api)
        page.goto(site)
        gallery.look("sign-in")
        page.get_by_label("Worker id").fill("ann")
        gallery.press("button", "Sign in")
        gallery.look("list")
        page.goto(f"{site}/?least=500")
        gallery.look("list-no-match")
        page.goto(f"{site}/?words=colours")
        gallery.look("list-unqualified")
        gallery.press("link", "Name colours")
        gallery.look("preview-unqualified")
        page.go_back()
        gallery.press("link", "Get the qualification Colours")
        gallery.look("qualification")
        gallery.press("button", "Start the test")
        gallery.look("test")
        page.get_by_label("zip").fill("ab1")
        gallery.press("button", "Submit test")
        gallery.look("test-again")
        page.goto(f"{site}/qualifications")
        gallery.look("qualifications")
        page.goto(site)
        gallery.press("link", "Write a sentence with a word")
        gallery.look("preview")
        gallery.press("button", "Accept")
        accepted(page)
        expect(hit(page).get_by_label("Answer")).to_be_visible()
        gallery.look("task")
        page.goto(f"{site}/tasks")
        gallery.look("queue")
        gallery.press("link", "Continue")
        expect(hit(page).get_by_label("Answer")).to_be_visible()
        hit(page).get_by_label("Answer").fill("A cat sleeps.")
        submit(page)
        expect(hit(page).get_by_text("dog")).to_be_visible()
        gallery.look("task-after-another")
        page.get_by_role("link", name="Change my").click()
        expect(hit(page).get_by_label("Answer")).to_have_value("A cat sleeps.")
        gallery.look("task-change")
        hit(page).get_by_label("Answer").fill("A cat sleeps here.")
        hit(page).get_by_role("button", name="Submit").click()
        expect(hit(page).get_by_text("dog")).to_be_visible()
        gallery.look("task-after-change")
        hit(page).get_by_label("Answer").fill("A dog")
        page.get_by_role("button", name="Skip").click()
        page.wait_for_timeout(1000)
        gallery.look("task-skip")
        if page.get_by_role("dialog").count():
            page.keyboard.press("Escape")
        page.goto(f"{site}/tasks")
        if page.get_by_role("link", name="Continue").count():
            gallery.press("link", "Continue")
            hit(page).get_by_label("Answer").fill("A dog barks.")
            submit(page)
        page.wait_for_timeout(1000)
        gallery.look("after-the-last")
        for name in ("dashboard", "inbox", "account"):
            page.goto(f"{site}/{name}")
            gallery.look(name)
        page.goto(f"{site}/mturk/externalSubmit?assignmentId=3NONE&answer=kept")
        gallery.look("not-submitted")
        page.goto(f"{site}/projects/3NONE/tasks")
        gallery.look("no-group")
        page.goto(f"{site}/?worker_id=eve")
        gallery.look("switch")


def states(gallery: Gallery) -> None:
    """What a worker meets at the end of HITs: the only one, time that is over, a dead server, questions, limits."""
    page = gallery.page
    with served(LAB) as (market, site, api):
        once = {"Question": question(), "Title": "The only HIT of its kind", "AssignmentDurationInSeconds": 40}
        api.create_hit(**HIT | once)
        page.goto(f"{site}/?worker_id=ann")
        gallery.press("link", "The only HIT of its kind")
        gallery.press("button", "Accept")
        accepted(page)
        expect(page.locator("#warning")).to_be_visible()
        gallery.look("time-is-short")
        page.get_by_role("button", name="Skip").click()
        page.wait_for_url("**/tasks?*")
        gallery.look("only-one-left")
        gallery.press("button", "Accept")
        accepted(page)
        expect(page.locator("#over")).to_be_visible(timeout=60_000)
        gallery.look("time-is-over")
        page.goto(site)
        gallery.look("list")
        opinion = [OpinionQuestion("clear", "Were the instructions clear?", "scale")]
        shown = shipped("examples", "survey", "template.html")
        for number in range(2):
            text = with_opinion(question(shown.read_text("utf-8"), str(number)), opinion)
            api.create_hit(**HIT | {"Question": text, "Title": "A survey with many questions"})
        api.create_hit(**HIT | {"Question": FORM, "Title": "A form"})
        page.goto(site)
        gallery.press("link", "A survey with many questions")
        gallery.look("survey-preview")
        gallery.press("button", "Accept")
        accepted(page)
        gallery.look("survey")
        page.goto(site)
        gallery.look("list-in-progress")
        gallery.press("link", "A form")
        gallery.press("button", "Accept")
        accepted(page)
        gallery.look("form")
        hit(page).get_by_role("button", name="Submit").evaluate("(button) => { button.form.noValidate = true; }")
        hit(page).get_by_role("button", name="Submit").click()
        expect(hit(page).get_by_text("Not submitted yet")).to_be_visible()
        gallery.look("form-again")


def plain(gallery: Gallery) -> None:
    """A site without money, in Arabic, with its own word for HITs, and two requesters with like names."""
    page = gallery.page
    with served(PLAIN) as (market, site, api):
        free = {"Reward": "0.00", "Question": question(word="قطة"), "MaxAssignments": 3}
        title = "صف الصورة في جملة واحدة ثم اختر نبرة الرسالة القصيرة (if you have one)"
        api.create_hit(**HIT | free | {"Title": title, "Description": "اكتب جملة."})
        done = api.create_hit(**HIT | free | {"Title": title, "Description": "اكتب جملة."})["HIT"]
        Worker(market, "ann").do(done["HITGroupId"])
        with market.write() as transaction:
            other = add_requester(transaction, "Local requesters")
        api.create_hit(**HIT | free | {"Title": "Describe a photo", "Description": "In one sentence."})
        assert other
        page.goto(f"{site}/?worker_id=ann")
        gallery.look("list")
        gallery.press("link", title[:20])
        gallery.look("preview")
        gallery.press("button", "Accept")
        accepted(page)
        expect(hit(page).get_by_label("Answer")).to_be_visible()
        gallery.look("task")
        for name in ("tasks", "dashboard", "inbox", "qualifications", "account"):
            page.goto(f"{site}/{name}")
            gallery.look(name)
        for worker_id in ("a-worker-with-a-long-name.one@example.org", "a-worker-with-a-long-name.two@example.org"):
            page.goto(f"{site}/?worker_id={worker_id}")
            if page.get_by_role("button", name="Continue as").count():
                gallery.press("button", "Continue as")
            gallery.look(f"list-{worker_id[26:29]}")


def fill(market: Marketplace, api: Any) -> None:
    """Groups of every kind, and a worker with every kind of work behind them."""
    shown = {"Question": question(), "Description": "Look at a photograph and say what is in it, in one sentence."}
    made = api.create_qualification_type(
        Name="Colours", Description="Tell colours apart.", QualificationTypeStatus="Active", Test=FORM,
        AnswerKey=ANSWER_KEY, TestDurationInSeconds=600,
    )["QualificationType"]["QualificationTypeId"]  # fmt: skip
    need = [{"QualificationTypeId": made, "Comparator": "GreaterThanOrEqualTo", "IntegerValues": [10]}]
    api.create_hit(**HIT | shown | {"Title": "Name colours", "Reward": "1.25"}, QualificationRequirements=need)
    api.create_hit(**HIT | shown | {"Title": "صف الصورة في جملة واحدة", "Reward": "0.30"})
    title = "Describe an image for people who cannot see it, with all that matters for the text around it"
    group = api.create_hit(**HIT | shown | {"Title": title}, MaxAssignments=20)["HIT"]
    api.create_hit(**HIT | shown | {"Title": title}, MaxAssignments=20)
    for name in (*"abcdefghijk", "ann"):
        Worker(market, name).do(group["HITGroupId"])
    receipts = api.create_hit(**HIT | shown | {"Title": "Transcribe a receipt"}, MaxAssignments=9)["HIT"]
    rejected = Worker(market, "ann").do(receipts["HITGroupId"])
    words = {"Title": "Write a sentence with a word", "Description": "Any sentence will do."}
    for word in ("cat", "dog"):
        api.create_hit(**HIT | words | {"Question": question(word=word)})
    assignments = api.list_assignments_for_hit(HITId=group["HITId"], MaxResults=100)["Assignments"]
    [mine] = [one["AssignmentId"] for one in assignments if one["WorkerId"] == "ann"]
    api.approve_assignment(AssignmentId=mine, RequesterFeedback="Lovely, thank you.")
    api.reject_assignment(AssignmentId=rejected, RequesterFeedback="The total is missing.")
    api.send_bonus(AssignmentId=mine, WorkerId="ann", BonusAmount="1.50", Reason="For your care.")
    api.notify_workers(Subject="New images", MessageText="A new batch is there.\nThank you!", WorkerIds=["ann"])


PARTS: dict[str, Callable[[Gallery], None]] = {"accounts": accounts, "work": work, "states": states, "plain": plain}


def take(browser: Browser, part: str, folder: Path) -> None:
    """Take the pictures of one part."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.set_default_timeout(60_000)
    PARTS[part](Gallery(page, folder, part, context.new_cdp_session(page)))
    context.close()


def main() -> None:
    """Take the parts that are named, or all, into a folder."""
    folder, *parts = sys.argv[1:]
    Path(folder).mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        for part in parts or PARTS:
            take(browser, part, Path(folder))
        browser.close()


if __name__ == "__main__":
    main()
