"""Messages of Jinja about the text of a template."""

from pathlib import Path

import pytest

from simpleturk.batch.templates.errors.syntax import syntax_error
from simpleturk.batch.templates.jinja import JinjaTemplate
from simpleturk.errors import Problem, Problems


def problem(folder: Path, text: str) -> Problem:
    (folder / "t.html").write_text(f"first line\n{text}\n", encoding="utf-8")
    with pytest.raises(Problems) as caught:
        JinjaTemplate(Path("t.html"))
    [found] = caught.value.problems
    return found


@pytest.mark.parametrize(
    ("text", "what", "hint"),
    [
        ("{{ a | upcase }}", "there is no filter upcase", "write value | upper"),
        ("{{ a | uper }}", "there is no filter uper", "did you mean upper?"),
        ("{{ a is defind }}", "there is no test defind", "did you mean defined?"),
        ("{% assign x = 1 %}", "there is no tag {% assign %}", "write {% set name = value %}"),
        ("{% if a %}", "{% if %} is not closed", "write {% endif %} at its end"),
        ("{% if a %}{% endfor %}", "{% endfor %} is inside of {% if %}, which is not closed", "{% endif %}"),
        ("{% else %}", "{% else %} stands outside of {% if %}", ""),
        ("{{ a && b }}", "the character '&' is not allowed here", "write and instead of &&"),
        ("{{ a || b }}", "a name is expected here, not |", "write or instead of ||"),
        ("{{ a ? b : c }}", "the character '?' is not allowed here", "a if condition else b"),
        ("{{ “a” }}", "the character '“' is not allowed here", "straight quotes"),
        ('{{ a | default: "x" }}', "}} is expected here, not :", "in parentheses"),
        ("{{#if a}}", "the character '#' is not allowed here", "{% if … %}"),
        ("{{ a = b }}", "}} is expected here, not =", "compare with =="),
        ("{{ [1, 2 }}", "} is not expected here: ] is expected before it", "close"),
        ("{% for x of y %}{% endfor %}", "in is expected here, not of", "{% for item in items %}"),
        ("{{ f(a=1, a=2) }}", "the argument a is given twice", ""),
        ("{{ }}", "an expression is expected before }}", ""),
    ],
)
def test_mistakes_of_syntax_have_a_sentence_and_a_way_on(folder: Path, text: str, what: str, hint: str) -> None:
    found = problem(folder, text)
    assert (found.where, found.what) == ("t.html, line 2", what)
    assert hint in (found.hint or "")


def test_a_message_without_a_sentence_stays() -> None:
    assert syntax_error("something new") == ("something new", "")
