"""Operators, and the parts of a template that `metering` makes private filters: each spends its cost, then works."""

import operator
import re
from collections.abc import Callable, Iterable
from typing import Any

from jinja2 import pass_context, pass_eval_context
from jinja2.exceptions import SecurityError
from jinja2.nodes import EvalContext
from jinja2.runtime import Context, markup_join, str_join
from markupsafe import Markup

from simpleturk.batch.templates.cost import (
    CHARACTERS,
    LOCAL,
    MOST_STEPS,
    MOST_VALUE,
    SCALARS,
    spend_escape,
    too_large,
    too_many_steps,
    too_wide,
)
from simpleturk.batch.templates.sandbox.metering import (
    CONTAINS,
    JOINED,
    LOOP,
    MADE,
    OPERATORS,
    READ,
    SLICED,
    STEP,
)

#: The largest whole number that a template computes, in bits; and the largest width or precision of a format.
MOST_BITS = 20_000
MOST_WIDTH = 10_000

_LARGEST = 1 << MOST_BITS
_SIZED = frozenset({list, tuple, dict, str, Markup, range})
_TEXTS = frozenset({str, Markup})

#: A conversion of `%`: its width and its precision.
_CONVERSION = re.compile(r"%(?:\([^()]*\))?[-#0 +]*([0-9]+|\*)?(?:\.([0-9]+|\*)?)?")

#: A key of a conversion that contains parentheses: Python reads them, and `_CONVERSION` does not.
_NESTED_KEY = re.compile(r"%\([^()]*\(")

#: Python searches shorter texts in a way that compares the whole part at many places.
_SHORT = 2500


@pass_context
def step(_context: Context, _nothing: None, steps: int) -> str:
    """Spend the steps of a body that begins."""
    cost = LOCAL.cost
    cost.left -= _positive(steps)
    if cost.left < 0:
        raise too_many_steps()
    return ""


@pass_context
def loop(_context: Context, items: Any, steps: int) -> Any:
    """The items of a loop, each of whose iterations takes this many steps; they are spent before the first one."""
    cost = LOCAL.cost
    if type(items) not in _SIZED and not isinstance(items, list | dict):
        return cost.counted(items, _positive(steps))
    cost.left -= _positive(steps) * len(items)
    if cost.left < 0:
        raise too_many_steps()
    return items


def _positive(steps: int) -> int:
    if steps < 1:
        raise SecurityError("a template cannot change its cost")
    return steps


def made(value: Any) -> Any:
    """A list or an object that the template writes."""
    return LOCAL.cost.made(value)


def read(value: Any, is_searched: bool = False) -> Any:
    """A value that an operator reads whole. `is_searched`: a part of it is looked for, which may be of any length."""
    kind = type(value)
    if kind in SCALARS:
        return value
    if is_searched and isinstance(value, str) and len(value) < _SHORT:
        LOCAL.cost.spend(len(value) * len(value) >> CHARACTERS)
    LOCAL.cost.spend(len(value) >> CHARACTERS if kind in _TEXTS else LOCAL.cost.weigh(value))
    return value


def spend_search(text: Any, part: Any = None, *_: Any) -> None:
    """Spend the steps of searching a text for a part of it, besides those of reading both. Raises TooCostly.

    In a short text, the part is compared at each place that has its last character.
    """
    if isinstance(text, str) and isinstance(part, str) and 1 < len(part) <= len(text) < _SHORT:
        LOCAL.cost.spend(text.count(part[-1]) * len(part) >> 4)


def contains(part: Any, values: Any) -> bool:
    """The operator `in`."""
    read(part)
    spend_search(read(values), part)
    return part in values


def sliced(value: Any) -> Any:
    """A text or list of which a part is copied."""
    if hasattr(type(value), "__len__"):
        LOCAL.cost.spend(len(value) >> CHARACTERS if isinstance(value, str) else len(value))
    return value


