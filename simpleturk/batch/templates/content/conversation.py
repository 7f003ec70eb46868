"""Messages of a chat, as OpenAI's API has them → the turns that field.conversation shows."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from simpleturk.batch.templates.content.characters import shown_characters, storable
from simpleturk.batch.templates.content.markdown import markdown, verbatim
from simpleturk.batch.templates.cost import LOCAL
from simpleturk.errors import SimpleturkError, named, suggestion

#: The roles of OpenAI's messages, and how they are shown.
ROLES = {
    "system": "System",
    "developer": "System",
    "user": "User",
    "assistant": "Assistant",
    "tool": "Tool",
    "function": "Tool",
}

#: Longer arguments and results of tools are shown closed, in characters.
MOST_OPEN = 600

#: Longer names are shortened.
MOST_NAME = 60

#: The steps of a turn.
_TURN = 200

#: An id that may be a part of a field's name: numbers alone would be read as places in a list.
_ID = re.compile(r"(?![0-9]+$)[A-Za-z0-9_-]{1,64}")

_SOUND_FORMATS = {"wav": "audio/wav", "mp3": "audio/mpeg"}


class ConversationError(SimpleturkError):
    """Messages that cannot be shown, or a turn that does not exist. The code that renders adds the template's line."""


def turns(
    messages: object,
    roles: object = None,
    named_turns: object = None,
    later: bool = True,
    titles: object = None,
    is_markdown: bool = True,
    needed: bool = False,
    text_only: bool = False,
) -> list[dict[str, Any]]:
    """The turns of a conversation, for the filter of this name.

    A turn has "id", "number", "role", "side", "who", "name", "text", "html", "parts", "calls", "is_closed", "is_asked".
    `number` counts from 1. `is_asked` says whether the worker answers for it: its role is one of `roles`, and its id or
    place is one of `named_turns`; each may be None for all. With `text_only`, turns without a text, such as calls of
    tools, are not. With `later` false, turns after the last of those are left out. `titles` has names of roles.

    Raises ConversationError, also if `needed` is true and the worker answers for no turn.
    """
    if not isinstance(messages, list | tuple) or not messages:
        what = "is empty" if messages in ([], ()) else "is not a list"
        raise ConversationError(
            f"the conversation {what}", 'messages are a list such as [{"role": "user", "content": "Hello"}]'
        )
    LOCAL.cost.spend(len(messages) * _TURN)
    shown_titles = ROLES | {str(role): str(title) for role, title in _mapping(titles).items()}
    tools: dict[str, str] = {}
    made: list[dict[str, Any]] = []
    for number, message in enumerate(messages, start=1):
        _check(message, number)
        made.append(_turn(message, number, shown_titles, tools, is_markdown))
    _give_ids(made, messages)
    _mark_asked(made, _texts(roles), _places(named_turns), text_only)
    if needed and not any(turn["is_asked"] for turn in made):
        held = ", ".join(dict.fromkeys(turn["role"] for turn in made))
        raise ConversationError("no turn of the conversation has fields", f"its turns are those of {held}")
    if not later:
        last = max((turn["number"] for turn in made if turn["is_asked"]), default=len(made))
        made = made[:last]
    return made


def _mapping(value: object) -> Mapping[Any, Any]:
    return value if isinstance(value, Mapping) else {}


def _texts(roles: object) -> list[str] | None:
    """Names of roles; None for all."""
    if roles is None or roles == "":
        return None
    return [roles] if isinstance(roles, str) else [str(role) for role in _listed(roles)]


def _places(named_turns: object) -> list[object] | None:
    """Ids and places of turns; None for all."""
    if named_turns is None or named_turns == "":
        return None
    return [named_turns] if isinstance(named_turns, str | int) else _listed(named_turns)


def _listed(value: object) -> list[object]:
    return list(value) if isinstance(value, list | tuple) else [value]


