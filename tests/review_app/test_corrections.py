import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simpleturk.review_app.corrections import CorrectionError, as_json, corrected, editable_fields

OUTPUT = {"a": {"b": 1}, "tags": ["x", "y"], "text": "one\ntwo", "ok": True, "none": None, "boxes": [{"label": "cat"}]}


def test_fields_are_edited_one_by_one_and_keep_their_kind() -> None:
    fields = editable_fields(OUTPUT)
    assert fields == {
        "a.b": "1", "tags": '["x", "y"]', "text": "one\ntwo", "ok": "true", "none": "null", "boxes.0.label": "cat",
    }  # fmt: skip
    changes = {"a.b": "2.5", "tags": '["z"]', "text": "12", "ok": "false", "none": "words", "boxes.0.label": "dog"}
    assert corrected(OUTPUT, fields | changes, as_json(OUTPUT)) == {
        "a": {"b": 2.5}, "tags": ["z"], "text": "12", "ok": False, "none": "words", "boxes": [{"label": "dog"}],
    }  # fmt: skip


def test_line_ends_of_browsers_change_nothing() -> None:
    sent = {name: text.replace("\n", "\r\n") for name, text in (editable_fields(OUTPUT) or {}).items()}
    assert corrected(OUTPUT, sent, as_json(OUTPUT).replace("\n", "\r\n")) == OUTPUT


def test_json_is_taken_if_it_was_changed() -> None:
    assert corrected(OUTPUT, editable_fields(OUTPUT) or {}, '{"new": 1}') == {"new": 1}
    with pytest.raises(CorrectionError, match="change one of them"):
        corrected(OUTPUT, {"text": "x"}, '{"new": 1}')


@pytest.mark.parametrize(
    ("name", "text", "what"), [("a.b", "two", "a number"), ("ok", "yes", "true or false"), ("tags", "x", "JSON")]
)
def test_a_value_of_another_kind_is_refused_with_its_name(name: str, text: str, what: str) -> None:
    with pytest.raises(CorrectionError, match=f"{name} has to be {what}"):
        corrected(OUTPUT, {name: text}, "")


@pytest.mark.parametrize("output", ["text", None, [1, 2], {"a": "x" * 20_001}, {str(n): n for n in range(41)}])
def test_other_and_large_outputs_are_edited_as_json(output: Any) -> None:
    assert editable_fields(output) is None
    assert corrected(output, {}, "[1]") == [1]


def test_keys_with_dots_and_strange_names_are_found() -> None:
    output = {"a.b": "1", "__proto__": "p", "a": {"b.c": "2"}}
    assert corrected(output, {"a.b": "x", "__proto__": "q", "a.b.c": "y"}, "") == {
        "a.b": "x", "__proto__": "q", "a": {"b.c": "y"},
    }  # fmt: skip


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(JSON)
def test_sending_the_fields_back_unchanged_changes_nothing(output: Any) -> None:
    fields = editable_fields(output) or {}
    assert json.dumps(corrected(output, fields, as_json(output))) == json.dumps(output)
