"""Jinja's filters and tests, each with its cost: what its arguments take to read, and what its result takes to make."""

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import wraps
from typing import Any

from jinja2 import Environment, pass_environment, pass_eval_context
from jinja2.filters import FILTERS as DEFAULT_FILTERS
from jinja2.nodes import EvalContext
from jinja2.tests import TESTS as DEFAULT_TESTS
from jinja2.utils import _PassArg
from markupsafe import Markup

from simpleturk.batch.templates.cost import CHARACTERS, LARGE, LOCAL, SCALARS, spend_escape, too_many_steps, too_wide
from simpleturk.batch.templates.sandbox.operations import MOST_BITS, PRIVATE, percent, spend_search

_TEXTS = frozenset({str, Markup})

#: Filters and tests that take the same time for every value.
_QUICK_FILTERS = frozenset("abs attr count d default first last length random".split())
_QUICK_TESTS = frozenset(
    "boolean callable defined divisibleby escaped even false filter float integer iterable mapping none number odd"
    " sameas sequence string test true undefined".split()
)

#: The steps of an item of an iterator, which runs a filter or a test for it.
_ITEM = 4

#: The length of a text that takes no more steps than making any text.
_SHORT = 512

#: How much slower than reading a text once a filter is, or how much more memory it needs.
_SLOW = {
    # The length of its result is also the number of steps that it takes.
    "tojson": 0,
    "dictsort": 4,
    "groupby": 4,
    "indent": 64,
    "pprint": 64,
    "sort": 8,
    "striptags": 64,
    "title": 64,
    "urlize": 64,
    "wordcount": 64,
    "wordwrap": 64,
    "xmlattr": 4,
}


def charged(
    function: Callable[..., Any], slow: int = 1, before: Callable[..., Any] | None = None
) -> Callable[..., Any]:
    """The same function, but it spends the cost of its arguments and of its result.

    `before` is called with the arguments and may spend more, for a function that makes more than it reads.
    """
    first = 0 if _PassArg.from_obj(function) is None else 1

    @wraps(function)
    def with_cost(*arguments: Any, **options: Any) -> Any:
        # What spend_arguments and with_result_cost do, without further calls for short texts.
        cost, steps = LOCAL.cost, 1
        for value in () if not slow else arguments[first:] if first else arguments:
            kind = type(value)
            if kind is str or kind is Markup:
                steps += 1 + (len(value) >> CHARACTERS)
            elif kind not in SCALARS:
                steps += cost.weigh(value)
        if options and slow:
            spend_arguments((), options, slow)
        cost.left -= steps * slow
        if cost.left < 0:
            raise too_many_steps()
        if before is not None:
            before(*arguments[first:], **options)
        result = function(*arguments, **options)
        kind = type(result)
        is_short = (kind is str or kind is Markup) and len(result) <= _SHORT
        return result if is_short else with_result_cost(result)

    return with_cost


def spend_arguments(arguments: tuple[Any, ...], options: Mapping[str, Any], slow: int = 1) -> None:
    """Spend the steps of reading all arguments whole."""
    cost, steps = LOCAL.cost, 1
    for value in (*arguments, *options.values()) if options else arguments:
        kind = type(value)
        if kind in SCALARS:
            continue
        steps += (1 + (len(value) >> CHARACTERS)) if kind in _TEXTS else cost.weigh(value)
    cost.spend(steps * slow)


def with_result_cost(result: Any) -> Any:
    """A result, whose cost is spent. The items of an iterator are counted when they are taken."""
    kind = type(result)
    if kind in _TEXTS:
        LOCAL.cost.spend_text(len(result))
    elif kind is int:
        if result.bit_length() > MOST_BITS:
            raise too_wide()
    elif kind not in SCALARS:
        if isinstance(result, Iterator):
            return LOCAL.cost.counted(result, _ITEM)
        if isinstance(result, list | tuple | dict | str | bytes):
            LOCAL.cost.made(result)
            LOCAL.cost.spend(len(result))
    return result


def _before_center(_value: Any, width: int = 80) -> None:
    LOCAL.cost.spend_text(int(width))


def _before_indent(value: Any, width: Any = 4, *_: Any, **__: Any) -> None:
    LOCAL.cost.spend_text((len(str(value).splitlines()) + 1) * (len(width) if isinstance(width, str) else int(width)))


def before_replace(value: Any, old: Any, new: Any, *_: Any, **__: Any) -> None:
    """Spend the cost of a replacement, whose result may be much longer than the text."""
    spend_search(value, old)
    if type(old) is str and type(new) is str and len(new) <= len(old):
        return  # The result is not longer; escaping makes it a few times longer at most.
    text, old = str(value), str(old)
    # A replacement may be escaped, which makes it up to six times as long.
    LOCAL.cost.spend_text((text.count(old) if old else len(text) + 1) * len(str(new)) * 6)


