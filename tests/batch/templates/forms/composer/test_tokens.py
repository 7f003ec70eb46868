from simpleturk.batch.templates.forms.composer.tokens import (
    calls_in,
    erased,
    filled,
    number_of_versions,
    permuted,
    tokens_in,
    wrong_separate_values,
    wrong_sets,
)


def test_the_last_token_changes_first() -> None:
    separate: dict[str, list[object]] = {"photo": [1, 2], "place": ["Leeds", "York"]}
    assert [tuple(values.values()) for values in permuted(separate)] == [
        (1, "Leeds"), (1, "York"), (2, "Leeds"), (2, "York"),
    ]  # fmt: skip
    assert number_of_versions(separate) == 4


def test_values_are_filled_in_as_they_are_written_and_only_once() -> None:
    values = {"a": "C:\\new \\1 \\g<0> {{b}}", "b": "{{ a }}"}
    assert filled({"label": "{{a}} {{ b }}"}, values, {}) == {"label": "C:\\new \\1 \\g<0> {{b}} {{ a }}"}


def test_a_value_in_html_is_text_unless_it_comes_from_a_file() -> None:
    values = {"a": "<b>&\"'", "file": "insertions/x.html"}
    assert filled({"title": "{{a}}{{file}}"}, values, {"file": "<i>x</i>"}) == {
        "title": "&lt;b&gt;&amp;&quot;&#x27;<i>x</i>"
    }


def test_other_brackets_and_attributes_stay() -> None:
    part = {"instruction": '{{getPresignedUrl("x")}} [[name]]', "value": "{{a}}"}
    assert filled(part, {"a": 1}, {}) == part
    assert list(tokens_in(part)) == []
    assert erased("In {{ place }}{{x}}.") == "In ."


def test_wrong_values_are_named() -> None:
    assert [what for _, what, _ in wrong_separate_values({"a": [], "b": "x", "c": [None]})] == [
        "the token 'a' has no values",
        "the token 'b' is not a list of values",
        "the value of 'c' is neither text nor a number",
    ]
    sets = [{"tokens_values": {"a": 1}}, {"tokens_values": {"b": 1}}, {}]
    assert [what for _, what, _ in wrong_sets(sets)] == [
        "set 2 has no value for the token 'a'",
        "set 2 is the first with a value for the token 'b'",
        "set 3 has no object tokens_values",
    ]
    assert list(wrong_separate_values({"a": [1]})) == list(wrong_sets([{"tokens_values": {}}])) == []


def test_calls_for_presigned_addresses_are_found() -> None:
    part = {"a": ['{{ getPresignedUrl("s3://x") }}', "{{x}}"], "b": "{{getMultiplePresignedUrls(1)}}"}
    assert list(calls_in(part)) == [("getPresignedUrl", ("a", 0)), ("getMultiplePresignedUrls", ("b",))]
