"""Messages of a chat as turns: their ids, their parts, and which of them the worker answers for."""

from typing import Any

import pytest

from simpleturk.batch.templates.content.conversation import MOST_OPEN, ConversationError, turns
from simpleturk.batch.templates.cost import bounded

CHAT: list[dict[str, Any]] = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "Hi", "name": "Kim"},
    {"role": "assistant", "content": "**Hello**"},
    {"role": "user", "content": "And now?"},
    {"role": "assistant", "content": None, "tool_calls": [
        {"id": "c1", "type": "function", "function": {"name": "find", "arguments": '{"a": [1]}'}}]},
    {"role": "tool", "tool_call_id": "c1", "content": "found *it*"},
    {"role": "assistant", "content": "Bye"},
]  # fmt: skip


def made(messages: Any, *arguments: Any, **options: Any) -> list[dict[str, Any]]:
    with bounded():
        return turns(messages, *arguments, **options)


def asked(*arguments: Any, **options: Any) -> list[int]:
    return [turn["number"] for turn in made(CHAT, *arguments, **options) if turn["is_asked"]]


def test_turns_are_numbered_and_named() -> None:
    found = made(CHAT)
    assert [turn["id"] for turn in found] == ["t1", "t2", "t3", "t4", "t5", "t6", "t7"]
    assert [turn["who"] for turn in found] == ["System", "User", "Assistant", "User", "Assistant", "Tool", "Assistant"]
    assert [turn["name"] for turn in found] == ["", "Kim", "", "", "", "find", ""]
    assert [turn["side"] for turn in found[:3]] == ["other", "user", "assistant"]
    assert "<strong>Hello</strong>" in found[2]["html"]
    assert "<strong>" not in made(CHAT, is_markdown=False)[2]["html"]


def test_results_of_tools_are_no_markdown_and_arguments_have_line_breaks() -> None:
    found = made(CHAT)
    assert found[4]["calls"] == [{"name": "find", "arguments": '{\n  "a": [\n    1\n  ]\n}', "is_closed": False}]
    assert "found *it*" in found[5]["html"]


@pytest.mark.parametrize("arguments", ["not JSON", "", '{"a":', "[" * 100_000])
def test_arguments_that_are_no_json_are_shown_as_they_are(arguments: str) -> None:
    call = {"function": {"name": "f", "arguments": arguments}}
    [turn] = made([{"role": "assistant", "tool_calls": [call]}])
    assert turn["calls"] == [{"name": "f", "arguments": arguments, "is_closed": len(arguments) > MOST_OPEN}]


def test_the_older_spelling_of_a_call_is_known() -> None:
    [turn] = made([{"role": "assistant", "content": None, "function_call": {"name": "f", "arguments": "{}"}}])
    assert turn["calls"][0]["name"] == "f"


@pytest.mark.parametrize(
    ("ids", "expected"),
    [
        (["a", "b-2"], ["a", "b-2"]),
        (["a", "a"], ["t1", "t2"]),
        (["a", None], ["t1", "t2"]),
        (["1", "2"], ["t1", "t2"]),
        (["a.b", "c"], ["t1", "t2"]),
        (["__proto__", "c"], ["__proto__", "c"]),
    ],
)
def test_ids_of_the_messages_are_kept_if_all_can_be_parts_of_names(ids: list[Any], expected: list[str]) -> None:
    assert [turn["id"] for turn in made([{"role": "user", "content": "x", "id": id_} for id_ in ids])] == expected


@pytest.mark.parametrize(
    ("options", "numbers"),
    [
        ({}, [1, 2, 3, 4, 5, 6, 7]),
        ({"roles": ["assistant"]}, [3, 5, 7]),
        ({"roles": "user"}, [2, 4]),
        ({"roles": ["assistant"], "text_only": True}, [3, 7]),
        ({"named_turns": [2, -1]}, [2, 7]),
        ({"named_turns": ["t3", 4]}, [3, 4]),
        ({"named_turns": "last", "roles": ["user"]}, [4]),
        ({"named_turns": ["last", 2], "roles": ["user"]}, [2, 4]),
        ({"named_turns": 3, "roles": ["user"]}, []),
    ],
)
def test_the_worker_answers_for_the_roles_and_turns_named(options: dict[str, Any], numbers: list[int]) -> None:
    assert asked(**options) == numbers


def test_later_turns_can_be_left_out() -> None:
    assert [turn["number"] for turn in made(CHAT, "user", later=False)] == [1, 2, 3, 4]


def test_parts_of_a_message_are_shown_each_in_its_way() -> None:
    content = [
        {"type": "text", "text": "Look:"},
        {"type": "image_url", "image_url": {"url": "https://e.example/a.png"}},
        {"type": "image_url", "image_url": {"url": "cat.png"}},
        {"type": "input_audio", "input_audio": {"format": "wav", "data": 'UklG"><script>'}},
        {"type": "video", "video": {}},
        "and text",
    ]
    [turn] = made([{"role": "user", "content": content, "refusal": "No.", "reasoning_content": "Well."}])
    assert [part["kind"] for part in turn["parts"]] == [
        "aside", "aside", "text", "image", "image", "audio", "note", "text",
    ]  # fmt: skip
    assert [part["is_local"] for part in turn["parts"] if part["kind"] == "image"] == [False, True]
    assert turn["parts"][5]["address"] == "data:audio/wav;base64,UklGscript"
    assert turn["text"] == "Look:\n\nand text"


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", " JavaScript:alert(1)", "data:text/html,<b>", "file:///etc/passwd", "blob:x"]
)
def test_addresses_that_are_no_pictures_are_not_shown(address: str) -> None:
    [turn] = made([{"role": "user", "content": [{"type": "image_url", "image_url": {"url": address}}]}])
    assert turn["parts"][0]["kind"] == "note"


@pytest.mark.parametrize(
    ("messages", "message"),
    [
        ([], "the conversation is empty"),
        ("Hello", "the conversation is not a list"),
        (["Hello"], "message 1 is not an object"),
        ([{"role": "user", "content": "x"}, {"from": "human", "value": "x"}], "message 2 has no role"),
        ([{"role": 3}], "message 1 has no role"),
        ([{"role": "user", "content": 7}], "the content of message 1 is neither a text nor a list of parts"),
        ([{"role": "user", "content": [7]}], "a part of message 1 is neither a text nor an object"),
    ],
)
def test_messages_that_are_none_are_named(messages: Any, message: str) -> None:
    with pytest.raises(ConversationError) as error:
        made(messages)
    assert error.value.message == message


@pytest.mark.parametrize(
    ("options", "message", "hint"),
    [
        ({"roles": ["asistant"]}, "no message has the role 'asistant'", "did you mean assistant?"),
        (
            {"named_turns": [9]},
            "the conversation has no turn 9",
            "turns are t1 to t7, 1 to 7, -1 from the end, or last",
        ),
        ({"named_turns": ["t9"]}, "the conversation has no turn 't9'", None),
        (
            {"roles": ["function"], "needed": True},
            "no turn of the conversation has fields",
            "its turns are those of system, user, assistant, tool",
        ),
    ],
)
def test_roles_and_turns_that_do_not_exist_are_named(options: dict[str, Any], message: str, hint: str | None) -> None:
    with pytest.raises(ConversationError) as error:
        made(CHAT, **options)
    assert error.value.message == message
    assert hint is None or error.value.hint == hint
