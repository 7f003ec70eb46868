"""The syntax of a template."""

from pathlib import Path

import pytest

from simpleturk.batch.inputs.jsonl import ListedInputs
from simpleturk.batch.templates.detect import open_template, syntax_of
from simpleturk.batch.templates.jinja import JinjaTemplate
from simpleturk.batch.templates.question_source import SYNTAXES
from simpleturk.batch.templates.requester_site import RequesterSiteTemplate


@pytest.mark.parametrize(
    ("text", "names", "syntax"),
    [
        ("<p>${word}</p>", ["word"], "site"),
        ("<p>{{ word }}</p>", ["word"], "jinja"),
        ("<p>{{ input.word }}</p><script>`${word}`</script>", ["word"], "jinja"),
        ("<p>{{ input }}</p><script>`${i}`</script>", ["word"], "jinja"),
        ("<p>${word}</p><div>{{ angular }}</div>", ["word"], "site"),
        ("{% include 'a.html' %}<script>`${word}`</script>", ["word"], "jinja"),
        ("<p>plain</p>", ["word"], "jinja"),
        ("<script>`${x}`</script>", ["word"], "jinja"),
    ],
)
def test_the_syntax_is_detected_by_the_content_of_the_template(text: str, names: list[str], syntax: str) -> None:
    assert syntax_of(text, names, is_table=False) == syntax


@pytest.mark.parametrize(
    ("text", "syntax"),
    [
        ("<p>${text}</p><div>{{item.text}}</div>", "site"),
        ("<p>${text}</p><script>var s = '{%', u = '%}', x = {{text: 1}}</script>", "jinja"),
        ("<p>${text}</p>{% x %}", "site"),
        ("<p>${text}</p>{% if text %}a{% endif %}", "jinja"),
        ("<p>${text}</p>{{ text }}", "jinja"),
    ],
)
def test_with_csv_inputs_braces_of_other_languages_are_not_jinja(text: str, syntax: str) -> None:
    assert syntax_of(text, ["text"], is_table=True) == syntax


def test_with_csv_inputs_a_page_that_uses_no_input_is_a_requester_site_template() -> None:
    assert syntax_of("<p>plain</p>", ["word"], is_table=True) == "site"


@pytest.mark.parametrize(
    ("syntax", "source_class"), [*zip(SYNTAXES, (JinjaTemplate, RequesterSiteTemplate), strict=True)]
)
def test_a_named_syntax_is_not_detected(folder: Path, syntax: str, source_class: type) -> None:
    path = folder / "page.html"
    path.write_text("<p>plain</p>")
    assert isinstance(open_template(path, ListedInputs("inputs", [{}]), syntax=syntax), source_class)
