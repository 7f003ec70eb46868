"""The rules: each one on a template that breaks it, and no finding on pages that are right."""

from pathlib import Path

import pytest

from simpleturk.batch.lint.rules import PAGE_RULES, RULES, Rule
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
        HEAD + FORM + '<input name="a">\n<script src="https://www.mturk.com/media/page.js"></script>\n' + END,
        "line 6, column 1",
        "which is closed",
    ),
    "a picture of a dead host": (
        "reference",
        False,
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


def test_every_rule_for_pages_has_a_broken_template_here() -> None:
    assert {case[0] for case in BROKEN.values()} == set(PAGE_RULES)


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_every_rule_says_in_a_sentence_what_it_finds(rule: Rule) -> None:
    assert rule.summary[0].isupper() and rule.summary.endswith(".") and len(rule.summary) < 200


@pytest.mark.parametrize("case", BROKEN)
def test_each_rule_reports_the_line_of_the_mistake(batch_files: Files, run: Run, case: str) -> None:
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


EXTENDS = '{% extends "simpleturk/page.html" %}\n{% import "simpleturk/fields.html" as field %}\n'


def test_block_finds_content_that_no_page_shows(batch_files: Files, run: Run) -> None:
    blocks = '{% block title %}T{% endblock %}\n{% block tsak %}\n{{ field.text("a", input.word) }}\n{% endblock %}\n'
    batch_files([{"word": "cat"}], template=EXTENDS + blocks + "\n<p>outside</p>\n")
    result = run("check")
    assert "error: template.html, line 4: simpleturk/page.html has no block 'tsak'" in result.stderr
    assert "hint: did you mean task?" in result.stderr
    assert "error: template.html, line 8: content outside the blocks" in result.stderr
    assert "the form has no field: workers cannot answer [no-fields]" in result.stderr


def test_a_mistake_in_a_shipped_macro_is_reported_at_its_call(batch_files: Files, run: Run) -> None:
    body = '\n{{ field.text("a", "A") }}\n\n{{ field.text("a", "B") }}\n{{ field.text("", "C") }}\n'
    batch_files([{"word": "cat"}], template=EXTENDS + "{% block task %}{{ input.word }}" + body + "{% endblock %}")
    result = run("check")
    assert "template.html, line 6: the name 'a' is also used by the field in line 4" in result.stderr
    assert "error: template.html, line 7: <input> has no name" in result.stderr
    for wrong, said in (
        ('field.chioce("a", "A", [])', "the imported template has no 'chioce'; did you mean choice?"),
        ('field.text("a", "A", requird=false)', "the macro text has no argument requird"),
        ('field.text(label="A")', "a macro is called without its argument name"),
    ):
        batch_files([{"word": "cat"}], template=EXTENDS + "{% block task %}\n{{ " + wrong + " }}{% endblock %}")
        assert f"error: template.html, line 4: {said}" in run("check").stderr


def test_reference_suggests_to_include_a_local_script(batch_files: Files, run: Run) -> None:
    Path("my.js").write_text("1")
    for source in ("my.js", "{{ asset('my.js') }}"):
        batch_files([{"word": "x"}], template=HEAD + FORM + f'<input name="a"><script src="{source}"></script>' + END)
        result = run("check")
        assert result.exit_code == 1 and "include it in the page: <script>{% include" in result.stderr


def test_reference_finds_an_invalid_address(batch_files: Files, run: Run) -> None:
    batch_files([{"word": "x"}], template=HEAD + FORM + '<input name="a"><script src="http://["></script>' + END)
    assert "'http://[' is not a valid address" in run("check").stderr


def test_unused_finds_a_value_that_the_template_does_not_use(batch_files: Files, run: Run) -> None:
    template = HEAD + FORM + '<input name="a">' + END
    batch_files([{"word": "cat", "colour": "red", "id": 7, "item_id": "x"}], template=template)
    result = run("check")
    assert "warning: inputs.jsonl, line 1: the template does not use 'colour' [unused]" in result.stderr
    assert "item_id" not in result.stderr and result.exit_code == 0
    # A page that takes the whole input may use anything.
    batch_files([{"word": "cat", "colour": "red"}], template=template + "<script>let x = {{ input|tojson }}</script>")
    assert "unused" not in run("check").stderr


CORRECT_PAGES = [
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


#: Pages that can be answered and submitted, although something in them may be a mistake.
DOABLE_PAGES = {
    "a style sheet of Amazon's": '<link rel="stylesheet" href="https://s3.amazonaws.com/mturk-public/bs30/css/bootstrap.'
    'min.css"><form><input name=a><button>x</button></form>',
    "a local style sheet": '<link rel="stylesheet" href="my.css"><form><input name=a><button>x</button></form>',
    "a background": '<body background="a.png"><p style="background: url(b.png)"><form><input name=a><button>x</button>',
    "a logo": '<form><img src="https://requester.mturk.com/logo.png" alt="Logo"><input name=a>'
    "<button>x</button></form>",
    "Bootstrap's script": '<script src="https://s3.amazonaws.com/mturk-public/bs30/js/bootstrap.min.js"></script>'
    "<form><input name=a><button>x</button></form>",
    "an action that a script changes": '<form action="https://www.mturk.com/mturk/submit"><input name=a>'
    "<button>x</button></form><script>document.forms[0].action = turkSubmitTo + '/mturk/externalSubmit'</script>",
    "submitted by another name": "<form id=f><textarea name=a></textarea><p id=go>x</p></form>"
    "<script>go.onclick = function () { HTMLFormElement.prototype.submit.call(f); }</script>",
    "a click on a hidden button": "<form id=f><textarea name=a></textarea><p onclick='g.click()'>x</p></form>",
    "no form but fetch": "<p onclick=\"fetch(gup('turkSubmitTo') + '/mturk/externalSubmit?a=1')\">x</p>",
    "an answer by position": "<form id=f><input type=hidden name=a><button>x</button></form>"
    "<script>f.elements[0].value = 'x'</script>",
    "a listener of formdata": "<form id=f><button>x</button></form>"
    "<script>f.addEventListener('formdata', function (e) { e.formData.set('a', 1) })</script>",
    "a text to read in a field": "<form><textarea readonly>text</textarea><input disabled value=1><input name=a>"
    "<button>x</button></form>",
    "a box that confirms": "<form><input type=checkbox required>I agree<textarea name=a></textarea><button>x</button>"
    "</form>",
    "a search elsewhere": '<form action="https://www.google.com/search" target="_blank"><input name=q>'
    "<button>x</button></form><form><input name=a><button>x</button></form>",
    "two whole answers": "<form action='/mturk/externalSubmit'><input name=a><button>x</button></form>"
    "<form action='/mturk/externalSubmit'><input name=b><button>y</button></form>",
    "a list that a later field closes": "<form><table><tr><td><select name=a><option>1</td></tr></table>"
    "<input name=b><button>x</button></form>",
    "questions that a script shows in turn": "<form><input type=radio name=a value=1><input type=radio name=a value=2>"
    "<p hidden><input type=radio name=a value=1><input type=radio name=a value=2></p><button>x</button></form>"
    "<script>show()</script>",
    "boxes of two questions": "<form>"
    + "<input type=checkbox name=a value=1><input type=checkbox name=a value=2>" * 2
    + "<button>x</button></form>",
}


@pytest.mark.parametrize("kind", DOABLE_PAGES)
def test_a_page_that_can_be_done_has_no_errors(batch_files: Files, run: Run, kind: str) -> None:
    batch_files([{"word": "cat"}], template="<!doctype html><title>T</title>{{ input.word }}" + DOABLE_PAGES[kind])
    result = run("check")
    assert result.exit_code == 0, result.stderr


@pytest.mark.parametrize("template", CORRECT_PAGES)
def test_correct_pages_have_no_findings(batch_files: Files, run: Run, template: str) -> None:
    batch_files([{"word": "cat"}], template="<!doctype html><title>T</title>" + template)
    result = run("check", "--strict")
    assert result.exit_code == 0, result.stderr


def test_two_questions_with_one_name_are_one_error_at_the_second(batch_files: Files, run: Run) -> None:
    choice = '{{ field.choice("a", "A", ["yes", "no", "maybe"]) }}\n'
    text = '{{ field.text("a", "A", hint="h") }}\n'
    for first, second in ((choice, choice), (text, text), (choice, text), (text, choice)):
        body = (
            "{% block title %}T{% endblock %}{% block instructions %}{{ input.word }}{% endblock %}{% block task %}\n"
        )
        batch_files([{"word": "cat"}], template=EXTENDS + body + first + second + "{% endblock %}")
        result = run("check")
        error = (
            "template.html, line 5: the name 'a' is also used by the field in line 4: one of the two answers is lost"
        )
        assert result.stderr.startswith(f"error: {error} [collision]"), result.stderr
        assert result.stderr.count("error: ") == 1 and "warning" not in result.stderr


def test_boxes_and_options_of_one_question_may_share_its_name(batch_files: Files, run: Run) -> None:
    options = "".join(f'<input type="checkbox" name="a" value="{value}">' for value in "xyz")
    batch_files([{"word": "cat"}], template=HEAD + FORM + options + END)
    assert "collision" not in run("check").stderr
