"""Templates + inputs → pages → HTMLQuestion XML."""

import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simpleturk.batch.templates.jinja import JinjaTemplate
from simpleturk.batch.templates.values import json_text
from simpleturk.errors import Problem, Problems, SimpleturkError

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
HOSTILE = "</script><script>alert(1)</script> ]]> <!-- \u2028\u2029 ' \" & é 🙂 {{ 7 * 7 }}"


def render(folder: Path, source: str, value: Any) -> str:
    (folder / "t.html").write_text(source, encoding="utf-8")
    return JinjaTemplate(Path("t.html")).render(value)


def problem(folder: Path, source: str, value: Any = None) -> Problem:
    with pytest.raises(Problems) as caught:
        render(folder, source, value)
    [found] = caught.value.problems
    return found


class Scripts(HTMLParser):
    """The texts of a page's scripts, as a browser would delimit them, and how many elements there are."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.append(tag)
        if tag == "script":
            self.texts.append("")

    def handle_data(self, data: str) -> None:
        if self.texts:
            self.texts[-1] += data


def test_input_is_json_text_and_a_value(folder: Path) -> None:
    page = render(folder, "{{ input }}|{{ input.category }}|{{ category }}", {"category": "a & b"})
    assert page == '{"category": "a \\u0026 b"}|a &amp; b|a &amp; b'


@pytest.mark.parametrize("value", ["text", 3, 2.5, True, False, None, [1, "<"], {"a": [None]}])
def test_any_input_prints_as_its_json(folder: Path, value: Any) -> None:
    assert json.loads(render(folder, "{{ input }}", value)) == value


def test_values_inside_an_input_print_as_text_or_json(folder: Path) -> None:
    value = {"list": [1, "<b>"], "yes": True, "empty": None, "number": 3}
    assert render(folder, "{{ list }} {{ yes }} {{ empty }}. {{ number }}", value) == '[1, "\\u003cb\\u003e"] true . 3'


def test_an_inputs_keys_win_over_the_methods_of_its_type(folder: Path) -> None:
    assert render(folder, "{{ input.items }}-{{ input.keys }}", {"items": "i", "keys": "k"}) == "i-k"
    assert render(folder, "{% for k, v in input.items() %}{{ k }}{{ v }}{% endfor %}", {"a": 1}) == "a1"


def test_a_key_called_input_does_not_hide_the_input(folder: Path) -> None:
    assert render(folder, "{{ input.input }}", {"input": "inner"}) == "inner"


def test_placeholders_of_javascript_stay(folder: Path) -> None:
    assert render(folder, "<script>`${name} $x`</script>", {"name": "n"}) == "<script>`${name} $x`</script>"


@given(json_values)
def test_json_in_a_script_is_the_input_for_any_value(value: Any) -> None:
    page = Scripts()
    page.feed(f'<script type="text/json">{json_text(value)}</script><p>')
    assert page.tags == ["script", "p"]
    assert json.loads(page.texts[0]) == value


@given(json_values)
def test_json_in_an_attribute_in_single_quotes_is_the_input(value: Any) -> None:
    text = json_text(value)
    assert "'" not in text and "&" not in text and "<" not in text
    assert json.loads(text) == value


def test_hostile_data_stays_data(folder: Path) -> None:
    page = Scripts()
    page.feed(render(folder, '<script id="input">{{ input }}</script><b>{{ input.x }}</b>', {"x": HOSTILE}))
    assert page.tags == ["script", "b"]


def test_a_missing_variable_is_an_error_with_file_and_line(folder: Path) -> None:
    found = problem(folder, "<p>\n{{ input.colour }}\n", {"color": 1})
    assert found.where == "t.html, line 2"
    assert found.what == "the input has no 'colour'; did you mean color?"
    assert problem(folder, "{{ colour }}", {"color": 1}).what == "the input has no 'colour'"
    assert problem(folder, "{{ input.a.b }}", {"a": {"c": 1}}).what == "this part of the input has no 'b'"
    assert problem(folder, "{{ input.a.b }}", {"a": 3}).what == "a number has no 'b'"


def test_a_key_with_the_name_of_a_method_is_missing_if_the_input_does_not_have_it(folder: Path) -> None:
    assert problem(folder, "{% for x in input.items %}{% endfor %}", {"a": 1}).what == "the input has no 'items'"
    assert problem(folder, "{{ input.a.values }}", {"a": {}}).what == "this part of the input has no 'values'"
    source = "{% for key, value in input.items() %}{{ key }}={{ value }}{% endfor %}{% if input.items %}x{% endif %}"
    assert render(folder, source, {"a": 1}) == "a=1"


def test_an_input_that_is_no_object_has_no_keys(folder: Path) -> None:
    assert problem(folder, "{{ input.a }}", "text").what == "the input is a text: it has no 'a'"
    assert problem(folder, "{{ input.a }}", [1]).what == "the input is a list: it has no 'a'"
    assert problem(folder, "{{ input.a }}", None).what == "the input is null: it has no 'a'"


def test_a_missing_variable_is_false_in_a_test_and_has_a_default(folder: Path) -> None:
    source = "{% if note %}x{% else %}none{% endif %}{% if input.a.b %}x{% endif %} {{ note|default('d') }}"
    assert render(folder, source, {}) == "none d"


def test_looping_over_a_missing_variable_is_an_error(folder: Path) -> None:
    assert problem(folder, "\n\n{% for x in things %}{% endfor %}", {}).where == "t.html, line 3"


@pytest.mark.parametrize(
    ("source", "line", "what"),
    [
        ("a\n{% if x %}", 2, "{% if %} is not closed"),
        ("{{ }}", 1, "an expression is expected before }}"),
        ("\n{{ x|nofilter }}", 2, "there is no filter nofilter"),
        ("\n\n{{ 1 / 0 }}", 3, "a number is divided by 0"),
        ("{% include 'nowhere.html' %}", 1, "the include nowhere.html does not exist"),
    ],
)
def test_a_broken_template_is_reported_with_file_and_line(folder: Path, source: str, line: int, what: str) -> None:
    found = problem(folder, source, {})
    assert found.where == f"t.html, line {line}"
    assert what in found.what


def test_an_error_in_an_include_names_the_include(folder: Path) -> None:
    (folder / "part.html").write_text("\n{{ missing }}")
    assert problem(folder, "{% include 'part.html' %}", {}).where.endswith("part.html, line 2")


@pytest.mark.parametrize(
    "name", ["simpleturk.html", "hit_templates/simpleturk.html", "simpleamt.html", "hit_templates/simpleamt.html"]
)
def test_the_shipped_include_is_found_from_anywhere_under_every_name(folder: Path, name: str) -> None:
    page = render(folder, '{% include "' + name + '" %}', {"a": 1})
    assert 'id="results-form"' in page and 'id="submit-btn"' in page and "var simpleamt = simpleturk" in page


def test_the_users_own_copy_of_an_include_is_used(folder: Path) -> None:
    (folder / "simpleamt.html").write_text("mine")
    assert render(folder, '{% include "simpleamt.html" %}', {}) == "mine"


def test_includes_are_found_beside_a_template_elsewhere(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "part.html").write_text("beside")
    (tmp_path / "t.html").write_text('{% include "part.html" %}')
    assert JinjaTemplate(tmp_path / "t.html").render({}) == "beside"


@pytest.mark.parametrize("data", [b"\xff\xfea", b"a\0b", "é".encode("latin-1")])
def test_a_template_that_is_not_utf_8_is_refused(folder: Path, data: bytes) -> None:
    (folder / "t.html").write_bytes(data)
    with pytest.raises(Problems, match="is not UTF-8 text|is damaged UTF-16|zero byte"):
        JinjaTemplate(Path("t.html"))


def test_a_missing_template_is_refused(folder: Path) -> None:
    with pytest.raises(SimpleturkError, match=r"gone\.html: no such file"):
        JinjaTemplate(Path("gone.html"))


def test_an_include_is_read_once(folder: Path) -> None:
    Path("part.html").write_text("one")
    Path("t.html").write_text('{% include "part.html" %}')
    template = JinjaTemplate(Path("t.html"))
    assert template.render({}) == "one"
    Path("part.html").write_text("two, and of another size")
    assert template.render({}) == "one"
    assert JinjaTemplate(Path("t.html")).render({}) == "two, and of another size"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_a_template_and_its_includes_may_be_utf_16(folder: Path, encoding: str) -> None:
    (folder / "part.html").write_bytes("<p>é</p>".encode(encoding))
    (folder / "t.html").write_bytes('ü{% include "part.html" %}{{ input.word }}\r\n'.encode(encoding))
    template = JinjaTemplate(folder / "t.html")
    assert template.render({"word": "cat"}) == "ü<p>é</p>cat\n"
    assert "<p>é</p>" in template.text_with_includes()


def test_an_include_in_latin_1_is_named_with_its_line(folder: Path) -> None:
    (folder / "part.html").write_bytes(b"<p>\n\xe9</p>")
    (folder / "t.html").write_text('{% include "part.html" %}')
    with pytest.raises(Problems) as caught:
        JinjaTemplate(folder / "t.html").render({})
    [problem] = caught.value.problems
    assert problem.where.endswith("part.html, line 2") and "0xe9" in problem.what and problem.hint


def test_templates_that_extend_each_other_are_reported(folder: Path) -> None:
    (folder / "a.html").write_text("{% extends 'b.html' %}{% block x %}{% endblock %}")
    (folder / "b.html").write_text("{% extends 'c.html' %}")
    (folder / "c.html").write_text("{% extends 'b.html' %}{% block x %}{% endblock %}")
    template = JinjaTemplate(folder / "a.html")
    assert template.unshown_parts() == []
    with pytest.raises(Problems, match="nested too deeply"):
        template.render({})


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("{% foo %}", "there is no tag {% foo %}"),
        ("{{ x", "}} is expected here, not the end of the template"),
        ("{% if a %}", "{% if %} is not closed"),
        ("{% endif %}", "{% endif %} closes a block that is not open"),
        ("{% if x %}{% endfor %}", "{% endfor %} is inside of {% if %}, which is not closed"),
        ("{{ a b }}", "}} is expected here, not b"),
        ("{% for x %}{% endfor %}", "in is expected here, not %}"),
        ("{{ x | nope }}", "there is no filter nope"),
        ("{{ x is nope }}", "there is no test nope"),
        ("{{ 'a }}", 'the character "\'" is not allowed here'),
        ("{{ 1 + }}", "}} is not expected here"),
        ("{{ x.y() }", "} is not expected here"),
        ("{# x", "a comment block is not closed"),
        ("{% set 3 = 4 %}", "only a name can be set"),
        ("{{ a | }}", "a name is expected here, not }}"),
    ],
)
def test_mistakes_of_syntax_are_said_in_plain_words(folder: Path, text: str, what: str) -> None:
    path = folder / "t.html"
    path.write_text("\n" + text)
    with pytest.raises(Problems) as caught:
        JinjaTemplate(path)
    assert [(problem.where, problem.what) for problem in caught.value.problems] == [(f"{path}, line 2", what)]
