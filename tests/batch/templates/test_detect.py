"""The syntax of a template."""

from pathlib import Path

import pytest

from simpleturk.batch.inputs.jsonl import ListedInputs
from simpleturk.batch.templates.detect import library_of, open_template, read_syntax
from simpleturk.batch.templates.jinja import JinjaTemplate
from simpleturk.batch.templates.question_source import SYNTAXES
from simpleturk.batch.templates.requester_site import RequesterSiteTemplate
from tests.conftest import Files, Run


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
    assert read_syntax(text, names, is_table=False).syntax == syntax


@pytest.mark.parametrize(
    ("text", "syntax"),
    [
        ("<p>${text}</p><div>{{item.text}}</div>", "site"),
        ("<p>${text}</p><script>var s = '{%', u = '%}', x = {{text: 1}}</script>", "site"),
        ("<p>${text}</p>{% x %}", "site"),
        ("<p>${text}</p>{% if text %}a{% endif %}", "jinja"),
        ("<p>${text}</p>{{ text }}", "site"),
        ("<script>var t = '${text}'</script><div v-if='a'>{{text}}</div>", "site"),
        ("<script>var t = `${text}`</script><p>{{ text }}</p>", "jinja"),
        ("<p>{{ text }}</p>", "jinja"),
    ],
)
def test_with_csv_inputs_braces_of_other_languages_are_not_jinja(text: str, syntax: str) -> None:
    assert read_syntax(text, ["text"], is_table=True).syntax == syntax


def test_with_csv_inputs_a_page_that_uses_no_input_is_a_requester_site_template() -> None:
    assert read_syntax("<p>plain</p>", ["word"], is_table=True).syntax == "site"


@pytest.mark.parametrize(
    ("syntax", "source_class"), [*zip(SYNTAXES, (JinjaTemplate, RequesterSiteTemplate), strict=True)]
)
def test_a_named_syntax_is_not_detected(folder: Path, syntax: str, source_class: type) -> None:
    path = folder / "page.html"
    path.write_text("<p>plain</p>")
    assert isinstance(open_template(path, ListedInputs("inputs", [{}]), syntax=syntax), source_class)


@pytest.mark.parametrize(
    ("text", "is_table", "other"),
    [
        ("<p>${text}</p>{{ text }}", True, ("jinja", "{{ text }}")),
        ("<p>${text}</p>{% if text %}a{% endif %}", True, ("site", "${text}")),
        ("<script>`${text}`</script><p>{{ text }}</p>", True, ("site", "${text}")),
        ("<script>`${text}`</script><p>{{ input.text }}</p>", True, None),
        ("<p>${text}</p>{{ text }}", False, ("site", "${text}")),
        ("<p>${text}</p>{{ other }}", True, None),
        ("<p>{{ text }}</p>", True, None),
        ("<p>${text}</p>", True, None),
        ("<!-- ${text} -->{{ input.text }}", False, None),
    ],
)
def test_the_other_reading_is_known_where_both_are_possible(
    text: str, is_table: bool, other: tuple[str, str] | None
) -> None:
    found = read_syntax(text, ["text"], is_table).other
    assert (found and (found.syntax, found.part)) == other


PAGE = """<p>${text}</p>
<script type="text/x-handlebars"><b>{{text}}</b></script><input name="a">"""


def test_check_and_launch_say_which_syntax_was_taken_and_how_to_choose(batch_files: Files, run: Run) -> None:
    batch_files([{"word": "x"}])
    Path("p.html").write_text(PAGE)
    Path("p.csv").write_text("text\ncat\n")
    files = ["--template", "p.html", "--inputs", "p.csv"]
    said = "warning: p.html: the template is read as a requester-site template, but {{text}} has a meaning in the other"
    for command in ("check", "launch"):
        result = run(command, *files)
        assert said in result.stderr and "hint: add --syntax site if that is right, or --syntax jinja" in result.stderr
        assert result.exit_code == 0
    assert "[syntax]" not in run("check", *files, "--syntax", "site").stderr
    assert "[syntax]" not in run("check", *files, "--syntax", "jinja").stderr


@pytest.mark.parametrize(
    ("page", "hint"),
    [
        (
            "{{ input.text }}<div ng-app>{{ item.name | currency:'USD' }}</div>",
            "the page seems to use Angular: write {% raw",
        ),
        (
            "{{ input.text }}<div v-if='a'>{{ item.name }}</div>",
            "the page seems to use Vue: write {% raw %} before and",
        ),
        ("{{ input.text }}{{ item.name }}", ""),
        ("<p>${text}</p>{% if text %}{{ item.name }}{% endif %}", "add --syntax site if ${text} stands for a value"),
        (
            "<p>${text}</p>{% if text %}{{ item.name | b:1 }}{% endif %}",
            "add --syntax site if ${text} stands for a value",
        ),
    ],
)
def test_a_mistake_in_jinja_that_may_be_another_language_has_a_hint(
    batch_files: Files, run: Run, page: str, hint: str
) -> None:
    batch_files([{"text": "x"}], template=f"<!doctype html><title>T</title><form><input name=a>{page}</form>")
    result = run("check")
    assert result.exit_code == 1 and (hint in result.stderr if hint else "hint: the page" not in result.stderr)


@pytest.mark.parametrize(
    ("page", "library"),
    [
        ('<script src="https://unpkg.com/vue@3/dist/vue.global.js"></script>', "Vue"),
        ("<li v-for='x in y'>{{ x }}", "Vue"),
        ("<script>new Vue({})</script>", "Vue"),
        ("<body ng-app>{{ x }}", "Angular"),
        ('<script src="https://cdn.example/handlebars.min.js"></script>', "Handlebars"),
        ("<script>Mustache.render(a)</script>", "Mustache"),
        ('<script id="t" type="text/x-template">{{ x }}</script>', "a client-side template"),
        ("<p>{{ input.word }}</p><script>var revue = 1</script>", ""),
    ],
)
def test_a_library_is_recognized_by_its_script_its_calls_or_its_attributes(page: str, library: str) -> None:
    assert library_of(page) == library
