"""Jinja's filters and tests with their cost."""

from typing import Any

import pytest
from jinja2 import Environment, UndefinedError
from jinja2.defaults import DEFAULT_FILTERS, DEFAULT_TESTS  # type: ignore[attr-defined]

from simpleturk.batch.templates.cost import MOST_STEPS, TooCostly, bounded
from simpleturk.batch.templates.sandbox.environment import Sandbox
from simpleturk.batch.templates.sandbox.filters import FILTERS, TESTS

VALUES: dict[str, Any] = {
    "text": "the <quick> brown fox http://example.com/a?b=c (see) it's\nfine & good",
    "items": [3, 1, 2, 1],
    "words": ["b", "A", "c", "a"],
    "objects": [{"name": "x", "age": 3}, {"name": "y", "age": 1}, {"name": "X", "age": 3}],
    "number": 1234.567,
}
EXPRESSIONS = """
number|abs; items|batch(3, 0)|list; text|capitalize; text|center(200); items|count; missing|d("x"); objects[0]|dictsort
text|e; number|filesizeformat; items|first; "1.5"|float; text|forceescape; "%s-%05d"|format("a", 7); items|last
objects|groupby("age")|map("first")|list; text|indent(3, true); "12"|int; "ff"|int(base=16); words|join("<"); items|list
objects|join(", ", attribute="name"); text|length; text|lower; objects[0]|items|list; objects|map(attribute="name")|list
words|map("upper")|list; items|max; words|min; objects|pprint; items|reject("odd")|list; text|replace("o", "00", 2)
objects|rejectattr("age", "gt", 2)|list; items|reverse|list; number|round(1); number|round(2, "floor"); text|safe
items|select("gt", 1)|list; objects|selectattr("name", "equalto", "x")|list; items|slice(3)|list; words|sort
objects|sort(attribute="age,name"); number|string; text|striptags; items|sum; objects|sum(attribute="age"); text|title
"  x "|trim; "xxyxx"|trim("x"); text|truncate(12); words|unique|list; objects|unique(attribute="name")|list; text|upper
text|urlencode; text|urlize; text|wordcount; text|wordwrap(9); objects[0]|xmlattr; objects|tojson; objects|tojson(2)
text is upper; 3 is in(items); items is iterable; number is gt 3; text is eq "a"; objects[0]|attr("name") is undefined
""".replace("\n", ";").split(";")


@pytest.mark.parametrize("expression", [one.strip() for one in EXPRESSIONS if one.strip()])
def test_filters_and_tests_give_what_jinja_gives(expression: str) -> None:
    source = "{{ " + expression + " }}"
    expected = Environment(autoescape=True).from_string(source).render(VALUES)
    with bounded():
        assert Sandbox(autoescape=True).from_string(source).render(VALUES) == expected


def test_every_filter_and_every_test_of_jinja_is_there() -> None:
    assert set(DEFAULT_FILTERS) <= set(FILTERS)
    assert set(DEFAULT_TESTS) == set(TESTS)


@pytest.mark.parametrize(
    "expression",
    [
        "'a'|center(10**10)",
        "('a\\n' * 10000)|indent('x' * 100000, true)",
        "('a\n' * 100000)|indent(100000)",
        "long|replace('a', 'b' * 100000)",
        "long|replace('', 'b' * 100000)",
        "('a' * 10000)|wordwrap(1, wrapstring='x' * 100000)",
        "('a' * 5000000)|wordwrap(1)",
        "('.' * 200000 ~ 'x')|urlize",
        "('x ' * 5000000)|title",
        "('x ' * 50000000)|wordcount",
        "1|round(10**9)",
        "1|round(-(10**9))",
        "1|round(10**9, 'floor')",
        "('f' * 10000000)|int(base=16)",
        "[1]|tojson(indent=10**9)",
        "[1]|batch(10**9, 0)|list",
        "[1]|slice(10**9)|list",
        "'%1000000000d'|format(1)",
        "'{:1000000000}'.format(1)",
        "'{:{w}}'.format(1, w=10**9)",
        "'{:.1000000000f}'.format(1.5)",
        "('{:1000000000}'|safe).format(1)",
        "'{a:1000000000}'.format_map({'a': 1})",
        "range(100000)|join('x' * 100000)",
        "('a' * 100000000)|list",
        "([[1] * 1000] * 1000)|sum(start=[])",
        "collisions|unique|list",
        "range(1000000)|map('center', 1000)|list",
        "(('a' * 10000000)|trim('b' * 100000 ~ 'a'))",
        "'{:\u0669\u0660\u0660\u0660\u0660\u0660\u0660}'.format(1)",
        "deep|tojson(indent=100)",
        "deep|pprint",
        "'<b>'|safe + '<' * 100000000",
        "'<b>'|safe ~ '<' * 100000000",
        "('\U0001f600' ~ '<' * 100000000)|e",
        "('<' * 100000000)|urlencode",
        "dict(pairs)",
        "namespace(pairs)",
        "dict(pairs|map('list'))",
        "('\u4e00' * 50000000).encode('ascii', 'xmlcharrefreplace')",
        "(('.' * 20000 ~ 'x ') * 100)|urlize",
        "(('a' * 100000 ~ ' ') * 100)|wordwrap(1)",
    ],
)
def test_a_filter_with_huge_work_or_a_huge_result_is_refused(expression: str) -> None:
    values: dict[str, Any] = {
        "long": "a" * 100_000,
        "collisions": [number * (2**61 - 1) for number in range(50_000)],
        "pairs": [[number * (2**61 - 1), 0] for number in range(50_000)],
        "deep": list(range(60_000)),
    }
    for _ in range(200):
        values["deep"] = [values["deep"]]
    with bounded(), pytest.raises(TooCostly):
        Sandbox().from_string("{{ " + expression + " }}").render(values)


@pytest.mark.parametrize(
    "name", sorted(set(DEFAULT_FILTERS) - set("attr count d default first last length random".split()))
)
def test_a_filter_costs_what_it_reads(name: str) -> None:
    """A filter that is called many times with a long text or list ends."""
    values: dict[str, Any] = {"long": "a b" * 100_000, "list": ["a"] * 100_000, "object": {"a": "b" * 100_000}}
    arguments = {
        "batch": "(5)",
        "format": "",
        "groupby": "(0)",
        "sum": "(start='')",
        "map": "('e')",
        "slice": "(5)",
        "urlize": "",
    }
    arguments |= dict.fromkeys(("reject", "select"), "('eq', 'x')") | {"replace": "('x', 'y')"}
    arguments |= dict.fromkeys(("rejectattr", "selectattr"), "('a')")
    spent = []
    for value in values:
        with bounded() as cost:
            try:
                Sandbox().from_string("{{ " + f"{value}|{name}{arguments.get(name, '')}" + "|string|length }}").render(
                    values
                )
            except (TypeError, ValueError, AttributeError, UndefinedError):
                continue
            except TooCostly:
                pass
            spent.append(MOST_STEPS - cost.left)
    if name not in ("abs", "filesizeformat", "round"):
        assert max(spent) >= 1000
