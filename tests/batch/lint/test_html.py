"""A page's HTML: any text can be read, and mistakes of nesting are found."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simpleturk.batch.lint.html import read_markup

TAGS = st.sampled_from("div p b i form table tr td li ul option select textarea script svg br img input a".split())


@given(
    st.lists(st.one_of(TAGS.map("<{}>".format), TAGS.map("</{}>".format), st.sampled_from(["x", "<", "&amp;", "<!--"])))
)
@settings(max_examples=300, deadline=None)
def test_any_sequence_of_tags_can_be_read(pieces: list[str]) -> None:
    page = "".join(pieces)
    found = read_markup(page)
    assert all(0 <= one.offset < len(page) for one in found.nesting)
    assert all(page[one.offset] == "<" for one in found.elements)


@given(st.text(max_size=300))
@settings(max_examples=300, deadline=None)
def test_any_text_can_be_read(page: str) -> None:
    read_markup(page)


def test_an_element_has_its_attributes_its_text_and_its_form() -> None:
    field = read_markup('<form id="f"><p><textarea name=a disabled>x</textarea></form>').elements[2]
    assert (field.tag, field.attributes, field.text) == ("textarea", {"name": "a", "disabled": ""}, "x")
    assert field.form and field.form.get("id") == "f"


@pytest.mark.parametrize(
    "page",
    [
        "<ul><li>x<li>y</ul><p>a<p>b<div>c</div>",
        "<table><tr><td>x<td>y<tr><td>z</table>",
        '<svg><path d="M0 0"/><g/></svg><br><img>',
        "<script>'<b>'</script><style>a::before { content: '<i>' }</style>",
    ],
)
def test_end_tags_that_html_makes_optional_are_not_missed(page: str) -> None:
    assert read_markup(page).nesting == []


@pytest.mark.parametrize(
    ("page", "offset", "problem", "is_error"),
    [
        ("<b>x<div>y</div>", 0, "<b> is not closed before the end of the page", False),
        ("<div><b>x</div></b>", 5, "<b> is not closed before </div>", False),
        ("x</i>", 1, "</i> has no start tag", False),
        ("<form><form></form></form>", 6, "a form is inside another form: browsers ignore the inner form", False),
        ("<select><option>x", 0, "<select> is not closed before the end of the page", True),
    ],
)
def test_a_mistake_of_nesting_is_found_once_at_its_tag(page: str, offset: int, problem: str, is_error: bool) -> None:
    [mistake] = read_markup(page).nesting
    assert (mistake.offset, mistake.problem, mistake.is_error) == (offset, problem, is_error)