def _check(message: object, number: int) -> None:
    """Raise ConversationError for something that is no message."""
    if not isinstance(message, Mapping):
        raise ConversationError(
            f"message {number} is not an object", 'a message is {"role": "user", "content": "Hello"}'
        )
    if not isinstance(message.get("role"), str) or not message["role"].strip():
        keys = ", ".join(str(key)[:30] for key in list(message)[:6]) or "nothing"
        raise ConversationError(f"message {number} has no role", f"it has {keys}; roles are {named(list(ROLES))}")
    content = message.get("content")
    if content is not None and not isinstance(content, str | list | tuple):
        raise ConversationError(f"the content of message {number} is neither a text nor a list of parts")


def _turn(
    message: Mapping[str, Any], number: int, titles: Mapping[str, str], tools: dict[str, str], is_markdown: bool
) -> dict[str, Any]:
    role = message["role"].strip()
    calls = [_call(call, tools) for call in _calls(message)]
    parts = list(_parts(message, number))
    text = "\n\n".join(part["text"] for part in parts if part["kind"] == "text")
    for part in parts:
        if part["kind"] == "text":
            is_plain = not is_markdown or ROLES.get(role) == "Tool"
            part["html"] = verbatim(shown_characters(part["text"])) if is_plain else markdown(part["text"])
    title = titles.get(role) or role.replace("_", " ").capitalize()
    name = message.get("name") or (tools.get(str(message.get("tool_call_id"))) if ROLES.get(role) == "Tool" else None)
    return {
        "id": "",
        "number": number,
        "role": role,
        "side": {"User": "user", "Assistant": "assistant"}.get(ROLES.get(role, ""), "other"),
        "who": shown_characters(str(title))[:MOST_NAME],
        "name": _short(name),
        "text": storable(text),
        "html": Markup("").join(part["html"] for part in parts if part["kind"] == "text"),
        "parts": parts,
        "calls": calls,
        "is_closed": ROLES.get(role) == "Tool" and len(text) > MOST_OPEN,
        "is_asked": False,
    }


def _short(name: object) -> str:
    text = " ".join(shown_characters("" if name is None else str(name)).split())
    return text if len(text) <= MOST_NAME else f"{text[:MOST_NAME]}…"


def _parts(message: Mapping[str, Any], number: int) -> Iterator[dict[str, Any]]:
    """The texts, pictures and recordings of a message, each with its "kind"."""
    for key, title in (("reasoning_content", "Reasoning"), ("refusal", "Refusal")):
        if isinstance(message.get(key), str) and message[key]:
            yield {"kind": "aside", "title": title, "text": shown_characters(message[key])}
    content = message.get("content")
    for part in [content] if isinstance(content, str) else content or ():
        if isinstance(part, str):
            yield {"kind": "text", "text": storable(part)}
        elif isinstance(part, Mapping):
            yield _part(part)
        else:
            raise ConversationError(f"a part of message {number} is neither a text nor an object")


def _part(part: Mapping[str, Any]) -> dict[str, Any]:
    kind = str(part.get("type"))
    held = part.get(kind)
    if kind in ("text", "input_text", "output_text", "refusal"):
        return {"kind": "text", "text": storable(str(part.get("text") or part.get("refusal") or ""))}
    if kind in ("image_url", "input_image"):
        address = held.get("url") if isinstance(held, Mapping) else part.get("image_url", held)
        return _picture(str(address or ""))
    if kind == "input_audio" and isinstance(held, Mapping) and held.get("format") in _SOUND_FORMATS:
        data = re.sub(r"[^A-Za-z0-9+/=]", "", str(held.get("data")))
        return {"kind": "audio", "address": f"data:{_SOUND_FORMATS[held['format']]};base64,{data}"}
    return {"kind": "note", "text": f"a part of type {_short(kind)!r}, which cannot be shown here"}


