"""Pages of other sites can neither sign a worker in under another id, nor show the site or a preview in a frame."""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Server
from tests.browser.test_template_preview import TEMPLATE
from tests.conftest import Files
from tests.forked_commands import CommandForker


class Foreign(ThreadingHTTPServer):
    """Another site, on another port and name: each path of it is the page in `pages`."""

    def __init__(self) -> None:
        self.pages: dict[str, str] = {}
        foreign = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                self.wfile.write(foreign.pages.get(self.path, "").encode())

            def log_message(self, *_: object) -> None:
                pass

        super().__init__(("127.0.0.1", 0), Handler)

    def address(self, path: str) -> str:
        return f"http://evil.localhost:{self.server_port}{path}"


@pytest.fixture
def foreign() -> Iterator[Foreign]:
    server = Foreign()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def server(serve: Callable[..., Server]) -> Server:
    return serve(0, "--database", "m.db")


@pytest.mark.parametrize("referrer", ["origin", "no-referrer"])
@pytest.mark.parametrize("by", ["location", "link", "form", "meta"])
def test_a_foreign_page_cannot_sign_anybody_in(
    page: Page, server: Server, foreign: Foreign, referrer: str, by: str
) -> None:
    target = f"{server.site}/?worker_id=EVE"
    ways = {
        "location": f"<script>location = {target!r}</script>",
        "link": f"<a id=a href='{target}'>a</a><script>a.click()</script>",
        "form": f"<form id=f action='{server.site}'><input name=worker_id value=EVE></form><script>f.submit()</script>",
        "meta": f"<meta http-equiv=refresh content='0;url={target}'>",
    }
    foreign.pages["/"] = f"<meta name=referrer content={referrer}>{ways[by]}"
    page.goto(foreign.address("/"))
    page.wait_for_url(f"{server.site}/**")
    expect(page.get_by_role("heading", name="Continue as EVE?")).to_be_visible()
    page.goto(f"{server.site}/dashboard")
    expect(page.get_by_label("Worker ID")).to_be_visible()


def test_a_link_of_a_panel_takes_one_click_and_a_typed_one_none(page: Page, server: Server, foreign: Foreign) -> None:
    foreign.pages["/"] = f"<a href='{server.site}/?worker_id=5f3c'>Open the study</a>"
    page.goto(foreign.address("/"))
    page.get_by_text("Open the study").click()
    page.get_by_role("button", name="Continue as 5f3c").click()
    expect(page.get_by_text("Account of 5f3c").or_(page.get_by_title("Account of 5f3c"))).to_be_attached()
    page.goto(f"{server.site}/?worker_id=5f3d")
    expect(page.get_by_role("heading", name="Continue as another worker?")).to_be_visible()
    page.context.clear_cookies()
    page.goto(f"{server.site}/?worker_id=5f3d")
    expect(page.get_by_role("heading", name="Continue")).to_have_count(0)


def test_no_foreign_page_shows_the_site_or_the_preview_in_a_frame(
    page: Page, server: Server, foreign: Foreign, batch_files: Files, forker: CommandForker
) -> None:
    batch_files('{"word": "cat"}\n', template=TEMPLATE)
    process = forker.start("render-template", "--preview", "--port", "0")
    preview = process.stderr.readline().split()[-1]
    root = preview.partition("/?")[0]
    page.goto(f"{server.site}/?worker_id=ann")
    paths = ("/", "/inbox", "/sign-in", "/nothing", "/static/site.css", "/healthz", "/mturk/externalSubmit")
    targets = [server.site + path for path in paths] + [preview, f"{root}/look", f"{root}/nothing"]
    for number, target in enumerate(targets):
        foreign.pages[f"/{number}"] = f"<iframe src='{target}' onload='document.title = \"loaded\"'></iframe>"
        page.goto(foreign.address(f"/{number}"))
        page.wait_for_function("document.title == 'loaded'")
        assert [frame.url for frame in page.frames[1:]] == ["chrome-error://chromewebdata/"], target
    process.terminate()
    process.wait(20)
    process.close()
