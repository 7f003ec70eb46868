"""No template leaves its values, wherever it is rendered, and no page costs more than its bound."""

import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from simpleturk.batch.templates.external_url import ExternalPage
from simpleturk.batch.templates.jinja import JinjaTemplate
from simpleturk.errors import Problem, Problems
from tests.conftest import PROPERTIES

#: Each would run a command, or read what is not in the input.
ESCAPES = """
{{ lipsum.__globals__['os'].popen('id').read() }}
{{ cycler.__init__.__globals__.os }}
{{ joiner.__init__ }}
{{ input.__class__.__mro__ }}
{{ input|attr('__class__') }}
{{ ''['__class__'] }}
{{ ['']|map(attribute='__class__')|list }}
{{ ['']|map('attr', '__class__')|list }}
{{ '{0.__class__}'.format(1) }}
{{ '{0[__class__]}'.format(1) }}
{{ '{x.__class__}'.format_map({'x': 1}) }}
{{ ('{0.__class__}'|safe).format(1) }}
{% set f = '{0.__class__}'.format %}{{ f(1) }}
{{ ''.format.__self__.__class__ }}
{{ ''.format.__call__ }}
{{ self._TemplateReference__context }}
{{ self['_TemplateReference__context'] }}
{{ asset.folders }}
{{ asset.__call__.__globals__ }}
{{ range.__globals__ }}
{{ dict.mro() }}
{{ namespace.__init__.__globals__ }}
{{ namespace()._Namespace__attrs }}
{{ missing.__class__ }}
{{ missing._undefined_obj }}
{{ missing|attr('_undefined_exception') }}
{% macro m() %}{% endmacro %}{{ m._func.__globals__ }}
{% macro m() %}{% endmacro %}{{ m|attr('_environment') }}
{% for x in [1] %}{{ loop._recurse }}{{ loop._undefined }}{% endfor %}
{% for x in [1] %}{{ loop.cycle.__func__ }}{% endfor %}
{{ input.items.__self__ }}
{{ ([1]|map('int')).gi_frame.f_globals }}
{{ ('<b>'|safe).escape.__func__ }}
{{ (1).real.__class__ }}
{{ [1].append(2) }}
{{ input.update({'a': 1}) }}
{{ input['clear']() }}
{{ [1]|map('cost of step', -100)|list }}
{{ {}.fromkeys([1]) }}
{{ 'x'.encode('punycode') }}
{{ 'x'.encode('idna') }}
{{ 'x'.encode('ascii', 'namereplace') }}
{{ 'x'.encode().decode('punycode') }}
{{ 'x'.encode().decode(encoding='unicode_escape') }}
{{ '%((a))900000000s' % {'(a)': 'x'} }}
{{ '%((a))900000000s'|format(**{'(a)': 'x'}) }}
""".strip().splitlines()


def render(folder: Path, source: str, value: Any = None) -> str:
    (folder / "t.html").write_text(source)
    return JinjaTemplate(folder / "t.html").render({"a": 1} if value is None else value)


def problem(folder: Path, source: str, value: Any = None) -> Problem:
    with pytest.raises(Problems) as caught:
        render(folder, source, value)
    [found] = caught.value.problems
    return found


@pytest.mark.parametrize("source", ESCAPES)
def test_a_template_cannot_leave_the_values_of_its_input(folder: Path, source: str) -> None:
    found = problem(folder, "\n" + source)
    assert found.where.endswith("t.html, line 2")


def test_a_template_that_runs_commands_is_refused_by_the_command(folder: Path) -> None:
    (folder / "t.html").write_text("<p>\n{{ lipsum.__globals__['os'].popen('echo hacked').read() }}")
    (folder / "i.jsonl").write_text('{"a": 1}\n')
    command = [sys.executable, "-m", "simpleturk", "render-template", "--template", "t.html", "--inputs", "i.jsonl"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)
    assert done.returncode == 1 and "hacked" not in done.stdout + done.stderr
    assert "error: t.html, line 2: templates cannot read the attribute '__globals__'" in done.stderr
    assert "hint: " in done.stderr


def test_a_task_folder_with_an_endless_template_is_refused_by_check(folder: Path) -> None:
    (folder / "t.html").write_text("<form>\n{% for i in range(10**9) %}{{ 'a' * 10**9 }}{% endfor %}</form>")
    (folder / "i.jsonl").write_text('{"a": 1}\n')
    (folder / "p.json").write_text(json.dumps(PROPERTIES))
    command = [sys.executable, "-m", "simpleturk", "check", "--template", "t.html", "--properties", "p.json"]
    command += ["--inputs", "i.jsonl"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)
    assert done.returncode == 1
    assert "error: t.html, line 2: the page takes more than" in done.stderr and "hint: " in done.stderr


