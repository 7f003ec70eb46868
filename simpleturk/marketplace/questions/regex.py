"""Regular expressions in QuestionForms. Requesters write them, and they may be hostile: size and time are limited."""

import contextlib
import re
import time

from simpleturk.marketplace.questions.xml import Element

#: Seconds that all expressions of a form may take together on one submission.
REGEX_SECONDS = 0.5

#: Limits of a form's expressions: their number, the characters of one, and the items of one with its counted
#: repetitions written out, which the compiler keeps in memory.
MAX_EXPRESSIONS = 200
MAX_EXPRESSION = 1000
MAX_REPETITIONS = 10_000


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
    import regex

    if len(expression) > MAX_EXPRESSION or _size(expression) > MAX_REPETITIONS:
        raise element.error(
            f"the regular expression is too large: it has up to {MAX_EXPRESSION} characters, and its repetitions "
            f"come to up to {MAX_REPETITIONS}."
        )
    try:
        regex.compile(expression, cache_pattern=False)
    # Flags that contradict each other raise a ValueError.
    except (regex.error, ValueError, RecursionError, OverflowError) as error:
        raise element.error(f"the regular expression cannot be read: {error}") from error


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
