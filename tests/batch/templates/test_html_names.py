"""The names of HTML: which attributes are code, and which elements a page knows."""

import pytest

from simpleturk.batch.templates.html_names import REFUSED_TAGS, SAFE_TAGS, is_plain_attribute, named_elements


def test_no_element_is_safe_and_refused() -> None:
    assert SAFE_TAGS & REFUSED_TAGS == set()


@pytest.mark.parametrize(
    ("name", "is_plain"),
    [
        ("id", True),
        ("data-x", True),
        ("aria-label", True),
        ("token_id", True),
        ("xlink:href", True),
        ("onclick", False),
        ("once", False),
        ("srcdoc", False),
        ("@click", False),
        ("v-if", False),
        ("data-bind", False),
        ("", False),
    ],
)
def test_an_attribute_is_plain_or_code(name: str, is_plain: bool) -> None:
    assert is_plain_attribute(name) is is_plain


def test_a_page_knows_the_elements_of_its_styles_and_selectors() -> None:
    page = """<style>e1, .e2 > e3:hover { color: e4 } #e5 {} script {}</style>
    <script>document.querySelectorAll("e6.x, e7"); $('e8').find(`e9`); customElements.define("e-10", X);
    typeof x === "string"; y("e11");</script><p style="e12"></p>"""
    known = named_elements(page)
    assert {"e1", "e3", "e6", "e7", "e8", "e9", "e-10"} <= known
    assert not known & {"e2", "e4", "e5", "e11", "e12", "string", "script", "x"}