def test_a_property_with_an_external_address_runs_no_command(folder: Path) -> None:
    for address in ("https://example.com/{{ lipsum.__globals__ }}", "https://example.com/{{ input.__class__ }}"):
        with pytest.raises(Problems, match="templates cannot read|has no 'lipsum'"):
            ExternalPage(address, 100, folder / "p.json").render({"a": 1})
    with pytest.raises(Problems, match="larger than|steps") as caught:
        ExternalPage("https://example.com/{{ 'a' * 10**10 }}", 100, folder / "p.json").render({"a": 1})
    assert caught.value.problems[0].hint


def test_the_cost_of_a_page_is_bounded_in_threads(folder: Path) -> None:
    (folder / "t.html").write_text(
        "{% for i in range(5000) %}{% for j in range(5000) %}{{ j }}{% endfor %}{% endfor %}"
    )
    template = JinjaTemplate(folder / "t.html")
    problems: list[Problem] = []

    def work() -> None:
        try:
            template.render({})
        except Problems as error:
            problems.extend(error.problems)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert len(problems) == 3
    assert all("steps" in found.what and found.where.endswith("t.html, line 1") for found in problems)


def test_a_template_may_use_namespaces_macros_loops_and_methods(folder: Path) -> None:
    source = (
        "{% set ns = namespace(n=0, all=[]) %}{% macro m(x) %}<{{ x }}{{ caller() }}>{% endmacro %}"
        "{% for k, v in input.items() %}{% set ns.n = ns.n + v %}{% set ns.all = ns.all + [k] %}{{ loop.index }}"
        "{{ loop.cycle('a', 'b') }}{{ loop.changed(v) }}{% endfor %}{{ ns.n }}{{ ns.all|join('+') }}"
        "{% call m('x') %}y{% endcall %}{{ 'a,b'.split(',')[1] }}{{ '{:>4}|{}'.format(1, 'z') }}"
        "{{ '{a}'.format_map(input) }}{{ ('<i>{}'|safe).format('<') }}{{ dict(a=1).get('a') }}{{ namespace() }}"
    )
    expected = "1atrue2btrue3a+b<xy>b   1|z1<i>&lt;1&lt;namespace&gt;"
    assert render(folder, source, {"a": 1, "b": 2}) == expected


def test_a_list_of_lists_that_doubles_is_refused_before_it_is_printed(folder: Path) -> None:
    for make in ("[ns.x, ns.x]", "(ns.x, ns.x)", "{'a': ns.x, 'b': ns.x}", "[ns.x] + [ns.x]", "[ns.x] * 2"):
        source = (
            "{% set ns = namespace(x=[1]) %}{% for i in range(100) %}{% set ns.x = "
            + make
            + " %}{% endfor %}{{ ns.x }}"
        )
        assert "larger than" in problem(folder, source).what


def test_a_macro_that_calls_itself_without_end_is_reported_in_plain_words(folder: Path) -> None:
    found = problem(folder, "{% macro m() %}{{ m() }}{% endmacro %}\n{{ m() }}")
    assert "nested too deeply" in found.what and found.hint


def test_the_usual_encodings_can_be_used(folder: Path) -> None:
    source = (
        "{{ 'é'.encode().hex() }} {{ 'é'.encode('Latin-1').decode('iso-8859-1') }} {{ 'a'.encode('UTF_16_LE').hex() }}"
    )
    assert render(folder, source) == "c3a9 é 6100"
    assert render(folder, "{{ dict(a)['x'] }} {{ dict(a, z=2)['z'] }}", {"a": [["x", 1]]}) == "1 2"


@pytest.mark.parametrize("number", [300_000, 8_000])
def test_a_template_with_too_much_code_is_refused(folder: Path, number: int) -> None:
    """Its code would take gigabytes to compile; as an include, too."""
    source = "{{ a }}" * number if number > 10_000 else "{% if a %}" + "{% elif a %}x" * number + "{% endif %}"
    found = problem(folder, source)
    assert "words and signs of code" in found.what or "cannot be compiled" in found.what
    (folder / "part.html").write_text(source)
    found = problem(folder, "{% include 'part.html' %}")
    assert "words and signs of code" in found.what or "MemoryError" in found.what


def test_many_includes_cost_what_their_code_takes_to_compile(folder: Path) -> None:
    for number in range(20):
        (folder / f"{number}.html").write_text("{{ a }}" * 3_000)
    found = problem(folder, "{% for n in range(20) %}{% include n ~ '.html' %}{% endfor %}")
    assert "steps" in found.what


def test_each_look_at_a_local_file_costs_steps(folder: Path) -> None:
    (folder / "picture.png").write_bytes(b"picture")
    found = problem(folder, "{% for n in range(50000) %}{% if asset('picture.png') %}{% endif %}{% endfor %}")
    assert "steps" in found.what