def _before_wordwrap(
    value: Any, width: int = 79, _break: bool = True, wrapstring: Any = None, *_: Any, **__: Any
) -> None:
    text, width = str(value), max(int(width), 1)
    # A long word is copied for each of its pieces.
    LOCAL.cost.spend(sum(len(word) * (len(word) // width) for word in text.split()) >> CHARACTERS)
    pieces = 2 * len(text) // width + len(text.splitlines()) + 1
    LOCAL.cost.spend_text(pieces * len(str(wrapstring or "\n")))


def _before_urlize(value: Any, *_: Any, **__: Any) -> None:
    LOCAL.cost.spend(sum(len(word) * len(word) for word in str(value).split()) >> 4)


def before_strip(value: Any, characters: Any = None, *_: Any) -> None:
    """Spend the cost of removing characters from a text's ends, each compared with all."""
    LOCAL.cost.spend(len(str(value)) * len(characters or "") >> CHARACTERS)


def _before_round(_value: Any, precision: int = 0, *_: Any, **__: Any) -> None:
    if abs(int(precision)) > 400:
        raise too_wide()


def _before_int(value: Any, *_: Any, **__: Any) -> None:
    if isinstance(value, str) and len(value) > MOST_BITS:
        raise too_wide()


def _before_tojson(value: Any, indent: Any = None) -> None:
    if isinstance(indent, str) or (indent or 0) > 100:
        raise too_wide()
    if indent:
        # Each item is a line, which begins with the blanks of all levels.
        LOCAL.cost.spend_text(LOCAL.cost.weigh(value) * _depth(value) * int(indent))


def _depth(value: Any) -> int:
    """How deep lists and objects in a value are nested."""
    depth, level = 0, [value]
    while level:
        depth += 1
        LOCAL.cost.spend(len(level))
        inner = (
            one.values() if isinstance(one, dict) else one for one in level if isinstance(one, list | tuple | dict)
        )
        level = [item for items in inner for item in items if isinstance(item, list | tuple | dict)]
    return depth


def _before_pprint(value: Any, *_: Any) -> None:
    # Each level is written whole, to see whether it fits a line.
    LOCAL.cost.spend(LOCAL.cost.weigh(value) * _depth(value))


def _before_urlencode(value: Any) -> None:
    if isinstance(value, str) and len(value) > LARGE:
        LOCAL.cost.spend_text(len(value) * 12)


def _before_batch(value: Any, linecount: int, *_: Any, **__: Any) -> None:
    _before_iteration(value)
    LOCAL.cost.spend(int(linecount))


def _before_iteration(value: Any, *_: Any, **__: Any) -> None:
    # Each character becomes an item.
    LOCAL.cost.spend(len(value) if isinstance(value, str) else 1)


#: Functions that are called with a filter's arguments, to spend what its result takes to make.
_BEFORE: dict[str, Callable[..., Any]] = {
    **dict.fromkeys("list max min map reject rejectattr select selectattr slice sort".split(), _before_iteration),
    "batch": _before_batch,
    "center": _before_center,
    **dict.fromkeys("e escape forceescape".split(), spend_escape),
    "indent": _before_indent,
    "int": _before_int,
    "pprint": _before_pprint,
    "replace": before_replace,
    "round": _before_round,
    "tojson": _before_tojson,
    "trim": before_strip,
    "urlencode": _before_urlencode,
    "urlize": _before_urlize,
    "wordwrap": _before_wordwrap,
}


def plain(name: str) -> Callable[..., Any]:
    """Jinja's own filter, without the part that looks whether the environment is asynchronous."""
    filter_: Callable[..., Any] = inspect.unwrap(DEFAULT_FILTERS[name])
    return filter_


_JOIN, _SUM, _UNIQUE = plain("join"), plain("sum"), plain("unique")


@pass_eval_context
def _join(context: EvalContext, value: Any, d: str = "", attribute: Any = None) -> Any:
    return joined_items(value, d, lambda items: _JOIN(context, items, d, attribute))


def joined_items(value: Any, separator: Any, join: Callable[[list[Any]], Any]) -> Any:
    """Join items after their cost is spent."""
    items = _items(value)
    spend_arguments((items, separator), {})
    # A separator may be escaped, which makes it up to six times as long.
    LOCAL.cost.spend_text(len(items) * len(str(separator)) * 6)
    return with_result_cost(join(items))


def _items(value: Any) -> list[Any]:
    _before_iteration(value)
    return list(value)


@pass_environment
def _sum(environment: Environment, iterable: Any, attribute: Any = None, start: Any = 0) -> Any:
    items = _items(iterable)
    is_number = type(start) in SCALARS
    # Lists are copied for each of the items.
    LOCAL.cost.spend(LOCAL.cost.weigh(items) * (1 if is_number else len(items)))
    return with_result_cost(_SUM(environment, items, attribute, start))


def spend_hashes(keys: Iterable[Any]) -> None:
    """Spend the steps of making a dictionary or a set with these keys.

    Python's dictionaries are slow for numbers that have the same hash; a stranger can find many of them.
    """
    large = sum(1 for key in keys if type(key) is not str and not (type(key) is int and abs(key) < 1 << 60))
    LOCAL.cost.spend(large * large >> 4)


@pass_environment
def _unique(environment: Environment, value: Any, case_sensitive: bool = False, attribute: Any = None) -> Any:
    items = _items(value)
    spend_arguments((items,), {}, 4)
    spend_hashes(items)
    return _UNIQUE(environment, items, case_sensitive, attribute)


def _format(value: Any, *arguments: Any, **options: Any) -> str:
    if arguments and options:
        raise TypeError("format: positional and keyword arguments cannot be used together")
    return percent(value if isinstance(value, str) else str(value), options or arguments)


_OWN: dict[str, Callable[..., Any]] = {"format": _format, "join": _join, "sum": _sum, "unique": _unique}


def _filter(name: str) -> Callable[..., Any]:
    if name in _OWN:
        return _OWN[name]
    return plain(name) if name in _QUICK_FILTERS else charged(plain(name), _SLOW.get(name, 1), _BEFORE.get(name))


def _test(name: str) -> Callable[..., Any]:
    test: Any = DEFAULT_TESTS[name]
    before = (lambda part, values: spend_search(values, part)) if name == "in" else None
    return test if name in _QUICK_TESTS else charged(test, before=before)


#: All filters by name, and all tests.
FILTERS: dict[str, Callable[..., Any]] = {name: _filter(name) for name in DEFAULT_FILTERS} | PRIVATE
TESTS: dict[str, Callable[..., Any]] = {name: _test(name) for name in DEFAULT_TESTS}
