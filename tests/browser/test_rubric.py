"""A rubric: a point for each criterion, by mouse and keyboard, asked for if it is missing, and shown in a review."""

from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from simpleturk.batch.templates.forms.form_template import FormTemplate
from simpleturk.batch.templates.jinja import JinjaTemplate
from tests.browser.conftest import picture
from tests.browser.gallery import ACCEPTED, show
from tests.browser.review_frames import reviewing, stored, work_of
from tests.browser.test_examples import answered  # noqa: F401 (a fixture)

RUBRIC = """{{ field.rubric("r", [["true", "True?"], {"value": "clear", "text": "Clear?", "hint": "Read it once.",
    "points": [["bad", "hard to follow"], {"value": "good", "text": "clear", "hint": "at first sight"}]}],
    points=[[0, "no"], [1, "in parts, with mistakes that matter"], [2, "yes"]]) }}"""
PAGE = """{% extends "simpleturk/page.html" %}{% import "simpleturk/fields.html" as field %}
{% block title %}T{% endblock %}{% block task %}RUBRIC{% endblock %}"""


@pytest.fixture
def html(folder: Path) -> str:
    (folder / "t.html").write_text(PAGE.replace("RUBRIC", RUBRIC))
    return JinjaTemplate(folder / "t.html").render({})


def test_digits_choose_one_point_after_another(answered: Any) -> None:  # noqa: F811
    assert answered(RUBRIC, ["3", "2"]) == {"r": {"true": 2, "clear": "good"}}


def test_a_form_gives_numbers_too(page: Page, folder: Path) -> None:
    (folder / "f.yaml").write_text("title: T\nparts: [{type: rubric, name: r, criteria: [a, b], points: [1, 2, 3]}]\n")
    show(page, FormTemplate(folder / "f.yaml").render({}), ACCEPTED)
    assert page.locator("fieldset[data-kind=number]").count() == 2


@pytest.mark.parametrize("screen", ["page", "phone"])
@pytest.mark.parametrize("colors", ["light", "dark"])
def test_a_missing_point_is_asked_for(request: pytest.FixtureRequest, html: str, screen: str, colors: Any) -> None:
    page: Page = request.getfixturevalue(screen)
    page.emulate_media(color_scheme=colors)
    show(page, html, ACCEPTED)
    page.locator("label").filter(has_text="in parts").click()
    page.get_by_role("button", name="Submit").click()
    expect(page.locator("#problem-r\\.clear")).to_have_text("Please choose one.")
    assert page.locator("#problem-r\\.true").inner_text() == ""
    assert not [one["id"] for one in Axe().run(page).response["violations"]]
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    picture(page, f"rubric-{screen}-{colors}")
    page.emulate_media(color_scheme="light")


def test_a_review_shows_the_points(page: Page, html: str) -> None:
    with reviewing(page, work_of(html, stored({"r": {"true": 0, "clear": "bad"}}))) as review:
        assert review.heard("unplaced") == []
        chosen = "[...document.querySelectorAll('[type=radio]:checked')].map((one) => one.value)"
        assert review.frame.evaluate(chosen) == ["0", "bad"]
