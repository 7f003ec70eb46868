"""Values inside scripts: each has one meaning, and runs nothing."""

import pytest

from simpleturk.batch.templates.placeholders import Context
from simpleturk.batch.templates.script_values import in_script, signs


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("5", "5"),
        ("[1, 'a']", '[1, "a"]'),
        ("{'a': None}", '{"a": null}'),
        ("alert(1)", '"alert\\u00281\\u0029"'),
        ("NaN", '"NaN"'),
        ("", '""'),
    ],
)
def test_a_value_in_code_is_a_literal_or_a_text(text: str, code: str) -> None:
    assert in_script(text, Context.SCRIPT) == code


def test_a_value_in_a_string_ends_nothing_and_in_a_comment_is_only_words() -> None:
    assert in_script("it's </b>", Context.SCRIPT_STRING) == "it\\u0027s\\u0020\\u003c\\u002fb\\u003e"
    assert in_script("*/ x\n", Context.SCRIPT_COMMENT) == "   x "


def test_letters_and_digits_stay_and_other_planes_are_two_units() -> None:
    assert signs("é1🙂") == "é1\\ud83d\\ude42"