@pass_eval_context
def joined(context: EvalContext, values: tuple[Any, ...]) -> str:
    """The values as one text: the operator `~`."""
    length = 0
    for value in values:
        kind = type(value)
        if kind in _TEXTS:
            length += len(value)
        elif kind not in SCALARS:
            length += LOCAL.cost.weigh(value) << CHARACTERS
    LOCAL.cost.spend_text(length)
    if any(isinstance(value, Markup) for value in values):
        for value in values:
            spend_escape(value)
    return markup_join(values) if context.autoescape else str_join(values)


def add(left: Any, right: Any) -> Any:
    """The operator `+`."""
    if isinstance(left, int | float):
        return _number(left + right)
    _spend_both(left, right)
    if isinstance(left, Markup) or isinstance(right, Markup):
        spend_escape(left)
        spend_escape(right)
    return _made(left + right)


def subtract(left: Any, right: Any) -> Any:
    """The operator `-`."""
    return _number(left - right)


def multiply(left: Any, right: Any) -> Any:
    """The operator `*`."""
    for one, other in ((left, right), (right, left)):
        if isinstance(one, str):
            LOCAL.cost.spend_text(len(one) * max(_whole(other), 0))
        elif isinstance(one, list | tuple):
            LOCAL.cost.spend(len(one) * max(_whole(other), 0))
    if isinstance(left, int) and isinstance(right, int):
        if left.bit_length() + right.bit_length() > MOST_BITS:
            raise too_wide()
        return left * right
    return _made(left * right)


def power(left: Any, right: Any) -> Any:
    """The operator `**`."""
    if isinstance(left, int) and isinstance(right, int) and left.bit_length() * abs(right) > MOST_BITS:
        raise too_wide()
    return left**right


def modulo(left: Any, right: Any) -> Any:
    """The operator `%`: the rest of a division, or a format."""
    return percent(left, right) if isinstance(left, str) else left % right


def percent(text: str, values: Any) -> str:
    """A text with values in the places of its conversions, such as "%s"."""
    cost = LOCAL.cost
    conversions = 0
    if _NESTED_KEY.search(text):
        raise SecurityError("the keys of a format cannot contain parentheses")
    for conversion in _CONVERSION.finditer(text):
        conversions += 1
        for number in conversion.groups():
            if number == "*" and any(isinstance(value, int) and abs(value) > MOST_WIDTH for value in _each(values)):
                raise too_wide()
            if number and number != "*" and (len(number) > 5 or int(number) > MOST_WIDTH):
                raise too_wide()
    # One value may be used in several places.
    cost.spend_text(len(text) + (conversions * cost.weigh(values) << CHARACTERS))
    result: str = text % values
    cost.spend_text(len(result))
    return result


def _each(values: Any) -> Iterable[Any]:
    return values if isinstance(values, tuple) else [values]


def _whole(value: Any) -> int:
    return value if isinstance(value, int) else 0


def _number(result: Any) -> Any:
    if type(result) is int and not -_LARGEST < result < _LARGEST:
        raise too_wide()
    return result


def _spend_both(left: Any, right: Any) -> None:
    steps = 0
    for value in (left, right):
        if hasattr(type(value), "__len__") and isinstance(value, str | list | tuple):
            steps += len(value) >> CHARACTERS if isinstance(value, str) else len(value)
    if steps > MOST_VALUE:
        raise too_large()
    LOCAL.cost.spend(steps)


def _made(result: Any) -> Any:
    return LOCAL.cost.made(result) if isinstance(result, list | tuple | dict) else result


def ranged(*arguments: int) -> range:
    """The numbers of `range(…)`, which a template may loop over more than once."""
    numbers = range(*(operator.index(argument) for argument in arguments))
    try:
        LOCAL.cost.spend(len(numbers) if len(numbers) <= MOST_STEPS else MOST_STEPS + 1)
    except OverflowError:
        raise too_many_steps() from None
    return numbers


#: The private filters by name.
PRIVATE: dict[str, Callable[..., Any]] = {
    LOOP: loop,
    STEP: step,
    MADE: made,
    READ: read,
    CONTAINS: contains,
    SLICED: sliced,
    JOINED: joined,
    OPERATORS["add"]: add,
    OPERATORS["sub"]: subtract,
    OPERATORS["mul"]: multiply,
    OPERATORS["pow"]: power,
    OPERATORS["mod"]: modulo,
}
