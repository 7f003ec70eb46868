"""The values of an input as templates see them, and how they are printed."""

import json
import re
from collections.abc import Mapping
from typing import Any

from jinja2 import ChainableUndefined, StrictUndefined, Undefined
from jinja2.environment import TemplateModule
from jinja2.runtime import TemplateReference
from jinja2.utils import missing
from markupsafe import Markup

from simpleturk.batch.templates.cost import LOCAL, spend_escape
from simpleturk.batch.templates.errors.kinds import kind_of
from simpleturk.batch.templates.sandbox.attributes import QUICK, call_method, is_allowed
from simpleturk.batch.templates.sandbox.environment import Sandbox
from simpleturk.errors import suggestion

_ESCAPES = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "'": "\\u0027", "\u2028": "\\u2028", "\u2029": "\\u2029"}
_UNSAFE = re.compile("[<>&'\u2028\u2029\x7f-\x9f\ud800-\udfff]")

#: Longer names are shortened in messages.
_LONGEST_NAME = 80


class Missing(ChainableUndefined):
    """A variable that the input does not have: false in a test, an error when it is printed or looped over."""

    __slots__ = ()

    @property
    def _undefined_message(self) -> str:
        """Jinja's error message; for a missing key, a message about the input."""
        name, holder = self._undefined_name, self._undefined_obj
        shown = repr(name) if len(str(name)) <= _LONGEST_NAME else repr(str(name)[:_LONGEST_NAME] + "…")
        if self._undefined_hint is not None:
            return str(self._undefined_hint)
        if isinstance(holder, TemplateModule):
            known = [member for member in vars(holder) if not member.startswith("_")]
            return "; ".join(filter(None, (f"the imported template has no {shown}", suggestion(str(name), known))))
        if isinstance(holder, _PrintedAsJson) and not isinstance(holder, Mapping):
            return f"the input is {kind_of(holder)}: it has no {shown}"
        if holder is missing:
            return f"the input has no {shown}"
        if isinstance(holder, TemplateReference):
            return f"the template has no block {shown}"
        if not isinstance(holder, Mapping):
            return _missing_part(holder, name, shown)
        what = "the input" if isinstance(holder, _Object) else "this part of the input"
        return "; ".join(filter(None, (f"{what} has no {shown}", suggestion(str(name), map(str, holder)))))

    __str__ = __html__ = __iter__ = __len__ = StrictUndefined._fail_with_undefined_error
    __bool__ = Undefined.__bool__
    __eq__ = Undefined.__eq__
    __ne__ = Undefined.__ne__
    __hash__ = Undefined.__hash__


def _missing_part(holder: object, name: object, shown: str) -> str:
    """The message about a value that is not an object and has no such attribute or item."""
    if isinstance(holder, list | tuple | str) and isinstance(name, int):
        return f"{kind_of(holder)} has no item {name}: it has {len(holder):,}, and the first is 0"
    return f"{kind_of(holder)} has no {shown}"


def json_text(value: Any) -> str:
    """JSON that is safe inside a script element and inside an attribute in single quotes, for any data."""
    text = json.dumps(value, ensure_ascii=False, separators=(", ", ": "), default=plain)
    if text.isascii() and "\x7f" not in text:
        # The same as below, but quicker: ASCII has no other unsafe characters.
        for sign in "<>&'":
            text = text.replace(sign, _ESCAPES[sign])
        return text
    return _UNSAFE.sub(lambda match: _ESCAPES.get(match[0], f"\\u{ord(match[0]):04x}"), text)


class DataEnvironment(Sandbox):
    """An input's keys win over the methods of its type: `input.items` is the input's "items", if it has one.

    Without such a key it is missing, but `input.items()` is a call of the method.
    """

    def getattr(self, obj: Any, attribute: str) -> Any:
        """The item of an object, or an attribute of another value."""
        if not isinstance(obj, dict):
            return getattr(obj, attribute) if (type(obj), attribute) in QUICK else super().getattr(obj, attribute)
        try:
            return obj[attribute]
        except KeyError:
            pass
        if is_allowed(obj, attribute):
            return _Method(obj=obj, name=attribute)
        return (
            self.unsafe_undefined(obj, attribute)
            if hasattr(obj, attribute)
            else self.undefined(obj=obj, name=attribute)
        )


class _Method(Missing):
    """A method of an object whose name is not a key of it: a missing variable that can be called."""

    __slots__ = ()

    def __call__(self, *args: Any, **options: Any) -> Any:
        return call_method(getattr(self._undefined_obj, str(self._undefined_name)), args, options)


class _PrintedAsJson:
    """A base of inputs in templates: a value in expressions, JSON when it is printed."""

    def __str__(self) -> str:
        return json_text(self)

    def __html__(self) -> str:
        return json_text(self)


class _Object(_PrintedAsJson, dict[str, Any]):
    pass


class _Array(_PrintedAsJson, list[Any]):
    pass


class _String(_PrintedAsJson, str):
    __slots__ = ()


class _Null(_PrintedAsJson):
    def __bool__(self) -> bool:
        return False

    def __eq__(self, other: object) -> bool:
        return other is None or isinstance(other, _Null)

    def __hash__(self) -> int:
        return hash(None)


def variables_of(value: Any) -> dict[str, Any]:
    """The variables of a template: `input`, and the keys of an object."""
    variables = {str(name): item for name, item in value.items()} if isinstance(value, dict) else {}
    return variables | {"input": _as_input(value)}


def _as_input(value: Any) -> Any:
    if isinstance(value, dict):
        return _Object(value)
    if isinstance(value, list):
        return _Array(value)
    if isinstance(value, str):
        return _String(value)
    return _Null() if value is None else value


def plain(value: Any) -> Any:
    """The value of an input that json cannot write: null."""
    if isinstance(value, _Null):
        return None
    if isinstance(value, Undefined):
        str(value)  # raises the error of a missing variable
    raise TypeError(f"{type(value).__name__} is not JSON")


#: Texts that are not longer take no more steps than printing itself, which is counted in the template.
_SHORT = 512


def printed(value: Any) -> Any:
    """A value inside an input as Jinja prints it: objects, lists, true and false as JSON, null as nothing.

    Raises TooCostly.
    """
    kind = type(value)
    if kind is str or kind is Markup:
        if len(value) > _SHORT:
            LOCAL.cost.spend_text(len(value))
            spend_escape(value)
        return value
    if kind is int or kind is float:
        return value
    if value is None:
        return ""
    if isinstance(value, Undefined):
        return value
    if isinstance(value, dict | list | bool):
        text: str = Markup(json_text(value))
    else:
        LOCAL.cost.spend(LOCAL.cost.weigh(value))
        text = Markup(value.__html__()) if hasattr(value, "__html__") else str(value)
    LOCAL.cost.spend_text(len(text))
    return text
