"""Exceptions of the expressions of a template."""

import re
from pathlib import Path
from typing import Any

import pytest

from simpleturk.batch.templates.errors.evaluation import evaluation_error
from simpleturk.batch.templates.jinja import JinjaTemplate
from simpleturk.errors import Problem, Problems
from tests.conftest import Files, Run

VALUE: dict[str, Any] = {"name": "x", "n": 3, "list": [1, 2], "object": {"k": 1}, "none": None}

#: The names of Python's exceptions and types, and its words for them.
RAW = re.compile(r"[A-Z]\w*(?:Error|Exception)\b|'(?:int|str|list|dict|NoneType)'|\bNone\b|positional|iterable|operand")


def problem(folder: Path, text: str) -> Problem:
    (folder / "t.html").write_text(f"first line\n{text}\n", encoding="utf-8")
    with pytest.raises(Problems) as caught:
        JinjaTemplate(Path("t.html")).render(VALUE)
    [found] = caught.value.problems
    return found


@pytest.mark.parametrize(
    ("text", "what", "hint"),
    [
        ('{{ 1 + "a" }}', "+ cannot be used with a number and a text", "join texts and numbers with ~"),
        ("{{ name + n }}", "+ cannot be used with a text and a number", "join texts and numbers with ~"),
        ("{{ name - n }}", "- cannot be used with a text and a number", "{{ value | float }}"),
        ("{{ name * name }}", "* needs a number, not a text", "{{ value | float }}"),
        ("{{ none + n }}", "+ cannot be used with null and a number", "default(0, true)"),
        ("{{ list + n }}", "+ cannot be used with a list and a number", "join two lists with +"),
        ("{{ n / 0 }}", "a number is divided by 0", "if b else 0"),
        ("{{ n % 0 }}", "a number is divided by 0", "if b else 0"),
        ("{{ 10.0 ** 1000 }}", "a number is too large", "smaller"),
        ("{{ name < n }}", "a text and a number cannot be compared or sorted", "{{ value | float }}"),
        ("{{ [1, name] | sort }}", "a text and a number cannot be compared or sorted", "{{ value | float }}"),
        ("{{ n in n }}", "in needs a list, a text or an object, not a number", "list"),
        ("{{ -name }}", "a sign such as - needs a number, not a text", "{{ value | float }}"),
        ("{{ n() }}", "templates cannot call a number: only macros, functions and methods", "filters"),
        ("{% for x in n %}{% endfor %}", "a number is used where a list is needed", "a list"),
        ("{% for k, v in object %}{% endfor %}", "a list has another number of items than names", ".items()"),
        ("{{ n | length }}", "a number has no length", "a list"),
        ("{{ name | round }}", "round needs a number, not a text", "{{ value | float }}"),
        ("{{ name | replace('x') }}", "replace needs new", "builtin-filters"),
        ("{{ name | upper(1) }}", "upper gets too many arguments", "builtin-filters"),
        ("{{ name | indent(size=1) }}", "indent has no argument size", "builtin-filters"),
        ("{{ range() }}", "range needs another argument", ""),
        ("{{ list | dictsort }}", "a list is used where an object is needed", ""),
        ("{{ list | map('nope') | list }}", "there is no filter nope", ""),
        ("{{ '%d' | format(name) }}", "%d in a format needs a number", "{{ value | float }}"),
        ("{{ '%s %s' | format(name) }}", "a format has more places than values", "as many values as places"),
        ("{{ '{x}'.format(1) }}", "a format has a place for a value that it does not get", "as many values"),
        ("{{ [] | first }}", "a list is empty, and one item of it is used", "{% if items %}"),
        ("{{ name.index('z') }}", "index does not find the value", "in"),
        ("{{ {list: 1} }}", "a list cannot be the key of an object", "text"),
        ("{% set n.x = 1 %}", "an attribute can be set only on a namespace", "namespace()"),
        ("{% macro m(x) %}{{ x }}{% endmacro %}{{ m() }}", "a macro is called without its argument x", ""),
        ("{{ nothing }}", "the input has no 'nothing'", 'nothing | default("")'),
        ("{{ object.z }}", "this part of the input has no 'z'", ""),
        ("{{ n.z }}", "a number has no 'z'", ""),
        ("{{ list[9] }}", "a list has no item 9: it has 2, and the first is 0", ""),
        ("{{ task.input.name }}", "the input has no 'task'", "write input.name"),
        ("{{ loop.index }}", "the input has no 'loop'", "{% for … %}"),
    ],
)
def test_a_failing_expression_has_a_sentence_and_a_way_on(folder: Path, text: str, what: str, hint: str) -> None:
    found = problem(folder, text)
    assert (found.where, found.what) == ("t.html, line 2", what)
    assert hint in (found.hint or "")
    assert not RAW.search(found.what)


def test_an_unknown_exception_keeps_its_message_and_its_name() -> None:
    assert evaluation_error(ValueError("new in Python")) == ("an expression fails: new in Python (ValueError)", "")


@pytest.mark.parametrize("command", ["launch", "check", "render-template"])
def test_commands_name_the_line_of_the_template_and_that_of_the_input(
    batch_files: Files, run: Run, command: str
) -> None:
    batch_files('{"a": 1}\n{"a": "x"}\n', template='<form>\n{{ a + 1 }}\n<input name="b"></form>\n')
    result = run(command, *(["--line", "2"] if command == "render-template" else []))
    assert result.exit_code == 1
    assert (
        "template.html, line 2: + cannot be used with a text and a number (for inputs.jsonl, line 2)" in result.stderr
    )
    assert "hint: join texts and numbers with ~" in result.stderr
    assert not RAW.search(result.stderr) and result.stdout == ""
