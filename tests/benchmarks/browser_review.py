"""The review in a browser with many assignments: how quickly the next one is shown, and how long pages take.

    python -m tests.benchmarks.browser_review            # 10,000 assignments
    python -m tests.benchmarks.browser_review 1000

Chromium presses keys as a person would who never thinks: a, and for every tenth assignment r with a reason. A decision
is on the disk before the next assignment is shown. The table has the median and the slowest of a hundred.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from os import chdir
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from simpleturk.client.connect import connect
from simpleturk.client.endpoints import LOCAL_URL, Endpoint
from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.store.sqlite import SQLiteStore
from tests.browser.conftest import FLAGS, LAPTOP
from tests.chromium import find_chromium
from tests.conftest import do_all
from tests.review_app.served_review import ServedReview, served_review, the_review

#: Answers to each input.
ANSWERS = 2

#: Assignments that are decided by keys.
DECIDED = 200

QUESTION = """<HTMLQuestion xmlns="http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2011-11-11/\
HTMLQuestion.xsd"><HTMLContent><![CDATA[<!doctype html><title>T</title><h1>Describe the picture</h1>
<form method="post" action="https://www.mturk.com/mturk/externalSubmit"><input type="hidden" name="assignmentId">
<label>Kind <select name="kind"><option>cat<option>dog</select></label>
<label>Text <textarea name="text"></textarea></label><button>Submit</button></form>]]></HTMLContent>
<FrameHeight>0</FrameHeight></HTMLQuestion>"""


def make_batch(assignments: int) -> None:
    """Create HITs on the local marketplace in market.db, do them, and write hit_ids.txt."""
    mturk = connect(Endpoint("local", LOCAL_URL, False), database=Path("market.db"))
    hit_type = mturk.create_hit_type(
        {"Title": "T", "Description": "D", "Reward": "0.10", "AssignmentDurationInSeconds": 600}
    )
    parameters = {"LifetimeInSeconds": 86400, "MaxAssignments": ANSWERS}
    hits = [mturk.create_hit(hit_type, QUESTION, f"t{n}", parameters) for n in range(assignments // ANSWERS)]
    Path("hit_ids.txt").write_text("".join(f"{hit}\n" for hit in hits))
    store = SQLiteStore(Path("market.db"))
    pairs = [(hit, f"w{(n * ANSWERS + m) % 97}") for n, hit in enumerate(hits) for m in range(ANSWERS)]
    text = "A ginger cat sits on a wall and looks at the street. " * 3
    do_all(Marketplace(store), pairs, ("kind", "cat"), ("text", text))
    store.close()


def decide_by_keys(page: Page, number: int) -> tuple[list[float], float]:
    """Decide about assignments; return the milliseconds until each next one was drawn, and the seconds of all."""
    # In the page: the time from the key to the first picture in which the next assignment is.
    page.evaluate(
        """() => {
            window.shown = [];
            let at = 0;
            const note = (event) => { if (event.key === "a" || event.ctrlKey) at = performance.now(); };
            addEventListener("keydown", note, true);
            new MutationObserver(() => {
                const begun = at;
                if (begun) requestAnimationFrame(() => setTimeout(() => window.shown.push(performance.now() - begun)));
                at = 0;
            }).observe(document.getElementById("head"), {childList: true});
        }"""
    )
    begun = time.perf_counter()
    for place in range(number):
        before = page.locator(".item-head").get_attribute("data-id")
        if place % 10 == 9:
            page.keyboard.press("r")
            page.locator("#feedback").wait_for()
            page.keyboard.type("The text does not describe the picture.")
            page.keyboard.press("Control+Enter")
        else:
            page.keyboard.press("a")
        page.locator(f'.item-head:not([data-id="{before}"])').wait_for()
    seconds = time.perf_counter() - begun
    return page.evaluate("window.shown"), seconds


def repeated(action: Callable[[], object], times: int = 20) -> list[float]:
    """The milliseconds of an action, several times."""
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        action()
        taken.append((time.perf_counter() - begun) * 1000)
    return taken


def report(name: str, milliseconds: list[float]) -> None:
    print(f"{name:<46}{statistics.median(milliseconds):>9.0f} ms{max(milliseconds):>9.0f} ms")


def measure(page: Page, served: ServedReview) -> None:
    """Print the figures of a review that is served."""
    site = served.address.partition("/?")[0]
    page.goto(served.address)
    page.locator(".item-head").wait_for()
    shown, seconds = decide_by_keys(page, DECIDED)
    print(f"{'':<46}{'median':>12}{'slowest':>12}")
    report("the next assignment after a key", shown)
    served.sign_in()
    words = iter(f"ginger+w{number}" for number in range(97))
    table = "/assignments?page="
    pages = len(served.review.items) // 100
    report("a page of the table, server", repeated(lambda: served.get(f"{table}{pages // 2}")))
    report(
        "a search in all answers, server",
        repeated(lambda: served.get(f"/assignments?q={next(words)}")),
    )
    report("sorted by agreement, server", repeated(lambda: served.get("/assignments?sort=agreement"), 5))
    report("workers, server", repeated(lambda: served.get("/workers"), 5))
    report("statistics, server", repeated(lambda: served.get("/statistics"), 5))
    report("a page of the table, in the browser", repeated(lambda: page.goto(f"{site}{table}{pages // 2}")))
    report("the plan, server", repeated(lambda: served.get("/plan"), 3))
    print(f"{DECIDED} assignments decided in {seconds:.1f} s: {DECIDED / seconds * 60:,.0f} a minute")


def main() -> None:
    """Make the batch, review it, print the table."""
    assignments = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as name:
        chdir(name)
        make_batch(assignments)
        Path("files").mkdir()
        begun = time.perf_counter()
        review = the_review()
        print(f"{len(review.items):,} assignments, read in {time.perf_counter() - begun:.1f} s")
        with served_review(Path("files"), review) as served, sync_playwright() as playwright:
            chromium = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
            measure(chromium.new_context(**LAPTOP).new_page(), served)
            chromium.close()
        chdir("/")


if __name__ == "__main__":
    main()
