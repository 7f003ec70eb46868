"""A real Chromium, and the installed program's own server for it to visit."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import distribution
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, sync_playwright

from simpleturk.resources import shipped
from tests.chromium import find_chromium

#: No sandbox, for root in a container; and nothing that calls home.
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()

#: Where pictures go when somebody wants them: SIMPLETURK_SCREENSHOTS=folder python -m tests -m browser
SCREENSHOTS = os.environ.get("SIMPLETURK_SCREENSHOTS")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser/" in item.nodeid:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One Chromium for the session."""
    path = find_chromium()
    if path is None:
        pytest.fail("no Chromium: run `python -m tests`, which obtains one, or set SIMPLETURK_BROWSER")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page on a laptop, in a profile of its own; a script error on it fails the test."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert errors == []


@pytest.fixture
def phone(chromium: Browser) -> Iterator[Page]:
    """A page on a phone, with touch."""
    context = chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    yield context.new_page()
    context.close()


class Server:
    """`simpleturk serve` in the working directory, in a process of its own."""

    def __init__(self, port: int = 0, *options: str) -> None:
        command = [sys.executable, "-m", "simpleturk", "serve", "--port", str(port), *options]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        assert self.process.stderr
        self.site = self.process.stderr.readline().split()[-1].rstrip("/")
        self.api = self.process.stderr.readline().split()[-1]
        self.port = int(self.api.rpartition(":")[2])

    def stop(self) -> None:
        """End it, as Ctrl-C does."""
        self.process.terminate()
        self.process.wait(20)
        assert self.process.stderr
        self.process.stderr.close()


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    """Start servers that end with the test."""
    started: list[Server] = []

    def start(port: int = 0, *options: str) -> Server:
        started.append(Server(port, *options))
        return started[-1]

    yield start
    for server in started:
        if server.process.poll() is None:
            server.stop()


@pytest.fixture
def example(folder: Path) -> Callable[[str], None]:
    """Copy an example into the working directory, with a marketplace of its own."""

    def copy(name: str) -> None:
        shutil.copytree(shipped("examples", name), folder, dirs_exist_ok=True)
        with (folder / "simpleturk.toml").open("a") as file:
            file.write('database = "market.db"\n')

    return copy


#: Where pages find the libraries of their time, and which file they get.
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
    """Take a screenshot, if somebody wants them."""
    if SCREENSHOTS:
        Path(SCREENSHOTS).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{SCREENSHOTS}/{name}.png")
