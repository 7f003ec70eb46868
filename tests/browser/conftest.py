"""Fixtures of the browser tests: one Chromium per test process, pages in it, and servers for them to visit."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import distribution
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect, sync_playwright

from simpleturk.resources import shipped
from tests.browser.frame_clicks import frames_get_clicks
from tests.chromium import find_chromium
from tests.forked_commands import CommandForker

#: No sandbox, because root in a container has none; and no connections of Chromium's own.
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()

# A page may take long on a busy computer: what is expected is waited for as long as any other step of a page (30 s).
expect.set_options(timeout=30_000)

#: The folder for screenshots, if set: SIMPLETURK_SCREENSHOTS=folder python -m tests -m browser
SCREENSHOTS = os.environ.get("SIMPLETURK_SCREENSHOTS")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser/" in item.nodeid:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One Chromium for all tests of a process."""
    path = find_chromium()
    if path is None:
        pytest.fail("no Chromium: run `python -m tests`, which installs one, or set SIMPLETURK_BROWSER")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        with frames_get_clicks():
            yield browser
        browser.close()


#: Screens, as options of Playwright's new_context.
LAPTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@pytest.fixture(scope="session")
def laptop_context(chromium: Browser) -> BrowserContext:
    """The context of all tests on a laptop.

    A new context, or a context without a page, costs Chromium new processes: half a second of work for each test. So
    the context is shared and keeps a blank page open; cookies and local storage are cleared after each test.
    """
    context = chromium.new_context(**LAPTOP)
    context.new_page()
    return context


@pytest.fixture(scope="session")
def phone_context(chromium: Browser) -> BrowserContext:
    """The context of all tests on a phone, shared like that of a laptop."""
    context = chromium.new_context(**PHONE)
    context.new_page()
    return context


@contextmanager
def new_page(context: BrowserContext) -> Iterator[Page]:
    """A page for one test; a script error on it fails the test."""
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    addresses: set[str] = set()
    page.on("framenavigated", lambda frame: addresses.add(frame.url))
    yield page
    blank, *opened = context.pages
    for other in opened:
        other.close()
    context.clear_cookies()
    storage = context.new_cdp_session(blank)
    for origin in {f"{url.scheme}://{url.netloc}" for url in map(urlsplit, addresses) if url.scheme.startswith("http")}:
        storage.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": "local_storage"})
    storage.detach()
    assert errors == []


@pytest.fixture
def page(laptop_context: BrowserContext) -> Iterator[Page]:
    """A page on a laptop."""
    with new_page(laptop_context) as page:
        yield page


@pytest.fixture
def phone(phone_context: BrowserContext) -> Iterator[Page]:
    """A page on a phone, with touch."""
    with new_page(phone_context) as page:
        yield page


@pytest.fixture
def page_with_clock(chromium: Browser) -> Iterator[Page]:
    """A page whose clock the test moves. Its context is its own, because a context's clock cannot be restored."""
    context = chromium.new_context(**LAPTOP)
    page = context.new_page()
    page.clock.install()
    yield page
    context.close()


class Server:
    """`simpleturk serve` in the working directory, in a process of its own, ready when this object is made."""

    def __init__(self, forker: CommandForker, port: int = 0, *options: str) -> None:
        self.process = forker.start("serve", "--port", str(port), *options)
        self.site = self.process.stderr.readline().split()[-1].rstrip("/")
        self.api = self.process.stderr.readline().split()[-1]
        self.port = int(self.api.rpartition(":")[2])

    def stop(self) -> None:
        """End it, as Ctrl-C does."""
        self.process.terminate()
        self.process.wait(20)

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        self.process.kill()


@pytest.fixture(scope="session")
def forker() -> Iterator[CommandForker]:
    """Starts commands in milliseconds."""
    with CommandForker() as forker:
        yield forker


@pytest.fixture
def serve(forker: CommandForker) -> Iterator[Callable[..., Server]]:
    """Start servers that end with the test."""
    servers: list[Server] = []

    def start(port: int = 0, *options: str) -> Server:
        servers.append(Server(forker, port, *options))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()
        server.process.close()


@pytest.fixture
def example(folder: Path) -> Callable[[str], None]:
    """Copy an example into the working directory, with a marketplace of its own."""

    def copy(name: str) -> None:
        shutil.copytree(shipped("examples", name), folder, dirs_exist_ok=True)
        with (folder / "simpleturk.toml").open("a") as file:
            file.write('database = "market.db"\n')

    return copy


#: File names at the addresses of CDNs, and the files of Django REST framework that pages get instead.
CDN = {
    "bootstrap.min.css": "css/bootstrap.min.css",
    "bootstrap.min.js": "js/bootstrap.min.js",
    "jquery.min.js": "js/jquery-3.7.1.min.js",
}


@pytest.fixture
def libraries(page: Page) -> None:
    """jQuery and Bootstrap 3 at their usual addresses; Amazon's host is out of reach."""
    files = {str(file): file for file in distribution("djangorestframework").files or ()}

    def answer(route: Route) -> None:
        path = CDN[route.request.url.rpartition("/")[2]]
        route.fulfill(path=str(files[f"rest_framework/static/rest_framework/{path}"].locate()))

    page.route(
        re.compile(r"https?://(maxcdn\.bootstrapcdn\.com|ajax\.googleapis\.com|cdnjs\.cloudflare\.com)/"), answer
    )
    page.route(re.compile(r"https?://assets\.crowd\.aws/"), lambda route: route.abort())


def picture(page: Page, name: str) -> None:
    """Take a screenshot, if SIMPLETURK_SCREENSHOTS is set."""
    if SCREENSHOTS:
        Path(SCREENSHOTS).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{SCREENSHOTS}/{name}.png")
