"""Regular expressions in QuestionForms. Requesters write them, and they may be hostile: size and time are limited."""

import contextlib
import re
import time
from collections.abc import Iterable
from functools import lru_cache

from simpleturk.marketplace.questions.xml import Element, parse_error

#: Seconds that all expressions of a form may take together on one submission.
REGEX_SECONDS = 0.5

#: Limits of a form's expressions: their number, the characters of one, and the items of one with its counted
#: repetitions written out, which the compiler keeps in memory.
MAX_EXPRESSIONS = 200
MAX_EXPRESSION = 1000
MAX_REPETITIONS = 10_000

#: The characters, or items with their counted repetitions, of all expressions of a form together. Each submission
#: compiles them: about 3 ms for 1,000.
MAX_TOTAL = 20_000


#: Calls of an expression or of a group. One that calls itself takes hundreds of megabytes before its time is over.
#: Escaped characters and sets are read first, because they may contain the same characters.
_CALL = re.compile(r"\\.|\[(?:\\.|[^\]\\])*\]|(\(\?(?:R\)|[-+]?[0-9]|&|P>))", re.DOTALL)


def matches(expression: str, ignore_case: bool, text: str, deadline: float) -> bool:
    """Return whether an expression is found in a text; `deadline` (monotonic seconds) is when to stop looking.

    An expression that takes too long says nothing about the answer. It counts as found, so that no worker loses work.
    """
    import regex

    seconds_left = deadline - time.monotonic()
    with contextlib.suppress(TimeoutError):
        if seconds_left > 0:
            compiled = regex.compile(expression, regex.IGNORECASE if ignore_case else 0, cache_pattern=False)
            return compiled.search(text, timeout=seconds_left) is not None
    return True


def check_expression(element: Element, expression: str) -> None:
    """Raise RequestError XMLParseError for an expression that does not compile, or is too large."""
    if any(token[1] for token in _CALL.finditer(expression)):
        raise element.error("the regular expression calls itself or one of its groups: (?R), (?1), (?&name).")
    if len(expression) > MAX_EXPRESSION or _size(expression) > MAX_REPETITIONS:
        raise element.error(
            f"the regular expression is too large: it has up to {MAX_EXPRESSION} characters, and its repetitions "
            f"come to up to {MAX_REPETITIONS}."
        )
    problem = _problem(expression)
    if problem:
        raise element.error(f"the regular expression cannot be read: {problem}")


def check_total(expressions: Iterable[str]) -> None:
    """Raise RequestError XMLParseError if the expressions of a new form are too large together."""
    total = sum(max(len(expression), _size(expression)) for expression in expressions)
    if total > MAX_TOTAL:
        raise parse_error(
            f"[1,1] the regular expressions are too large together: with their repetitions, they come to {total}; "
            f"at most {MAX_TOTAL} are allowed in a QuestionForm."
        )


@lru_cache(maxsize=1024)
def _problem(expression: str) -> str:
    """Return why an expression does not compile, "" if it does. A form is read again for each of its submissions."""
    import regex

    try:
        regex.compile(expression, cache_pattern=False)
    # Flags that contradict each other raise a ValueError.
    except (regex.error, ValueError, RecursionError, OverflowError) as error:
        return str(error) or type(error).__name__
    return ""


def _size(expression: str) -> int:
    """Return how many items an expression has with its counted repetitions written out: 3 for "a{3}"."""
    sums, last = [0], 0
    for token in re.finditer(r"\\.|\[(?:\\.|[^\]\\])*\]|\{([0-9]{1,9})(?:,([0-9]{0,9}))?\}|.", expression, re.DOTALL):
        if token[1] is not None:
            times = max(int(token[1]), int(token[2] or 0), 1)
            sums[-1] += last * (times - 1)
            last *= times
        elif token[0] == "(":
            sums.append(0)
        elif token[0] == ")" and len(sums) > 1:
            last = sums.pop() + 1
            sums[-1] += last
        else:
            last = 1
            sums[-1] += 1
    return sum(sums)
