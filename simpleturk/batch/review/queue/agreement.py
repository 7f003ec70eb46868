"""How far workers agree about the same input: the share of equal fields, as a first look. No correction for chance."""

import unicodedata
from collections.abc import Sequence
from typing import Any

from simpleturk.batch.results.fields import flat_fields
from simpleturk.batch.review.queue.items import Item, Items


def agreement_with_others(item: Item, others: Sequence[Item]) -> float | None:
    """The share of equal fields, 0 to 1, in the mean over the other workers' answers; None without others."""
    if not others:
        return None
    own = comparable(item)
    shares = [_share(own, comparable(other)) for other in others]
    return sum(shares) / len(shares)


def disagreement(items: Sequence[Item]) -> float:
    """How far the answers to one input differ: 0 if all are equal, 1 if no field of any pair is."""
    answers = [comparable(item) for item in items]
    pairs = [(one, other) for number, one in enumerate(answers) for other in answers[:number]]
    return 1 - sum(_share(one, other) for one, other in pairs) / len(pairs) if pairs else 0.0


def differing_fields(item: Item, others: Sequence[Item]) -> set[str]:
    """The fields of an answer for which at least one of the other answers has another value."""
    own = comparable(item)
    return {
        name
        for other in map(comparable, others)
        for name in own.keys() | other.keys()
        if own.get(name, _MISSING) != other.get(name, _MISSING)
    }


def agreement_by_worker(items: Items) -> dict[str, float]:
    """The mean agreement with others of each worker who shares an input with another worker."""
    shares: dict[str, list[float]] = {}
    for of_subject in items.by_subject.values():
        answers = [(item.worker_id, comparable(item)) for item in of_subject] if len(of_subject) > 1 else []
        for worker_id, own in answers:
            others = [_share(own, answer) for other_id, answer in answers if other_id != worker_id]
            if others:
                shares.setdefault(worker_id, []).append(sum(others) / len(others))
    return {worker_id: sum(values) / len(values) for worker_id, values in shares.items()}


_MISSING = object()


def comparable(item: Item) -> dict[str, Any]:
    """The fields of an answer in which equal things are equal: text without blanks around it, letters of any case."""
    return {name: _folded(value) for name, value in flat_fields(item.output).items()}


def _folded(value: Any) -> Any:
    if isinstance(value, str):
        return " ".join(unicodedata.normalize("NFKC", value).casefold().split())
    if isinstance(value, list):
        return tuple(map(_folded, value))
    if isinstance(value, dict):
        return repr(sorted(value))
    # True and 1 are equal in Python, and are different answers.
    return (type(value).__name__, value) if isinstance(value, bool) else value


def _share(one: dict[str, Any], other: dict[str, Any]) -> float:
    names = one.keys() | other.keys()
    equal = sum(one.get(name, _MISSING) == other.get(name, _MISSING) for name in names)
    return equal / len(names) if names else 1.0
