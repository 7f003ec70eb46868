"""What a page may ask the browser for, where its requests come from, and documents in it."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, Request, Route, expect

from tests.browser.conftest import FLAGS, LAPTOP, Server, picture
from tests.browser.test_template_preview import preview as preview  # the fixture
from tests.browser.worker_steps import accept, hit, open_preview, sign_in
from tests.chromium import find_chromium
from tests.conftest import Files, Run

ASKS = """<!doctype html><title>T</title><form action="https://www.mturk.com/mturk/externalSubmit" method="post">
<input name="answer"><button>Submit</button></form><p id="said"></p><script>
const said = document.getElementById("said");
navigator.mediaDevices.getUserMedia({ audio: true }).then(
  (stream) => { said.textContent = `${stream.getAudioTracks().length} track`; },
  (error) => { said.textContent = error.name; });
</script>"""


@pytest.fixture(scope="module")
def browser_with_devices(chromium: Browser) -> Iterator[Browser]:
    """A browser with a microphone and a camera that are not real, whose user allows everything."""
    devices = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
    browser = chromium.browser_type.launch(executable_path=find_chromium(), args=[*FLAGS, *devices])
    yield browser
    browser.close()


@pytest.fixture
def page_with_devices(browser_with_devices: Browser) -> Iterator[Page]:
    context = browser_with_devices.new_context(**LAPTOP)
    yield context.new_page()
    context.close()


def test_a_page_hears_the_microphone_only_if_the_requester_names_it(
    page_with_devices: Page, batch_files: Files, run: Run, serve: Callable[..., Server]
) -> None:
    page = page_with_devices
    batch_files([{"word": "cat"}], template=ASKS, Title="Silent")
    run("launch", "--ids", "silent.txt")
    batch_files([{"word": "cat"}], template=ASKS, Title="Heard", Allow=["microphone", "clipboard-write"])
    run("launch", "--ids", "heard.txt")
    site = serve().site
    sign_in(page, site)
    open_preview(page, "Silent")
    expect(hit(page).locator("#said")).to_have_text("NotAllowedError")
    expect(page.get_by_text("The page asks your browser for")).to_have_count(0)
    page.goto(site)
    open_preview(page, "Heard")
    ribbon = page.get_by_text("The page asks your browser for your microphone: your browser lets you decide.")
    expect(ribbon).to_be_visible()
    expect(hit(page).locator("#said")).to_have_text("1 track")
    picture(page, "permission")
    accept(page)
    expect(hit(page).locator("#said")).to_have_text("1 track")


@pytest.mark.parametrize("name", ["named", "number"])
def test_the_preview_allows_the_same_and_says_where_it_cannot_work(
    page_with_devices: Page, batch_files: Files, preview: Callable[..., str], name: str
) -> None:
    page = page_with_devices
    batch_files([{"word": "cat"}], template=ASKS, Allow="microphone")
    address = preview()
    page.goto(address if name == "named" else address.replace("worker.simpleturk.localhost", "127.0.0.1"))
    said = page.frame_locator("#hit").locator("#said")
    expect(said).to_have_text("1 track" if name == "named" else "SecurityError")
    expect(page.get_by_text("The page may ask the worker's browser for your microphone.")).to_be_visible()
    assert page.get_by_text("Under this address the HIT has no origin of its own").is_visible() == (name == "number")
    expect(page.get_by_text("the microphone that getUserMedia needs is refused where")).to_be_visible()


PICTURE = '<!doctype html><title>T</title><form></form><img alt="" src="https://pictures.invalid/a.png">'


@pytest.mark.parametrize("name", ["named", "number"])
def test_other_hosts_see_the_origin_of_a_page_and_never_its_address(
    page: Page, batch_files: Files, run: Run, serve: Callable[..., Server], name: str
) -> None:
    batch_files([{"word": "cat"}], template=PICTURE)
    run("launch", "--no-check")
    server = serve()
    sent: list[str | None] = []

    def answer(route: Route, request: Request) -> None:
        sent.append(request.header_value("referer"))
        route.fulfill(body="<svg xmlns='http://www.w3.org/2000/svg'/>", content_type="image/svg+xml")

    page.route("https://pictures.invalid/**", answer)
    sign_in(page, server.site if name == "named" else server.api)
    with page.expect_response("https://pictures.invalid/a.png"):
        open_preview(page)
    # Browsers send none from a frame without an origin.
    assert sent == ([f"http://hits.simpleturk.localhost:{server.port}/"] if name == "named" else [None])


DOCUMENTS = """<!doctype html><title>T</title><form></form><embed src="https://files.invalid/one.pdf">
<object data="https://files.invalid/two" type="application/pdf" title="Two"></object>
<iframe src="/assets/x.html"></iframe>
<div id="later"></div><script>setTimeout(() => {
later.innerHTML = '<iframe src="https://files.invalid/three.pdf#page=2"></iframe>'; }, 100);</script>"""


@pytest.mark.parametrize("name", ["named", "number"])
def test_a_pdf_is_a_link_to_a_new_tab(
    page: Page, batch_files: Files, run: Run, serve: Callable[..., Server], name: str
) -> None:
    batch_files([{"word": "cat"}], template=DOCUMENTS)
    run("launch", "--no-check")
    server = serve()
    page.route("https://files.invalid/**", lambda route: route.fulfill(body="%PDF-1.4", content_type="text/plain"))
    sign_in(page, server.site if name == "named" else server.api)
    open_preview(page)
    links = hit(page).get_by_role("link", name="Open the PDF in a new tab")
    expect(links).to_have_count(3)
    addresses = [link.get_attribute("href") for link in links.all()]
    assert addresses == [f"https://files.invalid/{path}" for path in ("one.pdf", "two", "three.pdf#page=2")]
    expect(hit(page).locator("embed")).to_be_hidden()
    expect(hit(page).locator("iframe").first).to_be_visible()
    picture(page, f"pdf-{name}")
    page.context.route(
        "https://files.invalid/**", lambda route: route.fulfill(body="the file", content_type="text/plain")
    )
    with page.context.expect_page() as opened:
        links.first.click()
    expect(opened.value.get_by_text("the file")).to_be_visible()
