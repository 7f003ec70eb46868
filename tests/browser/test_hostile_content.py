"""Texts of a hostile model in conversations: no script runs, nothing is loaded, nothing else of the page changes."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Page, Route

from simpleturk.batch.templates.jinja import JinjaTemplate
from tests.browser.gallery import ACCEPTED, HOST, show
from tests.browser.hostile_content import MESSAGES, TEXTS, around, as_json, wrong_elements

TEMPLATE = """{% extends "simpleturk/page.html" %}{% import "simpleturk/fields.html" as field %}
{% block title %}T{% endblock %}{% block task %}
{% call(turn, place) field.conversation("chat", input.messages, turns=["last"], spans=input.spans) %}
{{ field.scale(place ~ ".helpful", "How helpful?") }}{% endcall %}{% endblock %}"""

COMPARE = """{% extends "simpleturk/page.html" %}{% import "simpleturk/fields.html" as field %}
{% block title %}T{% endblock %}{% block task %}{{ field.compare("which", input.answers) }}{% endblock %}"""

#: The parts of the page that hold texts of messages.
HOLDERS = ".turn .said, .turn .who bdi"

HARMLESS = {"role": "user", "content": "harmless"}


@pytest.fixture
def shown(page: Page, folder: Path) -> Callable[..., list[str]]:
    """Show a page; return what it asked for beside itself."""
    (folder / "t.html").write_text(TEMPLATE)
    template = JinjaTemplate(folder / "t.html")

    def shown_page(messages: list[Any], spans: list[str] | None = None) -> list[str]:
        html = template.render(as_json({"messages": messages, "spans": spans}))
        asked: list[str] = []

        def answer(route: Route) -> None:
            address = route.request.url
            if address.endswith("/mturk/externalSubmit"):
                route.fulfill(body="sent", content_type="text/plain")
            elif address.startswith(f"{HOST}/?"):
                route.fulfill(body=html, content_type="text/html; charset=utf-8")
            else:
                asked.append(address)
                route.abort()

        page.unroute_all()
        page.route("**/*", answer)
        page.goto(f"{HOST}/?" + "&".join(f"{name}={value}" for name, value in ACCEPTED.items()))
        return asked

    page.add_init_script("window.attack = () => document.title = window.attacked = 'attacked'")
    return shown_page


def check(page: Page, asked: list[str], harmless: str) -> None:
    """Press what a worker may press, then look whether anything happened that should not."""
    for closed in page.locator(".turn details > summary").all():
        closed.click()
    page.mouse.move(200, 200)
    page.locator(".turn .said").first.hover(force=True)
    assert page.evaluate("window.attacked") is None
    assert asked == []
    assert wrong_elements(page, HOLDERS) == []
    assert around(page, HOLDERS) == harmless
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    assert page.locator("main .turn").count() == page.locator(".turn").count() == page.locator(".who").count()


def submitted(page: Page) -> Any:
    """The answer that is sent when the worker chooses 4."""
    page.locator("[type=radio][value='4']").check()
    with page.expect_request("**/mturk/externalSubmit") as sent:
        page.get_by_role("button", name="Submit", exact=True).click()
    page.get_by_text("sent", exact=True).wait_for()
    [output] = parse_qs(sent.value.post_data or "")["output"]
    return json.loads(output)


@pytest.mark.parametrize("spans", [None, ["false"]], ids=["formatted", "to be marked"])
@pytest.mark.parametrize("attack", TEXTS)
def test_no_text_of_a_model_does_more_than_be_shown(
    page: Page, shown: Callable[..., list[str]], attack: str, spans: list[str] | None
) -> None:
    messages = [HARMLESS, {"role": "assistant", "content": "harmless"}]
    shown(messages, spans)
    harmless = around(page, HOLDERS)
    messages[1] = {"role": "assistant", "content": TEXTS[attack]}
    asked = shown(messages, spans)
    check(page, asked, harmless)
    shown_text = page.locator(".said").last.inner_text()
    assert ("hidden words" in TEXTS[attack]) <= ("hidden words" in shown_text)
    assert attack != "signs that nothing shows" or spans or "U+E0068" in shown_text
    assert submitted(page) == {"chat": {"t2": {"helpful": 4, **({"spans": []} if spans else {})}}}


@pytest.mark.parametrize("attack", TEXTS)
def test_no_answer_that_is_compared_does_more_than_be_shown(page: Page, folder: Path, attack: str) -> None:
    (folder / "t.html").write_text(COMPARE)
    template = JinjaTemplate(folder / "t.html")
    page.add_init_script("window.attack = () => document.title = window.attacked = 'attacked'")
    pages = []
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for text in ("harmless", TEXTS[attack]):
        page.unroute_all()
        show(page, template.render(as_json({"answers": ["harmless", text]})), ACCEPTED)
        pages.append(around(page, ".compare .content"))
    assert pages[0] == pages[1]
    assert page.evaluate("window.attacked") is None
    assert wrong_elements(page, ".compare .content") == []
    assert len(asked) == 2 and all(address.startswith(f"{HOST}/?") for address in asked)
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


@pytest.mark.parametrize("attack", MESSAGES)
def test_no_message_of_a_model_does_more_than_be_shown(
    page: Page, shown: Callable[..., list[str]], attack: str
) -> None:
    hostile = MESSAGES[attack]
    asked = shown([*hostile, {"role": "assistant", "content": "harmless"}])
    assert page.evaluate("window.attacked") is None
    for closed in page.locator(".turn details > summary").all():
        closed.click()
    assert page.evaluate("window.attacked") is None
    assert asked == []
    assert wrong_elements(page, HOLDERS) == []
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    assert "\u202e" not in page.locator("main").inner_text()
    assert page.locator(".turn").count() == len(hostile) + 1
    assert max(len(name) for name in page.locator(".who").all_inner_texts()) < 100
    assert submitted(page) == {"chat": {f"t{len(hostile) + 1}": {"helpful": 4}}}


def test_there_are_at_least_forty_attacks() -> None:
    assert len(TEXTS) + len(MESSAGES) >= 40


def test_letters_that_are_higher_than_a_line_stay_in_their_turn(page: Page, shown: Callable[..., list[str]]) -> None:
    shown([HARMLESS, {"role": "assistant", "content": "words"}])
    before = page.locator(".turn").first.screenshot()
    # As high as stacked accents are in a font that stacks them: the fonts of this computer may not.
    page.add_style_tag(content=".turn:nth-child(2) .markdown p { transform: translateY(-4rem) }")
    assert page.locator(".turn").first.screenshot() == before