def _picture(address: str) -> dict[str, Any]:
    """A picture with an address of the web, in the message itself, or beside the inputs."""
    # Browsers leave out line ends, tabs and leading blanks: "java\nscript:" is a scheme to them.
    address = re.sub(r"[\x00-\x1f\x7f]", "", address).strip()
    scheme = re.match(r"([A-Za-z][A-Za-z0-9+.\-]*):", address)
    name = scheme[1].lower() if scheme else ""
    is_own = bool(re.match(r"data:image/[a-z0-9.+-]+[;,]", address, re.IGNORECASE))
    if name in ("", "http", "https") or is_own:
        return {"kind": "image", "address": address, "is_local": not scheme}
    return {"kind": "note", "text": f"a picture at {_short(address)}, an address that a page cannot show"}


def _calls(message: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The calls of tools in a message, in both of OpenAI's spellings."""
    if isinstance(message.get("function_call"), Mapping):
        yield {"function": message["function_call"]}
    for call in message.get("tool_calls") or ():
        if isinstance(call, Mapping):
            yield call


def _call(call: Mapping[str, Any], tools: dict[str, str]) -> dict[str, Any]:
    function = call.get("function") or call.get("custom")
    function = function if isinstance(function, Mapping) else call
    name = _short(function.get("name") or "unnamed")
    tools[str(call.get("id"))] = name
    arguments = shown_characters(_arguments(function.get("arguments", function.get("input"))))
    return {"name": name, "arguments": arguments, "is_closed": len(arguments) > MOST_OPEN}


def _arguments(value: object) -> str:
    """The arguments of a call: JSON with line breaks, or the text as it is if it is none."""
    if value is None:
        return ""
    try:
        parsed = json.loads(value) if isinstance(value, str) else value
        return json.dumps(parsed, indent=2, ensure_ascii=False)
    except (ValueError, TypeError, RecursionError):
        return str(value)


def _give_ids(made: Sequence[dict[str, Any]], messages: Sequence[Mapping[str, Any]]) -> None:
    """Give each turn its message's id if all messages have fitting ones; otherwise t1, t2 and so on."""
    own = [message.get("id") for message in messages]
    are_fit = all(isinstance(id_, str) and _ID.fullmatch(id_) for id_ in own) and len(set(own)) == len(own)
    for turn, id_ in zip(made, own, strict=True):
        turn["id"] = id_ if are_fit else f"t{turn['number']}"


def _mark_asked(
    made: Sequence[dict[str, Any]], roles: list[str] | None, places: list[object] | None, text_only: bool
) -> None:
    """Mark the turns that the worker answers for. Raises ConversationError for a role or a turn that does not exist."""
    known = {turn["role"] for turn in made} | set(ROLES)
    for role in roles or ():
        if role not in known:
            hint = suggestion(role, known) or f"roles are {named(sorted(known))}"
            raise ConversationError(f"no message has the role {role!r}", hint)
    fitting = [turn for turn in made if (roles is None or turn["role"] in roles) and (turn["text"] or not text_only)]
    chosen = {turn["id"] for turn in made}
    if places is not None:
        chosen = {_turn_at(made, place) for place in places if place != "last"}
        chosen |= {turn["id"] for turn in fitting[-1:] if "last" in places}
    for turn in fitting:
        turn["is_asked"] = turn["id"] in chosen


def _turn_at(made: Sequence[dict[str, Any]], place: object) -> str:
    """The id of a turn that is named by its id, by its number from 1, or by its number from the end: -1 is the last."""
    ids = [str(turn["id"]) for turn in made]
    if isinstance(place, int) and not isinstance(place, bool) and 1 <= abs(place) <= len(ids):
        return ids[place - 1 if place > 0 else place]
    if place in ids:
        return str(place)
    hint = suggestion(str(place), ids) or f"turns are {ids[0]} to {ids[-1]}, 1 to {len(ids)}, -1 from the end, or last"
    raise ConversationError(f"the conversation has no turn {place!r}", hint)
