"""What a form of FormComposer may say at each level, and which validators and triggers it may name."""

from typing import Any

#: The attributes that any level below the form may have.
_COMMON = ("id", "classes")

#: The attributes of each level: the required ones, and the others.
LEVELS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "form": (("title", "sections", "submit_button"), ("instruction", "show_instructions_as_modal", *_COMMON)),
    "submit_button": (("text",), ("instruction", "tooltip", "classes_button_element", "triggers", *_COMMON)),
    "section": (
        ("title", "fieldsets"),
        ("name", "instruction", "collapsable", "initially_collapsed", "triggers", *_COMMON),
    ),
    "fieldset": (("rows",), ("title", "instruction", "help", "name", "lookup_name", *_COMMON)),
    "row": (("fields",), ("help", *_COMMON)),
}
_FIELD = (
    ("type", "name", "label"),
    ("classes_input_element", "help", "icon", "placeholder", "tooltip", "validators", "triggers", "value", *_COMMON),
)
_BUTTON = (
    ("type",),
    ("name", "label", "value", "classes_input_element", "help", "tooltip", "triggers", *_COMMON),
)

#: The attributes that fields of a type have in addition.
EXTRAS: dict[str, tuple[str, ...]] = {
    "input": (),
    "email": (),
    "number": (),
    "password": (),
    "textarea": (),
    "select": ("options", "multiple"),
    "radio": ("options",),
    "checkbox": ("options",),
    "file": ("show_preview",),
    "hidden": (),
    "button": (),
}

#: The list in each level, and the level of its items.
LISTS = {"form": ("sections", "section"), "section": ("fieldsets", "fieldset"), "fieldset": ("rows", "row")}
LISTS["row"] = ("fields", "field")

#: Validators that are built in; others are functions of insertions/custom_validators.js.
VALIDATORS = ("required", "minLength", "maxLength", "regexp", "fileExtension")

#: Types of fields whose answer has a length. A minLength of another type can never be met.
HAVE_LENGTH = ("input", "email", "number", "password", "textarea", "checkbox", "select")

#: Types of fields whose text a regexp is applied to.
HAVE_TEXT = ("input", "email", "textarea")

EVENTS = ("onClick", "onChange", "onBlur", "onFocus")

#: Attributes that may have tokens; the first three are HTML.
HTML = ("help", "instruction", "title")
TOKENS = (*HTML, "label", "tooltip")

_TRUTH = ("show_instructions_as_modal", "collapsable", "initially_collapsed", "multiple", "show_preview", "checked")
_TEXTS = (
    *TOKENS,
    "text",
    "name",
    "id",
    "classes",
    "classes_button_element",
    "classes_input_element",
    "icon",
    "placeholder",
    "lookup_name",
)


def attributes(level: str, field_type: str = "") -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The required and the other attributes of a level; of a field, those of its type."""
    if level != "field":
        return LEVELS[level]
    if field_type == "button":
        return _BUTTON
    extras = EXTRAS[field_type]
    required = tuple(name for name in extras if name == "options")
    return (*_FIELD[0], *required), (*_FIELD[1], *extras)


def wrong_value(name: str, value: Any) -> str:
    """What is wrong with the kind of an attribute's value: "is not text", or "" if nothing is."""
    if name in _TRUTH and not isinstance(value, bool):
        return "is neither true nor false"
    if name in _TEXTS and not isinstance(value, str):
        return "is not text"
    if name in ("validators", "triggers", "submit_button") and not isinstance(value, dict):
        return "is not an object"
    return ""
