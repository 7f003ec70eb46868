"""How far workers agree about the same input: the share of equal fields, as a first look. No correction for chance.

Two figures have names of their own. The *agreement with others* is that of one answer: the mean share of its fields
that are equal in each other worker's answer to the input; that of a worker is the mean over the worker's answers. The
*agreement of a HIT* is that of all answers to its input: the mean over all pairs of answers.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from simpleturk.batch.results.fields import flat_fields
from simpleturk.batch.review.queue.items import Item, Items


def hit_agreement(items: Sequence[Item]) -> float | None:
    """The agreement of all answers to one input, 0 to 1, in the mean over their pairs; None for a single answer."""
    return 1 - disagreement(items) if len(items) > 1 else None


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


def agreement_of_answers(items: Items) -> dict[str, float]:
    """The agreement with others of each answer to an input that another worker has answered, by assignment id."""
    agreement: dict[str, float] = {}
    for of_subject in items.by_subject.values():
        answers = [(item, comparable(item)) for item in of_subject] if len(of_subject) > 1 else []
        for item, own in answers:
            shares = [_share(own, answer) for other, answer in answers if other.worker_id != item.worker_id]
            if shares:
                agreement[item.assignment_id] = sum(shares) / len(shares)
    return agreement


def agreement_by_worker(items: Items, of_answers: Mapping[str, float]) -> dict[str, float]:
    """The mean agreement with others of each worker's answers that have one; see `agreement_of_answers`."""
    agreement = {}
    for worker_id, of_worker in items.by_worker.items():
        shares = [of_answers[item.assignment_id] for item in of_worker if item.assignment_id in of_answers]
        if shares:
            agreement[worker_id] = sum(shares) / len(shares)
    return agreement


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
