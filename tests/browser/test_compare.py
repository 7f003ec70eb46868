"""Answers that are compared: in random order, graded, and the same again after a reload and in a review."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from simpleturk.batch.templates.jinja import JinjaTemplate
from tests.browser.gallery import ACCEPTED, PREVIEW, act, show
from tests.browser.review_frames import reviewing, stored, work_of
from tests.browser.test_examples import answered  # noqa: F401 (a fixture)

GRADED = '{{ field.compare("w", {"a": "first", "b": "second"}, grades=["slightly better", "much better"]) }}'
THREE = '{{ field.compare("w", ["first", "second", "third"], criteria=[["x", "X?"], ["y", "Y?"]]) }}'
PAGE = """{% extends "simpleturk/page.html" %}{% import "simpleturk/fields.html" as field %}
{% block task %}FIELDS{% endblock %}"""


@pytest.fixture
def html(folder: Path) -> Any:
    def rendered(fields: str) -> str:
        (folder / "t.html").write_text(PAGE.replace("FIELDS", fields))
        return JinjaTemplate(folder / "t.html").render({})

    return rendered


def order(page: Page) -> list[str]:
    shown: list[str] = page.locator("[data-answer]").evaluate_all("(all) => all.map((one) => one.dataset.answer)")
    return shown


def options(page: Page) -> list[str]:
    return page.locator(".verdicts").first.locator("label").all_inner_texts()


@pytest.mark.parametrize("key", [1, 2, 3, 4, 5, 6])
def test_a_digit_stands_for_the_option_that_the_worker_sees(answered: Any, key: int) -> None:  # noqa: F811
    which = answered(GRADED, [str(key)])["w"]
    first, second = which["shown"]
    assert which["better"] == [
        {"better": first, "by": 2}, {"better": first, "by": 1}, {"better": "tie", "by": 0},
        {"better": second, "by": 1}, {"better": second, "by": 2}, {"better": "both_bad", "by": 0},
    ][key - 1]  # fmt: skip


def test_each_criterion_has_its_own_answer(answered: Any) -> None:  # noqa: F811
    which = answered(THREE, ["1", "5"])["w"]
    assert which == {"shown": which["shown"], "x": which["shown"][0], "y": "all_bad"}


def test_an_order_is_random_for_an_assignment_but_stays(page: Page, html: Any) -> None:
    text = html(THREE)
    orders: Counter[str] = Counter()
    for number in range(24):
        seen = set()
        for _ in range(2):
            page.unroute_all()
            show(page, text, ACCEPTED | {"assignmentId": f"3ABC{number}"})
            seen.add("".join(order(page)))
        assert len(seen) == 1
        orders[seen.pop()] += 1
    assert len(orders) >= 5 and {one[0] for one in orders} == {"1", "2", "3"}


def test_letters_and_digits_are_in_the_order_of_the_page(page: Page, html: Any) -> None:
    text = html(GRADED)
    seen = set()
    for number in range(8):
        page.unroute_all()
        show(page, text, ACCEPTED | {"assignmentId": f"3X{number}"})
        seen.add("".join(order(page)))
        assert page.locator("section h2").all_inner_texts() == ["Answer A", "Answer B"]
        assert [" ".join(option.split()) for option in options(page)] == [
            "1 A is much better", "2 A is slightly better", "3 About the same",
            "4 B is slightly better", "5 B is much better", "6 Both are bad",
        ]  # fmt: skip
    assert seen == {"ab", "ba"}


def test_a_preview_has_the_order_of_the_input(page: Page, html: Any) -> None:
    show(page, html(THREE), PREVIEW)
    assert order(page) == ["1", "2", "3"]


def test_a_draft_is_there_again(page: Page, html: Any) -> None:
    show(page, html(GRADED), ACCEPTED)
    before = order(page)
    act(page, ["2"])
    page.reload()
    assert order(page) == before
    assert page.locator(":checked[type=radio]").get_attribute("value") == f"{before[0]}:1"


@pytest.mark.parametrize("shown", [["a", "b"], ["b", "a"]])
def test_a_review_shows_the_order_and_the_degree_of_the_worker(page: Page, html: Any, shown: list[str]) -> None:
    output = {"w": {"shown": shown, "better": {"better": "a", "by": 2}}}
    with reviewing(page, work_of(html(GRADED), stored(output))) as review:
        assert review.heard("unplaced") == []
        found = review.frame.evaluate(
            "[[...document.querySelectorAll('[data-answer]')].map((one) => one.dataset.answer), "
            "document.querySelector('[type=radio]:checked').value]"
        )
        assert found == [shown, "a:2"]
