"""What the site's main pages weigh and how soon they show, in a real Chromium: python -m tests.benchmarks.pages

Requests and bytes as they came over the wire, without and with what the browser kept; first paint in milliseconds, the
median of several loads. Server and browser share the machine; the HIT in the frame is small.
"""

import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.store.sqlite import SQLiteStore
from tests.benchmarks.site import api
from tests.browser.conftest import FLAGS
from tests.browser.test_accessible_worker_site import fill
from tests.chromium import find_chromium

LOADS = 7


def measured(page: Page, url: str) -> tuple[int, int, float]:
    """Requests, bytes over the wire, first contentful paint in milliseconds."""
    page.goto(url, wait_until="networkidle")
    entries: list[dict[str, Any]] = page.evaluate(
        "['navigation', 'resource'].flatMap((kind) => performance.getEntriesByType(kind)).map((one) => one.toJSON())"
    )
    paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    sent = [entry for entry in entries if entry["transferSize"]]
    return len(sent), sum(entry["transferSize"] for entry in sent), paint


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        os.chdir(folder)
        command = [sys.executable, "-m", "simpleturk", "serve", "--port", "0", "--database", "m.db"]
        server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        assert server.stderr
        site, endpoint = (server.stderr.readline().split()[-1].rstrip("/") for _ in range(2))
        lab = Marketplace(SQLiteStore(Path("m.db")))
        fill(api(endpoint), lab)
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        try:
            table(browser, site)
        finally:
            browser.close()
            server.terminate()
            server.wait()


def table(browser: Any, site: str) -> None:
    """One line a page."""
    first = browser.new_context().new_page()
    first.goto(f"{site}/?worker_id=ann")
    group = first.get_by_role("link", name="Describe an image for people who cannot see it").get_attribute("href")
    print(f"{'page':16} {'requests':>9} {'bytes':>8} {'again':>8} {'first paint ms':>15}")
    first.goto(site + group)
    first.get_by_role("button", name="Accept").click()
    work = first.url.removeprefix(site)
    for name, path in (("sign-in", "/sign-in"), ("list", "/"), ("preview", group), ("task", work),
                       ("dashboard", "/dashboard"), ("inbox", "/inbox")):  # fmt: skip
        cold, warm = (0, 0), 0
        paints: list[float] = []
        for _ in range(LOADS):
            context = browser.new_context(storage_state=first.context.storage_state())
            page = context.new_page()
            requests, size, paint = measured(page, site + path)
            cold = (requests, size)
            paints.append(paint)
            warm = measured(page, site + path)[1]
            context.close()
        print(f"{name:16} {cold[0]:9} {cold[1]:8,} {warm:8,} {statistics.median(paints):15.0f}")


if __name__ == "__main__":
    main()
