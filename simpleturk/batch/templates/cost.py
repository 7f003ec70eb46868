"""What rendering one page may cost, counted in steps: a bound that every syntax of templates shares.

A template may come from a stranger, and so may the inputs. A renderer runs inside `bounded()` and spends steps on what
it does: before a loop its number of iterations, before an operation the size of its result. The count is the same on
every computer and in every thread. It needs no clock and no signal, so that a page that can be rendered once can be
rendered everywhere.
"""

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain, islice
from typing import Any

from markupsafe import Markup

from simpleturk.errors import SimpleturkError

#: The steps of one page. A step is about 0.1 µs: a part of a template that is evaluated, or 64 characters of text.
MOST_STEPS = 10_000_000

#: The largest text or list that a template makes, in steps: 128 MiB of text.
MOST_VALUE = 2_097_152

#: A step handles 2 ** this many characters.
CHARACTERS = 6

#: The length of a text whose growth is spent before it is escaped or encoded.
LARGE = 1_000_000

#: Values that take no work, whatever their content.
SCALARS = frozenset({int, float, bool, type(None)})

#: Lighter lists and objects are weighed anew each time.
_REMEMBERED = 64


class TooCostly(SimpleturkError):
    """A template needs too many steps or too much memory."""


class Cost:
    """The steps that are left for one page, and the weights of its large values."""

    __slots__ = ("_weights", "left")

    def __init__(self, most: int = MOST_STEPS) -> None:
        self.left = most
        self._weights: dict[int, tuple[object, int]] = {}

    def spend(self, steps: int) -> None:
        """Count steps. Raises TooCostly if fewer are left."""
        self.left -= steps
        if self.left < 0:
            raise too_many_steps()

    def spend_text(self, length: int) -> None:
        """Count a text that is about to be made, by its characters. Raises TooCostly."""
        if length >> CHARACTERS > MOST_VALUE:
            raise too_large()
        self.spend(length >> CHARACTERS)

    def weigh(self, value: Any) -> int:
        """The steps that reading the whole value takes, with all that it contains. Raises TooCostly."""
        if type(value) is list or type(value) is tuple:
            # The same as below, but quicker, for a short list of texts and numbers.
            total = 1
            for item in value[:_REMEMBERED]:
                if type(item) is str:
                    total += 1 + (len(item) >> CHARACTERS)
                elif type(item) in SCALARS:
                    total += 1
                else:
                    break
            else:
                if len(value) <= _REMEMBERED:
                    return total
        known = self._weights.get(id(value))
        return known[1] if known else self._weigh_deep(value)

    def _weigh_deep(self, value: Any) -> int:
        total, visited, waiting = 0, 0, [value]
        while waiting:
            item = waiting.pop()
            known = self._weights.get(id(item))
            if known:
                total += known[1]
                continue
            total += 1
            for member in _members(item):
                visited += 1
                kind = type(member)
                if kind is str:
                    total += 1 + (len(member) >> CHARACTERS)
                elif kind in SCALARS:
                    total += 1
                else:
                    waiting.append(member)
            if isinstance(item, range):
                total += len(item)
            elif isinstance(item, str | bytes):
                total += len(item) >> CHARACTERS
            if total > MOST_STEPS or visited > self.left:
                raise too_many_steps()
        if total >= _REMEMBERED:
            self.spend(visited)
            # Keeping the value keeps its id.
            self._weights[id(value)] = (value, total)
        return total

    def made(self, value: Any) -> Any:
        """A list or an object that a template has made. Raises TooCostly for one that is too large to be read whole.

        Without it, twenty lists that each contain the one before twice would take a million steps to print.
        """
        if self.weigh(value) > MOST_VALUE:
            raise too_large()
        return value

    def counted(self, items: Iterable[Any], steps: int = 1) -> Iterator[Any]:
        """The same items; each costs this many steps."""
        for item in items:
            self.left -= steps
            if self.left < 0:
                raise too_many_steps()
            yield item


_CONTAINERS: Any = (list, tuple, set, frozenset, type({}.keys()), type({}.values()), type({}.items()))


def _members(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return chain(value, value.values())
    return value if isinstance(value, _CONTAINERS) else ()


def too_many_steps() -> TooCostly:
    """The error for a page that takes too long."""
    return TooCostly(
        f"the page takes more than {MOST_STEPS:,} steps to render",
        "make its loops shorter, or compute the values before and put them into the inputs",
    )


def too_large() -> TooCostly:
    """The error for a value that takes too much memory."""
    size = f"{(MOST_VALUE << CHARACTERS) // 1024**2} MiB"
    return TooCostly(f"a value of the template is larger than {size}", "make the value smaller")


def too_wide() -> TooCostly:
    """The error for a number that makes an operation too large, such as a width."""
    return TooCostly("a number, a width or a precision in the template is too large", "use a smaller number")


class _Local(threading.local):
    #: Outside of `bounded()` nothing can be spent: Jinja computes constants when it compiles a template, and leaves
    #: those that fail to the rendering.
    cost = Cost(0)


#: `LOCAL.cost` is the cost of the page that this thread renders.
LOCAL = _Local()


@contextmanager
def bounded() -> Iterator[Cost]:
    """Bound the cost of the page that the block renders, in this thread."""
    before, LOCAL.cost = LOCAL.cost, Cost()
    try:
        yield LOCAL.cost
    finally:
        LOCAL.cost = before


def is_bounded() -> bool:
    """Whether this thread renders a page."""
    return LOCAL.cost is not _Local.cost


def concatenated(parts: Iterable[str]) -> str:
    """The parts of a page as one text. Raises TooCostly before it is larger than a text may be."""
    rest, size, joined = iter(parts), 0, list[str]()
    while some := list(islice(rest, 4096)):
        size += sum(map(len, some))
        if size >> CHARACTERS > MOST_VALUE:
            raise too_large()
        joined.append("".join(some))
    return joined[0] if len(joined) == 1 else "".join(joined)


def spend_escape(value: object) -> None:
    """Spend the cost of escaping a text for HTML, which makes it up to five times as long. Raises TooCostly."""
    if isinstance(value, str) and len(value) > LARGE and not isinstance(value, Markup):
        LOCAL.cost.spend_text(len(value) + 4 * sum(map(value.count, "<>&'\"")))


def text_steps(text: str | Markup) -> int:
    """The steps of reading a text once."""
    return 1 + (len(text) >> CHARACTERS)
