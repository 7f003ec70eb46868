"""check: each rule on a template that breaks it, silence on what ships, and what a launch makes of it."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simpleturk.batch.lint.html import read_markup
from simpleturk.commands.init import copy_example, examples
from tests.conftest import Files, Run, records

HEAD = "<!doctype html>\n<title>T</title>\n"
FORM = '<form action="https://www.mturk.com/mturk/externalSubmit">\n<p>{{ input.word }}</p>\n'
END = "<button>Submit</button>\n</form>\n"

#: Rule, whether it is an error, template, and where and what is said.
BROKEN = {
    "no form": ("no-submit", True, HEAD + "<p>{{ input.word }}</p>\n", "", "the page has no form"),
    "no button": (
        "no-submit",
        True,
        HEAD + FORM + '<textarea name="a"></textarea>\n</form>\n',
        "line 3, column 1",
        "the form has no submit button",
    ),
    "only a line": (
        "no-submit",
        False,
        HEAD + FORM + '<input name="a">\n</form>\n',
        "line 3, column 1",
        "the form has no submit button",
    ),
    "no field": ("no-fields", True, HEAD + FORM + END, "line 3, column 1", "the form has no field"),
    "hidden only": (
        "no-fields",
        True,
        HEAD + FORM + '<input type="hidden" name="assignmentId">\n' + END,
        "line 3, column 1",
        "the form has no field",
    ),
    "include without an answer": (
        "no-fields",
        True,
        HEAD + '{{ input.word }}\n{% include "simpleturk.html" %}\n<script>simpleturk.setupSubmit();</script>\n',
        None,
        "the form has no field",
    ),
    "no name": (
        "unnamed-field",
        True,
        HEAD + FORM + '<input name="a">\n  <select><option>x</select>\n' + END,
        "line 6, column 3",
        "<select> has no name",
    ),
    "two ids": (
        "duplicate-id",
        False,
        HEAD + FORM + '<input name="a" id="x">\n<p id="x">y</p>\n' + END,
        "line 6, column 1",
        "the id 'x' is also used by the <input> in line 5",
    ),
    "unclosed": (
        "nesting",
        False,
        HEAD + FORM + '<input name="a">\n<div><b>bold</div>\n' + END,
        "line 6, column 6",
        "<b> is not closed before </div>",
    ),
    "crossed": (
        "nesting",
        False,
        HEAD + FORM + '<input name="a">\n<b>x<i>y</b>z</i>\n' + END,
        "line 6, column 5",
        "<i> is not closed before </b>",
    ),
    "stray": (
        "nesting",
        False,
        HEAD + FORM + '<input name="a">\n</section>\n' + END,
        "line 6, column 1",
        "</section> has no start tag",
    ),
    "a block in a paragraph": (
        "nesting",
        False,
        HEAD + FORM + '<input name="a">\n<p><ul><li>x</ul></p>\n' + END,
        "line 6, column 18",
        "</p> has no open <p>",
    ),
    "swallowed": (
        "nesting",
        True,
        HEAD + FORM + '<input name="a">\n' + END + '<textarea name="b">\n',
        "line 8, column 1",
        "<textarea> is not closed before the end of the page",
    ),
    "nested forms": (
        "nesting",
        False,
        HEAD + FORM + '<form><input name="a">\n' + END + "</form>\n",
        "line 5, column 1",
        "a form is inside another form",
    ),
    "http": (
        "reference",
        False,
        HEAD + FORM + '<input name="a">\n<script src="http://example.org/jquery.js"></script>\n' + END,
        "line 6, column 1",
        "is http:",
    ),
    "file": (
        "reference",
        True,
        HEAD + FORM + '<input name="a">\n<img alt="x" src="file:///home/ann/cat.png">\n' + END,
        "line 6, column 1",
        "is a file on your computer",
    ),
    "relative": (
        "reference",
        True,
        HEAD + FORM + '<input name="a">\n<img alt="x" src="cat.png">\n' + END,
        "line 6, column 1",
        "has no host",
    ),
    "style": (
        "reference",
        False,
        HEAD
        + "<style>\np { background: url('http://example.org/x.png') }\n</style>\n"
        + FORM
        + '<input name="a">'
        + END,
        "line 4",
        "is http:",
    ),
    "dead host": (
        "reference",
        True,
        HEAD + FORM + '<input name="a">\n<img alt="" src="https://www.mturk.com/media/logo.png">\n' + END,
        "line 6, column 1",
        "which is closed",
    ),
    "no text": (
        "no-alt",
        False,
        HEAD + FORM + '<input name="a">\n<img src="https://example.org/cat.png">\n' + END,
        "line 6, column 1",
        "<img> has no text",
    ),
    "one name, two fields": (
        "collision",
        False,
        HEAD + FORM + '<input name="a">\n<textarea name="a"></textarea>\n' + END,
        "line 6, column 1",
        "the name 'a' is also used by the field in line 5",
    ),
    "one value, two options": (
        "collision",
        False,
        HEAD + FORM + '<input type="radio" name="a" value="y">\n<input type="radio" name="a" value="y">\n' + END,
        "line 6, column 1",
        "two options of 'a' have the value 'y'",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_each_rule_is_told_with_the_line(batch_files: Files, run: Run, case: str) -> None:
    rule, is_error, template, where, what = BROKEN[case]
    batch_files([{"word": "cat"}], template=template)
    result = run("check", "--json")
    found = records(result.stdout)
    [finding] = [one for one in found if what in one["what"]]
    assert (finding["rule"], finding["level"]) == (rule, "error" if is_error else "warning")
    if where is not None:
        assert finding["where"] == "template.html" + (f", {where}" if where else ", line 1, column 1") or not where
    assert finding["hint"]
    assert result.exit_code == int(any(one["level"] == "error" for one in found))
    assert [one["rule"] for one in found if one["rule"] != rule] == []


def test_a_line_of_an_include_is_told_with_its_file(batch_files: Files, run: Run) -> None:
    Path("part.html").write_text("\n\n<input name=a>\n  <img src='https://example.org/x.png'>\n")
    batch_files([{"word": "cat"}], template=HEAD + FORM + '{% include "part.html" %}\n' + END)
    assert "part.html, line 4, column 3: <img> has no text" in run("check").stderr


EXTENDS = '{% extends "simpleturk/page.html" %}\n{% import "simpleturk/fields.html" as field %}\n'


def test_what_a_page_would_never_show_is_told(batch_files: Files, run: Run) -> None:
    blocks = '{% block title %}T{% endblock %}\n{% block tsak %}\n{{ field.text("a", input.word) }}\n{% endblock %}\n'
    batch_files([{"word": "cat"}], template=EXTENDS + blocks + "\n<p>outside</p>\n")
    result = run("check")
    assert "error: template.html, line 4: simpleturk/page.html has no block 'tsak'" in result.stderr
    assert "hint: did you mean task?" in result.stderr
    assert "error: template.html, line 8: content outside the blocks" in result.stderr
    assert "the form has no field: workers cannot answer [no-fields]" in result.stderr


def test_a_macros_mistake_is_told_where_it_was_called(batch_files: Files, run: Run) -> None:
    body = '\n{{ field.text("a", "A") }}\n\n{{ field.text("a", "B") }}\n{{ field.text("", "C") }}\n'
    batch_files([{"word": "cat"}], template=EXTENDS + "{% block task %}{{ input.word }}" + body + "{% endblock %}")
    result = run("check")
    assert "template.html, line 6: the name 'a' is also used by the field in line 4" in result.stderr
    assert "error: template.html, line 7: <input> has no name" in result.stderr
    for wrong, said in (
        ('field.chioce("a", "A", [])', "there is no 'chioce' in what was imported; did you mean choice?"),
        ('field.text("a", "A", requird=false)', "macro 'text' takes no keyword argument 'requird'"),
        ('field.text(label="A")', "parameter 'name' was not provided"),
    ):
        batch_files([{"word": "cat"}], template=EXTENDS + "{% block task %}\n{{ " + wrong + " }}{% endblock %}")
        assert f"error: template.html, line 4: {said}" in run("check").stderr


def test_lines_are_the_templates_also_behind_loops_and_comments(batch_files: Files, run: Run) -> None:
    loop = "{# one\ntwo #}\n{% for n in range(5) -%}\n\n<br>\n{%- endfor %}\n"
    batch_files([{"word": "a\nb\nc"}], template=HEAD + FORM + loop + "<input name=a>\n<img>\n" + END)
    assert "template.html, line 12, column 1: <img> has no text" in run("check").stderr


def test_a_projects_holes_are_checked_with_the_files_lines(folder: Path, batch_files: Files, run: Run) -> None:
    batch_files([{"word": "x"}])
    Path("p.html").write_text("<p>${word}</p>\n<p>${word}</p>\n<img src='${word}'>\n<input>\n")
    Path("p.csv").write_text('word\n"one\ntwo"\n')
    result = run("check", "--template", "p.html", "--inputs", "p.csv")
    assert "p.html, line 3, column 1: <img> has no text" in result.stderr
    assert "p.html, line 4, column 1: <input> has no name" in result.stderr


def test_what_a_value_brings_is_told_of_every_line(batch_files: Files, run: Run) -> None:
    inputs = [{"word": "cat", "image": f"https://example.org/{n}.png"} for n in range(300)]
    inputs[250]["image"] = "http://example.org/x.png"
    inputs[270]["image"] = "file:///tmp/x.png"
    batch_files(inputs, template=HEAD + FORM + '<input name="a"><img alt="" src="{{ input.image }}">' + END)
    result = run("check")
    assert "'http://example.org/x.png' is http:" in result.stderr or "[reference] (for inputs.jsonl, line 271)" in (
        result.stderr
    )
    result = run("check", "--json")
    assert {one["input"] for one in records(result.stdout)} == {"inputs.jsonl, line 251", "inputs.jsonl, line 271"}
    assert result.exit_code == 1


def test_what_only_later_lines_bring_is_told(batch_files: Files, run: Run) -> None:
    options = '{% for one in input.options %}<input type="radio" name="a" value="{{ one }}">{% endfor %}'
    batch_files(
        [
            {"image": "https://example.org/a.png", "options": ["a", "b"]},
            {"image": "pics/b.png", "options": ["a", "b"]},
            {"image": "C:\\\\a.png", "options": ["a", "a"]},
        ],
        template=HEAD + '<form><img alt="" src="{{ input.image }}">' + options + END,
    )
    found = [(one["rule"], one["input"]) for one in records(run("check", "--json").stdout)]
    assert ("reference", "inputs.jsonl, line 2") in found and ("reference", "inputs.jsonl, line 3") in found
    assert ("collision", "inputs.jsonl, line 3") in found


def test_a_script_or_style_of_ones_own_is_told_to_go_into_the_page(batch_files: Files, run: Run) -> None:
    Path("my.js").write_text("1")
    for source in ("my.js", "{{ asset('my.js') }}"):
        batch_files([{"word": "x"}], template=HEAD + FORM + f'<input name="a"><script src="{source}"></script>' + END)
        result = run("check")
        assert result.exit_code == 1 and "include it in the page: <script>{% include" in result.stderr


def test_an_address_that_is_none_is_told(batch_files: Files, run: Run) -> None:
    batch_files([{"word": "x"}], template=HEAD + FORM + '<input name="a"><script src="http://["></script>' + END)
    assert "'http://[' is not a valid address" in run("check").stderr


def test_captured_text_keeps_the_lines(batch_files: Files, run: Run) -> None:
    capture = '{% set k %}img{% endset %}{% if k == "img" %}\n<img>{% endif %}{% filter trim %} x {% endfilter %}\n'
    batch_files([{"word": "cat"}], template=HEAD + FORM + capture + '<input name="a">' + END)
    assert "template.html, line 6, column 1: <img> has no text" in run("check").stderr


def test_a_mistake_of_many_lines_is_told_once(batch_files: Files, run: Run) -> None:
    batch_files(
        [{"word": "cat", "extra": bool(n % 2)} for n in range(40)],
        template=HEAD + FORM + "{% if input.extra %}<img>{% endif %}<input name=a>" + END,
    )
    found = records(run("check", "--json").stdout)
    assert [(one["rule"], one["input"]) for one in found] == [("no-alt", "inputs.jsonl, line 2")]


def test_a_value_that_no_page_speaks_of_is_told(batch_files: Files, run: Run) -> None:
    template = HEAD + FORM + '<input name="a">' + END
    batch_files([{"word": "cat", "colour": "red", "id": 7, "item_id": "x"}], template=template)
    result = run("check")
    assert "warning: inputs.jsonl, line 1: the template does not use 'colour' [unused]" in result.stderr
    assert "item_id" not in result.stderr and result.exit_code == 0
    # A page that takes the whole input may use anything.
    batch_files([{"word": "cat", "colour": "red"}], template=template + "<script>let x = {{ input|tojson }}</script>")
    assert "unused" not in run("check").stderr


def test_a_variable_that_a_line_lacks_and_a_size_beyond_the_limit_are_told(batch_files: Files, run: Run) -> None:
    batch_files(
        [{"word": "cat"}, {"wrod": "dog"}, {"word": "x" * 70_000}],
        template=HEAD + FORM + '<img src="https://example.org/x.png"><input name="a">' + END,
    )
    result = run("check", "--prod")
    assert result.exit_code == 1
    assert "template.html, line 4: the input has no 'word'; did you mean wrod? (for inputs.jsonl, line 2)" in (
        result.stderr
    )
    assert "line 5, column 1: <img> has no text" in result.stderr
    assert "inputs.jsonl, line 3: the question has 70," in result.stderr


def test_properties_that_nobody_here_meets_are_told(batch_files: Files, run: Run) -> None:
    batch_files([{"word": "cat"}], HitsApproved=500)
    result = run("check")
    assert "warning: properties.json: no worker known to the local marketplace meets HitsApproved" in result.stderr
    assert (result.exit_code, run("check", "--strict").exit_code) == (0, 1)


@pytest.mark.parametrize("name", examples())
def test_it_is_silent_on_what_ships(folder: Path, run: Run, name: str) -> None:
    copy_example(name, folder)
    result = run("check", "--strict", "--database", "market.db")
    assert result.exit_code == 0, result.stderr
    assert ": nothing found; " in result.stderr and len(result.stderr.splitlines()) == 1


def test_a_launch_refuses_a_page_that_cannot_be_submitted_unless_told_otherwise(batch_files: Files, run: Run) -> None:
    batch_files([{"word": "cat"}], template="<p>{{ input.word }}</p>")
    result = run("launch")
    assert result.exit_code == 1 and "the page has no form" in result.stderr
    assert "hint: nothing was created; simpleturk check looks at every input" in result.stderr
    assert not Path("hit_ids.txt").exists() and not Path("hit_ids.batch.json").exists()
    assert run("launch", "--no-check").exit_code == 0


def test_a_launch_warns_and_goes_on(batch_files: Files, run: Run) -> None:
    batch_files([{"word": "cat"}], template=HEAD + FORM + '<input name="a"><img src="https://example.org/x.png">' + END)
    result = run("launch")
    assert result.exit_code == 0 and "warning: template.html, line 5" in result.stderr


PAGES_THAT_SCRIPTS_MAKE = [
    '<div id="root"></div><script>document.getElementById("root").innerHTML = build()</script>{{ input.word }}',
    '{{ input.word }}<div id=root></div><script src="https://example.org/app.js"></script>',
    '{{ input.word }}<script src="https://assets.crowd.aws/crowd-html-elements.js"></script>'
    "<crowd-form><crowd-input name=a></crowd-input></crowd-form>",
    '{{ input.word }}<form id="f"><textarea name="a"></textarea><button type=button onclick="f.submit()">x</button>'
    "</form>",
    '{{ input.word }}<form><input type="hidden" name="assignmentId"><button name="a" value="yes">Yes</button></form>',
    "{{ input.word }}<form><input type=hidden name=out id=out><input type=submit></form>"
    '<script>document.getElementById("out").value = 1</script>',
    '{{ input.word }}{% include "simpleturk.html" %}<input id=a><script>simpleturk.setOutput(a.value)</script>',
    '{{ input.word }}<svg viewBox="0 0 1 1"><path d="M0 0"/><g/></svg><form><input name=a><button>x</button></form>',
    "{{ input.word }}<form><table><tr><td><input name=a><td>x<tr><td>y</table><button>x</button></form>",
    '{{ input.word }}<base href="https://example.org/"><form><img alt="" src="a.png"><input name=a>'
    "<button>x</button></form>",
    '{{ input.word }}<form><img alt="" src="https://x.org/a" srcset="https://x.org/w_200,h_100/a.jpg 1x, data:,x 2x">'
    '<div data="42"></div><textarea name=a></textarea><button formaction="submit">x</button></form>',
    "{{ input.word }}<form><select onchange='speed(this.value)'><option>1</select><textarea name=a></textarea>"
    "<button>x</button></form>",
    '{{ input.word }}<script type="module">import {h, render} from "https://esm.sh/preact"; render(h("form"))</script>',
    "{{ input.word }}<form><p>a<p>b<ul><li>x<li>y</ul><select name=a><option>1<option>2</select><button>x</button>"
    "</form>",
]


@pytest.mark.parametrize("template", PAGES_THAT_SCRIPTS_MAKE)
def test_what_may_be_meant_is_no_finding(batch_files: Files, run: Run, template: str) -> None:
    batch_files([{"word": "cat"}], template="<!doctype html><title>T</title>" + template)
    result = run("check", "--strict")
    assert result.exit_code == 0, result.stderr


def test_xml_and_external_pages_have_no_markup_to_check(batch_files: Files, run: Run) -> None:
    batch_files([{"word": "cat"}], ExternalURL="https://example.org/{{ input.word }}")
    assert run("check").exit_code == 0


TAGS = st.sampled_from("div p b i form table tr td li ul option select textarea script svg br img input a".split())


@given(
    st.lists(st.one_of(TAGS.map("<{}>".format), TAGS.map("</{}>".format), st.sampled_from(["x", "<", "&amp;", "<!--"])))
)
@settings(max_examples=300, deadline=None)
def test_any_page_can_be_read(pieces: list[str]) -> None:
    page = "".join(pieces)
    found = read_markup(page)
    assert all(0 <= one.offset < len(page) for one in found.nesting)
    assert all(page[one.offset] == "<" for one in found.elements)


@given(st.text(max_size=300))
@settings(max_examples=300, deadline=None)
def test_any_text_can_be_read(page: str) -> None:
    read_markup(page)


def test_its_findings_are_json_lines(batch_files: Files, run: Run) -> None:
    batch_files([{"word": "cat"}], template=HEAD + FORM + "<img>" + END)
    for line in run("check", "--json").stdout.splitlines():
        assert list(json.loads(line)) == ["level", "rule", "where", "what", "hint", "input", "more"]
