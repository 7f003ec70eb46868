"""Regular expressions of QuestionForms. They are the requester's, and may be hostile: bounded in size, and in time."""

import contextlib
import re
import time

from simpleturk.marketplace.questions.xml import Element

#: How long a form's regular expressions may look at the answers, in seconds: they are the requester's, and may be
#: hostile. For the same reason they are few and short, and repeat nothing so often that its repetitions fill memory.
REGEX_SECONDS = 0.5
MAX_EXPRESSIONS = 200
MAX_EXPRESSION = 1000
MAX_REPETITIONS = 10_000


def fits(expression: str, fold: bool, text: str, until: float) -> bool:
    """Whether a text has what an expression looks for; `until` (monotonic seconds) is when to stop looking."""
    import regex

    left = until - time.monotonic()
    # An expression that does not come to an end says nothing about the answer: nobody's work is lost for it.
    with contextlib.suppress(TimeoutError):
        if left > 0:
            compiled = regex.compile(expression, regex.IGNORECASE if fold else 0, cache_pattern=False)
            return compiled.search(text, timeout=left) is not None
    return True


def check_expression(element: Element, expression: str) -> None:
    """Raise RequestError XMLParseError for an expression that cannot be compiled, or should not be."""
    import regex

    if len(expression) > MAX_EXPRESSION or _size(expression) > MAX_REPETITIONS:
        raise element.error(
            f"the regular expression is too large: it has up to {MAX_EXPRESSION} characters, and its repetitions "
            f"come to up to {MAX_REPETITIONS}."
        )
    try:
        regex.compile(expression, cache_pattern=False)
    # Beside its own errors: flags that contradict each other are a ValueError.
    except (regex.error, ValueError, RecursionError, OverflowError) as error:
        raise element.error(f"the regular expression cannot be read: {error}") from error


def _size(expression: str) -> int:
    """How many items an expression has with its counted repetitions written out."""
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
