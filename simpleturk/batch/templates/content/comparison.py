"""Answers that a worker compares → what field.compare shows: the answers, and the options of each criterion."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from simpleturk.batch.templates.cost import LOCAL
from simpleturk.errors import SimpleturkError

#: The most answers side by side.
MOST_ANSWERS = 6

_KEY = re.compile(r"[A-Za-z0-9_-]{1,64}")
_VERDICTS = frozenset({"tie", "both_good", "both_bad", "all_good", "all_bad"})


class ComparisonError(SimpleturkError):
    """Answers that cannot be compared. The code that renders adds the template's line."""


def comparison(
    answers: object, grades: object = None, tie: bool = True, both_good: bool = False, both_bad: bool = True
) -> dict[str, Any]:
    """The "answers" ("key", "letter", "content") and the "options" of a criterion, for the filter of this name.

    `answers` is an object with a key for each answer, or a list, whose keys are 1, 2 and so on. `grades` are words such
    as "slightly better" and "much better", the smallest difference first: then the value of an option is an object,
    such as {"better": "a", "by": 2}, with 0 for a tie. Raises ComparisonError.
    """
    held = _keyed(answers)
    if not 2 <= len(held) <= MOST_ANSWERS:
        raise ComparisonError(f"there are {len(held)} answers to compare", f"name two to {MOST_ANSWERS} answers")
    LOCAL.cost.spend(len(held) * 100)
    for key in held:
        if not _KEY.fullmatch(key) or key in _VERDICTS:
            raise ComparisonError(
                f"{key[:40]!r} cannot be the key of an answer", "a key has letters, digits, - and _, such as a and b"
            )
    words = [str(grade) for grade in grades] if isinstance(grades, list | tuple) else []
    if words and len(held) > 2:
        raise ComparisonError(f"{len(held)} answers cannot be graded", "grades are for two answers")
    shown = [
        {"key": key, "letter": letter, "content": content}
        for letter, (key, content) in zip("ABCDEF", held.items(), strict=False)
    ]
    options = list(_options(shown, words, tie, both_good, both_bad))
    return {"answers": shown, "options": options, "order": json.dumps(list(held))}


def _keyed(answers: object) -> dict[str, Any]:
    if isinstance(answers, Mapping):
        return {str(key): content for key, content in answers.items()}
    if isinstance(answers, list | tuple):
        return {str(number): content for number, content in enumerate(answers, start=1)}
    raise ComparisonError(
        "the answers to compare are neither an object nor a list", 'write {"a": input.a, "b": input.b}'
    )


def _options(
    shown: Sequence[Mapping[str, Any]], grades: Sequence[str], tie: bool, both_good: bool, both_bad: bool
) -> Iterator[dict[str, Any]]:
    """The options in the order of the page: the page of an assignment puts them into the order of its answers."""
    is_pair = len(shown) == 2
    by_answer = [[_option(one, by, words) for by, words in _steps(grades)] for one in shown]
    verdicts = [("tie", "About the same")] if tie else []
    if is_pair:
        yield from reversed(by_answer[0])
        yield from (_verdict(*verdict, bool(grades)) for verdict in verdicts)
        yield from by_answer[1]
        verdicts = []
    else:
        yield from (option for options in by_answer for option in options)
    which, all_ = ("both", "Both") if is_pair else ("all", "All")
    verdicts += [(f"{which}_good", f"{all_} are good")] if both_good else []
    verdicts += [(f"{which}_bad", f"{all_} are bad")] if both_bad else []
    yield from (_verdict(*verdict, bool(grades)) for verdict in verdicts)


def _steps(grades: Sequence[str]) -> Iterator[tuple[int, str]]:
    return enumerate(grades, start=1) if grades else iter([(0, "")])


def _option(answer: Mapping[str, Any], by: int, words: str) -> dict[str, Any]:
    key = answer["key"]
    value = {"better": key, "by": by}
    return {
        "value": f"{key}:{by}" if by else key,
        "json": json.dumps(value) if by else "",
        "of": key,
        "by": by,
        "letter": answer["letter"],
        "words": f"is {words}" if words else "",
    }


def _verdict(value: str, words: str, is_graded: bool) -> dict[str, Any]:
    graded = json.dumps({"better": value, "by": 0}) if is_graded else ""
    return {
        "value": f"{value}:0" if is_graded else value,
        "json": graded,
        "of": "",
        "by": 0,
        "letter": "",
        "words": words,
    }
