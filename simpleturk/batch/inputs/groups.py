"""Inputs of which several go into one HIT: the groups, and the value that a page gets for each."""

import json
import random
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from simpleturk.batch.inputs.jsonl import Input, InputLines, Inputs
from simpleturk.errors import Problem, Problems, SimpleturkError


@dataclass(frozen=True)
class Grouping:
    """How inputs are grouped: at most `per_hit` in a HIT, in an order that `seed` decides.

    Two inputs with the same value of the field `apart`, a path such as "meta.document", are never in one HIT; "" allows
    all.
    """

    per_hit: int
    apart: str = ""
    seed: int = 0

    def digest(self, inputs: str) -> str:
        """The SHA-256 of the groups of a file; `inputs` is that of the file's text."""
        return sha256(json.dumps([inputs, self.per_hit, self.apart, self.seed]).encode()).hexdigest()


class GroupedInputs(Inputs):
    """The groups of a file's inputs. The value of each is {"items": the inputs, "lines": their lines in the file}.

    The groups are numbered from 1: that is the `line` of each. The same file and grouping give the same groups.
    """

    def __init__(self, source: Inputs, grouping: Grouping) -> None:
        super().__init__(source.path, source.name, source.kept)
        self.suffix = source.suffix
        self._source = source
        self._grouping = grouping

    def __iter__(self) -> Iterator[Input | Problem]:
        try:
            lines = self.lines()
        except Problems as error:
            yield from error.problems
            return
        for number in lines.numbers():
            try:
                value = lines.value(number)
            except (OSError, KeyError) as error:
                raise SimpleturkError(f"{self.name} has just changed", "run the command again") from error
            yield Input(number, value)

    def lines(self) -> "GroupLines":
        """The values of the groups by number. Raises Problems with everything that is wrong in the file."""
        return GroupLines(self._source, self._grouping)

    def digest(self) -> str:
        """The SHA-256 of the file's text and of the grouping."""
        return self._grouping.digest(self._source.digest())

    def begins_with(self, digest: str) -> bool:
        """False: an input more changes all groups."""
        return False

    def where(self, line: int) -> str:
        """The name of a group in messages: "inputs.jsonl, HIT 7"."""
        return f"{self.name}, HIT {line}"


class GroupLines(InputLines):
    """The values of the groups of a file by number, in any order."""

    def __init__(self, source: Inputs, grouping: Grouping) -> None:
        lines, keys, problems, missing = [], [], [], []
        for item in source:
            if isinstance(item, Problem):
                problems.append(item)
                continue
            key = _key(item.value, grouping.apart)
            if grouping.apart and key is None:
                missing.append(item.line)
            lines.append(item.line)
            keys.append(key)
        if missing:
            more = f" (and {len(missing) - 1:,} more)" if len(missing) > 1 else ""
            what = f"has no field {grouping.apart}, which --apart names{more}"
            problems.append(Problem(source.where(missing[0]), what, "correct --apart, or add the field"))
        if problems:
            raise Problems(problems)
        super().__init__(source)
        self.digest = grouping.digest(self.digest)
        self._groups = groups(lines, keys, grouping)

    def numbers(self) -> Sequence[int]:
        """The numbers of the groups."""
        return range(1, len(self._groups) + 1)

    def value(self, number: int) -> Any:
        """The value of a group. Raises as InputLines.value does."""
        if not 0 < number <= len(self._groups):
            raise KeyError(number)
        lines = self._groups[number - 1]
        return {"items": [super(GroupLines, self).value(line) for line in lines], "lines": lines}


def groups(lines: Sequence[int], keys: Sequence[Hashable], grouping: Grouping) -> list[list[int]]:
    """Deal lines into groups of nearly equal size; lines with equal keys, unless None, are in different groups.

    There are as few groups as `per_hit` and the most frequent key allow.
    """
    chance = random.Random(grouping.seed)
    order = sorted(range(len(lines)), key=lambda _: chance.random())
    counts = Counter(key for key in keys if key is not None)
    most = max(counts.values(), default=0)
    number = max(-(-len(lines) // grouping.per_hit), most)
    # Equal keys follow each other, the most frequent first, so that dealing in turn brings each to another group.
    places: dict[Hashable, int] = {}
    for place, index in enumerate(order):
        places.setdefault(keys[index], place)
    if counts:
        order.sort(key=lambda index: (-counts[keys[index]], places[keys[index]]))
    dealt = [order[start::number] for start in range(number)]
    shuffled = [sorted(group, key=lambda _: chance.random()) for group in dealt]
    return [[lines[index] for index in group] for group in sorted(shuffled, key=lambda _: chance.random())]


def _key(value: Any, path: str) -> str | None:
    """The value at a path as a key; None without a path, or if there is none."""
    if not path:
        return None
    for name in path.split("."):
        if not isinstance(value, dict) or name not in value:
            return None
        value = value[name]
    return json.dumps(value, sort_keys=True)
