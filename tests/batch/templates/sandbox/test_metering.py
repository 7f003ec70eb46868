"""A template's syntax tree with its cost: the steps of a page depend on the template and its values alone."""

import pytest

from simpleturk.batch.templates.cost import MOST_STEPS, TooCostly, bounded
from simpleturk.batch.templates.sandbox.environment import Attributes, Sandbox
from simpleturk.batch.templates.values import printed


def steps(source: str, **values: object) -> int:
    template = Sandbox(autoescape=True, finalize=printed).from_string(source)
    with bounded() as cost:
        template.render(values)
        return MOST_STEPS - cost.left


def test_a_loop_costs_its_body_for_each_item() -> None:
    source = "{% for x in xs %}{{ x }}{% endfor %}"
    ten, twenty, thirty = (steps(source, xs=[1] * number) for number in (10, 20, 30))
    assert 0 < twenty - ten == thirty - twenty


def test_a_longer_body_costs_more() -> None:
    short, long = (
        steps(
            "{% for x in xs %}{{ x }}%s{%% endfor %%}".replace("%s", "{{ x }}" * number).replace("%%", "%"),
            xs=[1] * 100,
        )
        for number in (0, 20)
    )
    assert long > short * 10


def test_the_same_page_has_the_same_cost() -> None:
    source = "{% macro m(n) %}{{ n ~ 'x' }}{% endmacro %}{% for x in xs if x %}{{ m(x)|upper }}{% endfor %}"
    assert steps(source, xs=["a", "b"]) == steps(source, xs=["a", "b"])


@pytest.mark.parametrize(
    "source",
    [
        "{% for x in xs %}{% for y in xs %}{% for z in xs %}{% endfor %}{% endfor %}{% endfor %}",
        "{% for x in xs %}{% for y in xs if x == n %}{% endfor %}{% endfor %}" * 10,
        "{% for x in xs recursive %}{% if loop.depth < 100 %}{{ loop([1, 2]) }}{% endif %}{% endfor %}",
        "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(100) }}",
        "{% macro m(n) %}{{ caller() if n == 1 }}{% if n %}{% call m(n - 1) %}{{ n }}{% endcall %}"
        "{% call m(n - 1) %}b{% endcall %}{% endif %}{% endmacro %}{% call m(50) %}a{% endcall %}",
        "{% block b %}{% if n.x < 40 %}{% set n.x = n.x + 1 %}{{ self.b() }}{{ self.b() }}{% set n.x = n.x - 1 %}"
        "{% endif %}{% endblock %}",
        "{% for x in xs %}{% for y in xs %}{% if n.long == n.same %}{% endif %}{% endfor %}{% endfor %}",
        "{% for x in xs %}{% for y in xs %}{% if 'b' in n.long %}{% endif %}{% endfor %}{% endfor %}",
        "{% for x in xs %}{% for y in xs %}{% set z = n.long[1:] %}{% endfor %}{% endfor %}",
        "{% for x in xs %}{% for y in xs %}{% set z = n.long ~ x %}{% endfor %}{% endfor %}",
        "{% for x in xs %}{% for y in xs %}{% set z %}{{ n.long }}{% endset %}{% endfor %}{% endfor %}",
        "{% for x in range(100000) %}{% if n.almost in n.short %}{% endif %}{% endfor %}",
        "{% for x in range(100000) %}{% if n.almost not in n.short %}{% endif %}{% endfor %}",
        "{% for x in range(100000) %}{% if n.almost in n.short in n.short %}{% endif %}{% endfor %}",
        "{% for x in range(100000) %}{% if n.almost is in(n.short) %}{% endif %}{% endfor %}",
        "{% for x in range(100000) %}{% set z = n.short.find(n.almost) %}{% endfor %}",
        "{% for x in range(100000) %}{% set z = n.short.count(n.almost) %}{% endfor %}",
        "{% for x in range(100000) %}{% set z = n.short|replace(n.almost, '') %}{% endfor %}",
        "{% set z = {" + ", ".join(f"{number * (2**61 - 1)}: 0" for number in range(20_000)) + "} %}",
    ],
)
def test_a_page_that_takes_too_many_steps_is_refused(source: str) -> None:
    n = Attributes(x=0, long="a" * 100_000, same="a" * 99_999 + "b", short="a" * 2499)
    n["almost"] = "a" * 1250 + "b" + "a" * 5
    with pytest.raises(TooCostly, match="steps"):
        steps(source, xs=list(range(1000)), n=n)


@pytest.mark.parametrize("part", ["{{ n.long }}", "{{ n.short }}", "{{ n.smile }}", "x" * 10_000])
def test_a_page_that_is_too_large_is_refused(part: str) -> None:
    source = "{% for x in xs %}{% for y in xs %}" + part + "{% endfor %}{% endfor %}"
    with pytest.raises(TooCostly, match="128 MiB"):
        steps(source, xs=list(range(1000)), n=Attributes(long="a" * 100_000, smile="\U0001f600" * 512, short="a" * 512))


def test_expressions_have_the_same_values_as_in_jinja() -> None:
    source = (
        "{{ 1 + 2 }} {{ a + 1 }} {{ a - b }} {{ a * b }} {{ a ** b }} {{ a % b }} {{ a / b }} {{ a // b }} {{ -a }} "
        "{{ 'x' * b }} {{ [a, b] + [1] }} {{ (a, b) }} {{ {'k': a} }} {{ a ~ b ~ '<' }} {{ '%s-%d' % (s, a) }} "
        "{{ s[1:] }} {{ s[::-1] }} {{ [1, 2, 3][:b] }} {{ a == b }} {{ a < b <= 3 }} {{ a in [1, 5] }} {{ 'b' in s }} "
        "{{ s not in [s] }} {{ s == 'abc' }} {% set x, y = b, a %}{{ x }}{{ y }} {{ s + '<i>'|safe }}"
    )
    values = {"a": 5, "b": 2, "s": "abc"}
    from jinja2 import Environment

    expected = Environment(autoescape=True).from_string(source).render(values)
    with bounded():
        assert Sandbox(autoescape=True).from_string(source).render(values) == expected
