"""A frame of height 0 fits its content, and keeps the window's height if the content grows with it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Server
from tests.browser.test_template_preview import preview as preview  # the fixture
from tests.browser.worker_steps import hit, hit_frame, open_preview, sign_in
from tests.conftest import Files, Run

FOOT = "<p id=foot>foot</p>"
GROW = "a.style.height = innerHeight + 'px'"

#: Pages that would grow with each fit of the frame.
ENDLESS = {
    "vh": "<style>.app { min-height: 100vh }</style><div class=app></div>",
    "dvh": "<style>.app { min-height: 100dvh }</style><div class=app></div>",
    "svh": "<style>.app { height: 100svh }</style><div class=app></div>",
    "percent": "<style>html, body { height: 100% } .app { height: 100% }</style><div class=app></div>",
    "flex column": "<style>body { display: flex; flex-direction: column; min-height: 100vh } main { flex: 1 }</style>"
    "<main>",
    "a hero": "<div style='height: 100vh'></div><div style='height: 2000px'></div>",
    "half of the window": "<div style='height: 50vh'></div><div style='height: 3000px'></div>",
    "a frame in the frame": "<iframe style='height: 100vh' srcdoc='<p style=height:900px>'></iframe>",
    "a script that observes": "<div id=a></div><script>new ResizeObserver(() => {GROW}).observe(document.body);"
    "addEventListener('resize', () => {GROW});</script>",
    "a script that waits": "<div id=a></div><script>let t; function f() { clearTimeout(t);"
    "t = setTimeout(() => {GROW}, 250) } f(); addEventListener('resize', f);</script>",
    "endless scrolling": "<div id=a></div><script>function more() {"
    " if (foot.getBoundingClientRect().top > innerHeight) return;"
    " const d = document.createElement('div'); d.style.height = '300px'; a.append(d);"
    " requestAnimationFrame(more); } addEventListener('resize', more); addEventListener('load', more);</script>",
}

#: Pages with an end, and how high they are at least.
ENDING = {
    "long": ("<div style='height: 20000px'></div>", 20_000),
    "fixed": ("<div style='position: fixed; bottom: 0'>bar</div><div style='height: 1500px'></div>", 1500),
    "absolute": ("<div style='position: absolute; top: 2000px; height: 50px'>far down</div>", 2050),
    "a tenth of the window": ("<div style='height: 10vh'></div><div style='height: 2000px'></div>", 2000),
    "an animation that grows": (
        "<style>@keyframes g { from { height: 9px } to { height: 1500px } } #a { animation: g .5s forwards }</style>"
        "<div id=a></div>",
        1500,
    ),
    "late pictures": (
        "<div id=a></div><script>let n = 0; const timer = setInterval(() => { const image = new Image();"
        'image.src = \'data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg" width="9" height="400"/>\';'
        "image.style.display = 'block'; a.append(image); if (++n === 5) clearInterval(timer); }, 200)</script>",
        2000,
    ),
}

#: The height of the frame, once it has not changed for a while.
SETTLED = """async () => {
  const frame = document.querySelector("iframe.hit, iframe#hit");
  let height = 0, since = performance.now();
  while (performance.now() - since < 900) {
    await new Promise((done) => setTimeout(done, 30));
    if (frame.offsetHeight !== height) [height, since] = [frame.offsetHeight, performance.now()];
  }
  return height;
}"""


def whole(page: str, doctype: str = "<!doctype html>") -> str:
    return doctype + "<title>T</title>" + page.replace("GROW", GROW) + FOOT


FRAME = "document.querySelector('iframe.hit')"

#: The frame is at least so high. Scripts of a page may take long to make it so on a busy computer.
AT_LEAST = f"(height) => {FRAME}.offsetHeight >= height"


def open_in_turn(page: Page, least: dict[str, int]) -> dict[str, tuple[int, int, int]]:
    """The heights of each page's frame, and of the frame's window and content, in the previews of a group's HITs.

    `least` is the height in pixels that each frame reaches before it is measured.
    """
    heights = {}
    kinds = list(least)
    for kind in kinds:
        expect(hit(page).locator("#foot")).to_be_attached()
        page.wait_for_function(AT_LEAST, arg=least[kind])
        outer = page.evaluate(SETTLED)
        inner = hit_frame(page).evaluate("[innerHeight, document.scrollingElement.scrollHeight]")
        heights[kind] = (outer, *inner)
        if kind != kinds[-1]:
            with page.expect_navigation():
                page.get_by_role("link", name="Skip", exact=True).click()
    return heights


@pytest.mark.parametrize("name", ["named", "number"])
@pytest.mark.parametrize("doctype", ["<!doctype html>", ""])
def test_a_page_that_grows_with_its_frame_keeps_the_windows_height(
    page: Page, batch_files: Files, run: Run, serve: Callable[..., Server], name: str, doctype: str
) -> None:
    pages = {"short": "", **ENDLESS}
    batch_files([{"html": whole(html, doctype)} for html in pages.values()], template="{{ input.html|safe }}")
    run("launch", "--no-check")
    server = serve()
    sign_in(page, server.site if name == "named" else server.api)
    open_preview(page)
    heights = open_in_turn(page, dict.fromkeys(pages, 0))
    window = heights["short"][0]
    assert 400 < window < 800
    assert {kind: outer for kind, (outer, _, _) in heights.items() if outer != window} == {}


def test_a_page_with_an_end_is_shown_whole(
    page: Page, batch_files: Files, run: Run, serve: Callable[..., Server]
) -> None:
    batch_files([{"html": whole(html)} for html, _ in ENDING.values()], template="{{ input.html|safe }}")
    run("launch", "--no-check")
    sign_in(page, serve().site)
    open_preview(page)
    heights = open_in_turn(page, {kind: least for kind, (_, least) in ENDING.items()})
    for kind, (outer, window, content) in heights.items():
        assert outer == window == content, kind
        assert ENDING[kind][1] <= outer < ENDING[kind][1] + 600, kind


def test_what_a_worker_opens_makes_the_frame_grow_and_closing_it_makes_it_shrink(
    page: Page, batch_files: Files, run: Run, serve: Callable[..., Server]
) -> None:
    fold = "<details><summary>More</summary><div style='height: 1500px'></div></details>"
    batch_files([{"html": whole(fold * 2)}], template="{{ input.html|safe }}")
    run("launch", "--no-check")
    sign_in(page, serve().site)
    open_preview(page)
    closed = page.evaluate(SETTLED)
    heights = [closed]
    for number in (0, 1, 1, 0):
        hit(page).get_by_text("More").nth(number).click()
        page.wait_for_function(f"(before) => {FRAME}.offsetHeight !== before", arg=heights[-1])
        heights.append(page.evaluate(SETTLED))
    del heights[0]
    assert 1500 < heights[0] < heights[1] - 1400
    assert heights[2:] == [heights[0], closed]


def test_a_button_stays_under_a_pressed_pointer_when_the_page_becomes_shorter(
    page: Page, batch_files: Files, run: Run, serve: Callable[..., Server]
) -> None:
    html = (
        "<div style='height: 1500px'></div><label>Word <input onblur='below.hidden = true'></label>"
        "<button type=button onclick='this.textContent = `pressed`'>Press</button>"
        "<div id=below style='height: 600px'>Not needed once the word is there.</div>"
    )
    batch_files([{"html": whole(html)}], template="{{ input.html|safe }}")
    run("launch", "--no-check")
    sign_in(page, serve().site)
    open_preview(page)
    page.wait_for_function(AT_LEAST, arg=2100)
    hit(page).get_by_label("Word").fill("cat")
    hit(page).locator("#foot").scroll_into_view_if_needed()
    page.evaluate(SETTLED)
    place = hit(page).get_by_role("button").bounding_box()
    assert place
    page.mouse.move(place["x"] + 5, place["y"] + 5)
    page.mouse.down()
    expect(hit(page).locator("#below")).to_be_hidden()
    assert page.evaluate(SETTLED) > 2100
    page.mouse.up()
    expect(hit(page).get_by_role("button")).to_have_text("pressed")
    page.wait_for_function(f"() => {FRAME}.offsetHeight < 1700")


@pytest.mark.parametrize("kind", ["vh", "percent", "a hero"])
def test_the_preview_of_a_template_does_not_grow_either(
    page: Page, batch_files: Files, preview: Callable[..., str], kind: str
) -> None:
    batch_files([{"word": "cat"}], template=whole(ENDLESS[kind]))
    page.goto(preview())
    expect(page.frame_locator("#hit").locator("#foot")).to_be_attached()
    height = page.evaluate(SETTLED)
    # The preview shows a laptop's width smaller than it is; offsetHeight is the height before that.
    zoom = page.evaluate("Number(document.getElementById('hit').style.zoom || 1)")
    assert height * zoom == pytest.approx(page.evaluate("document.getElementById('stage').clientHeight"), abs=2)
