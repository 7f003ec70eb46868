"""Texts with values in them become expressions of Jinja that give the same texts."""

from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment

from simpleturk.batch.templates.forms.expressions import expression_of, literal, parts_of

TEXT = st.text(st.characters(exclude_categories=["Cs"]))


@given(TEXT)
def test_a_literal_gives_its_text(text: str) -> None:
    assert Environment().from_string(f"{{{{ {literal(text)} }}}}", {}).render() == text.replace("\r\n", "\r\n")


@given(st.lists(TEXT.filter(lambda text: "{{" not in text and not text.endswith("{") and "}}" not in text)))
def test_a_text_with_values_gives_the_text_around_them(texts: list[str]) -> None:
    expression = expression_of("{{ x }}".join(texts))
    assert Environment().from_string(f"{{{{ {expression} }}}}").render(x="V") == "V".join(texts)


def test_a_text_that_is_one_value_stays_that_value() -> None:
    assert Environment().compile_expression(expression_of("{{ x }}"))(x=[1, 2]) == [1, 2]
    assert list(parts_of("a {{ b }} c")) == [(False, "a "), (True, "b"), (False, " c")]
