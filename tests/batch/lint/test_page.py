"""A rendered page as the rules read it."""

from pathlib import Path

import pytest

from simpleturk.batch.lint.page import SHIPPED_SCRIPTS, Page
from simpleturk.batch.templates.jinja import JinjaTemplate
from simpleturk.resources import shipped


def page_of(template: str) -> Page:
    """The page of a template that uses no input."""
    source = JinjaTemplate(Path("template.html"), data=template.encode())
    return Page(*source.traced({}), source, "inputs.jsonl, line 1")


def test_scripts_that_ship_are_not_the_pages_own_code() -> None:
    page = page_of('{% include "simpleturk.html" %}<script>mine()</script><p onclick="yours()">')
    assert page.code == "mine()\nyours()"


@pytest.mark.parametrize("name", ["simpleturk.js", "page.js"])
def test_scripts_that_ship_are_recognized_by_their_first_words(name: str) -> None:
    text = shipped("hit_templates", "simpleturk", name).read_text(encoding="utf-8")
    assert text.startswith(SHIPPED_SCRIPTS)


def test_a_field_may_name_a_form_elsewhere_in_the_page() -> None:
    page = page_of('<form id="f"></form><input form="f"><input>')
    assert [bool(page.form_of(field)) for field in page.elements[1:]] == [True, False]


@pytest.mark.parametrize(
    ("template", "may_add"),
    [
        ("<script>root.innerHTML = 1</script>", True),
        ('<script src="https://example.org/app.js"></script>', True),
        ('<script src="https://code.jquery.com/jquery.js"></script>', False),
        ("<script>let x = 1</script>", False),
    ],
)
def test_a_script_that_may_add_elements_is_noticed(template: str, may_add: bool) -> None:
    assert page_of(template).may_add_elements is may_add
