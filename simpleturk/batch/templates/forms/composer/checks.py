"""All mistakes of a form of FormComposer, each with its place in the file."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from simpleturk.batch.templates.forms.composer.levels import (
    EVENTS,
    EXTRAS,
    HAVE_LENGTH,
    HAVE_TEXT,
    LISTS,
    TOKENS,
    VALIDATORS,
    attributes,
    wrong_value,
)
from simpleturk.batch.templates.forms.document import Place
from simpleturk.errors import suggestion

#: The name of a function of JavaScript.
FUNCTION = re.compile(r"[A-Za-z_$][\w$]*", re.ASCII)

#: A token such as {{ place }}. Calls such as {{getPresignedUrl("…")}} are none.
TOKEN = re.compile(r"\{\{\s*([\w-]+)\s*\}\}")

#: A mistake: the place in the document, the problem and the next step.
Mistake = tuple[Place, str, str | None]


@dataclass
class Code:
    """The texts of insertions/custom_validators.js and insertions/custom_triggers.js, "" without such a file."""

    validators: str = ""
    triggers: str = ""

    def has(self, kind: str, name: str) -> bool:
        """Whether a file names a function. `kind` is "validators" or "triggers"."""
        return re.search(rf"(?<![\w$]){re.escape(name)}(?![\w$])", getattr(self, kind)) is not None


@dataclass
class FormCheck:
    """Finds the mistakes of one form at a place of a document."""

    code: Code
    _names: dict[tuple[str, str], Place] = field(default_factory=dict)

    def mistakes(self, form: Any, place: Place) -> Iterator[Mistake]:
        """All mistakes of the form."""
        yield from self._level("form", form, place)

    def _level(self, level: str, value: Any, place: Place) -> Iterator[Mistake]:
        if not isinstance(value, dict):
            yield place, f"the {_words(level)} is not an object", None
            return
        kind = value.get("type") if level == "field" else ""
        if level == "field" and (not isinstance(kind, str) or kind not in EXTRAS):
            if kind is None:
                yield place, "the field has no type", f"types are {', '.join(EXTRAS)}"
            else:
                hint = suggestion(str(kind), EXTRAS) or f"types are {', '.join(EXTRAS)}"
                yield (*place, "type"), f"{str(kind)[:40]!r} is no type of field", hint
            return
        required, others = attributes(level, str(kind))
        yield from self._attributes(level, value, place, required, others)
        if level == "field":
            yield from self._options(value, place)
            yield from self._validators(value, place)
        if "triggers" in value:
            yield from self._triggers(level, value["triggers"], (*place, "triggers"))
        if level == "form" and "submit_button" in value:
            yield from self._level("submit_button", value["submit_button"], (*place, "submit_button"))
        yield from self._items(level, value, place)

    def _items(self, level: str, value: dict[str, Any], place: Place) -> Iterator[Mistake]:
        name, item_level = LISTS.get(level, ("", ""))
        if name and name in value:
            items = value[name]
            if not isinstance(items, list):
                yield (*place, name), f"{name} is not a list", None
            elif not items:
                yield (*place, name), f"{name} is empty", f"a {_words(level)} has at least one {item_level}"
            else:
                for number, item in enumerate(items):
                    yield from self._level(item_level, item, (*place, name, number))

    def _attributes(
        self, level: str, value: dict[str, Any], place: Place, required: tuple[str, ...], others: tuple[str, ...]
    ) -> Iterator[Mistake]:
        what = f"the {_words(level)}" + (f" {value['name']!r}" if isinstance(value.get("name"), str) else "")
        for name in required:
            if name not in value:
                yield place, f"{what} has no {name}", None
        known = (*required, *others)
        for name, item in value.items():
            here = (*place, name)
            if name not in known:
                hint = suggestion(name, known) or f"it may have {', '.join(known)}"
                yield here, f"{what} cannot have the attribute {name!r}", hint
                continue
            wrong = wrong_value(name, item)
            if wrong:
                yield here, f"{name} {wrong}", None
            elif name in ("name", "id") and item:
                first = self._names.setdefault((name, item), here)
                if first != here:
                    yield here, f"the {name} {item!r} is used twice", f"give each part its own {name}"
            if isinstance(item, str) and name not in TOKENS and TOKEN.search(item):
                hint = f"tokens may be in {', '.join(TOKENS)}"
                yield here, f"{name} cannot have a token", hint

    def _options(self, value: dict[str, Any], place: Place) -> Iterator[Mistake]:
        options = value.get("options", []) if value["type"] in ("select", "radio", "checkbox") else []
        if not isinstance(options, list):
            yield (*place, "options"), "options is not a list", None
            return
        if "options" in value and not options:
            yield (*place, "options"), "options is empty", None
        values: set[str] = set()
        for number, option in enumerate(options):
            here = (*place, "options", number)
            if not isinstance(option, dict):
                yield here, "the option is not an object", 'write {"label": "Yes", "value": "yes"}'
                continue
            for name in ("label", "value"):
                if not isinstance(option.get(name), (str, int, float)):
                    problem = f"{name} is not text" if name in option else f"the option has no {name}"
                    yield here, problem, None
            for name in option.keys() - {"label", "value", "checked"}:
                yield (*here, name), f"an option cannot have the attribute {name!r}", suggestion(name, ("checked",))
            if wrong_value("checked", option.get("checked", False)):
                yield (*here, "checked"), "checked is neither true nor false", None
            if str(option.get("value")) in values:
                yield here, f"the value {option.get('value')!r} is used by two options", None
            values.add(str(option.get("value")))

    def _validators(self, value: dict[str, Any], place: Place) -> Iterator[Mistake]:
        validators = value.get("validators", {})
        for name, argument in validators.items() if isinstance(validators, dict) else ():
            here = (*place, "validators", name)
            if name not in VALIDATORS:
                yield from self._function("validators", name, here, VALIDATORS)
            elif name == "required" and not isinstance(argument, bool):
                yield here, "required is neither true nor false", None
            elif name in ("minLength", "maxLength"):
                if isinstance(argument, bool) or not isinstance(argument, (int, float)):
                    yield here, f"{name} is not a number", None
                elif name == "minLength" and argument >= 1 and not _has_length(value):
                    yield here, f"minLength can never be met by a field of the type {value['type']}", "remove it"
            elif name == "regexp":
                yield from _regexp(argument, value, here)
            elif name == "fileExtension":
                is_list = isinstance(argument, list) and all(isinstance(one, str) for one in argument)
                if not is_list:
                    yield here, "fileExtension is not a list of texts", 'write ["png", "jpg"]'

    def _triggers(self, level: str, triggers: Any, place: Place) -> Iterator[Mistake]:
        events = ("onClick",) if level != "field" else EVENTS
        for event, call in triggers.items() if isinstance(triggers, dict) else ():
            here = (*place, event)
            if event not in events:
                hint = suggestion(event, events) or f"events are {', '.join(events)}"
                yield here, f"a {_words(level)} has no event {event!r}", hint
                continue
            name = call[0] if isinstance(call, list) and call else call
            if not isinstance(name, str) or (isinstance(call, list) and len(call) > 2):
                yield here, f"{event} names no function", 'write "NAME", or ["NAME", ARGUMENT]'
            else:
                yield from self._function("triggers", name, here, ())

    def _function(self, kind: str, name: str, here: Place, known: tuple[str, ...]) -> Iterator[Mistake]:
        if not FUNCTION.fullmatch(name) or not self.code.has(kind, name):
            noun = kind.removesuffix("s")
            hint = suggestion(name, known) or f"write a function of this name into insertions/custom_{kind}.js"
            yield here, f"there is no {noun} {name[:60]!r}", hint


def _has_length(value: Mapping[str, Any]) -> bool:
    return value["type"] in HAVE_LENGTH and (value["type"] != "select" or bool(value.get("multiple")))


def _regexp(argument: Any, value: Mapping[str, Any], here: Place) -> Iterator[Mistake]:
    texts = argument if isinstance(argument, list) else [argument]
    if not 1 <= len(texts) <= 2 or not all(isinstance(one, str) for one in texts):
        yield here, "regexp is neither a text nor a list of a text and its flags", 'write ["^[a-z]+$", "i"]'
    elif len(texts) == 2 and (set(texts[1]) - set("dgimsuvy") or len(set(texts[1])) < len(texts[1])):
        yield here, f"{texts[1]!r} are no flags of a regular expression", "flags are g, i, m, s, u and y"
    elif value["type"] not in HAVE_TEXT:
        yield here, f"regexp has no effect on a field of the type {value['type']}", "remove it"


def _words(level: str) -> str:
    return level.replace("_", " ")
