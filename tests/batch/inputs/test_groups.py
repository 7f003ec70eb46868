"""Inputs of which several go into one HIT."""

import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simpleturk.batch.inputs import open_inputs
from simpleturk.batch.inputs.groups import GroupedInputs, Grouping, groups
from simpleturk.batch.inputs.jsonl import Input
from simpleturk.errors import Problem

KEYS = st.lists(st.one_of(st.none(), st.sampled_from("abc")), max_size=60)


@given(KEYS, st.integers(1, 12), st.integers(0, 5))
def test_each_input_is_in_one_group_and_equal_keys_are_apart(keys: list[str | None], per_hit: int, seed: int) -> None:
    lines = [2 * place + 1 for place in range(len(keys))]
    found = groups(lines, keys, Grouping(per_hit, seed=seed))
    assert sorted(line for group in found for line in group) == lines
    sizes = [len(group) for group in found]
    assert not sizes or (max(sizes) <= per_hit and max(sizes) - min(sizes) <= 1 and min(sizes) > 0)
    most = max(Counter(key for key in keys if key).values(), default=0)
    assert len(found) == max(-(-len(keys) // per_hit), most)
    for group in found:
        named = [key for line in group if (key := keys[line // 2])]
        assert len(named) == len(set(named))


def test_the_same_seed_gives_the_same_groups_and_another_one_does_not() -> None:
    first, again, other = (groups(range(100), [None] * 100, Grouping(7, seed=seed)) for seed in (3, 3, 4))
    assert first == again != other
    assert [line for group in first for line in group] != list(range(100))


@pytest.mark.parametrize("name", ["inputs.jsonl", "inputs.csv"])
def test_a_group_has_the_values_and_lines_of_its_inputs(folder: Path, name: str) -> None:
    path = folder / name
    words = ["cat", 'a "dog"\nand more', "é🙂", "bird", "fish"]
    if name.endswith("csv"):
        quoted = ['"{}"'.format(word.replace('"', '""')) for word in words]
        path.write_text("word\n" + "\n".join(quoted) + "\n")
    else:
        path.write_text("".join(json.dumps({"word": word}) + "\n\n" for word in words))
    plain = {item.line: item.value for item in open_inputs(path).values()}
    grouped = GroupedInputs(open_inputs(path), Grouping(2))
    found = list(grouped.values())
    assert [item.line for item in found] == [1, 2, 3]
    seen: dict[int, object] = {}
    for item in found:
        assert list(item.value) == ["items", "lines"]
        seen |= dict(zip(item.value["lines"], item.value["items"], strict=True))
    assert seen == plain
    lines = grouped.lines()
    assert [lines.value(item.line) for item in reversed(found)] == [item.value for item in reversed(found)]
    assert lines.digest == grouped.digest() != open_inputs(path).digest()
    with pytest.raises(KeyError):
        lines.value(4)


def test_every_problem_of_the_inputs_is_reported_with_its_line(folder: Path) -> None:
    path = folder / "inputs.jsonl"
    path.write_text('{"meta": {"doc": 1}}\n{"meta": 5}\nnot json\n"text"\n')
    found = list(GroupedInputs(open_inputs(path), Grouping(2, "meta.doc")))
    assert all(isinstance(item, Problem) for item in found)
    shown = [(item.where.rpartition(" ")[2], item.what) for item in found if isinstance(item, Problem)]
    assert shown == [
        ("3", "not JSON: a value is expected (column 1)"),
        ("2", "has no field meta.doc, which --apart names (and 1 more)"),
    ]


def test_a_file_without_inputs_has_no_groups(folder: Path) -> None:
    path = folder / "inputs.jsonl"
    path.write_text("\n")
    assert list(GroupedInputs(open_inputs(path), Grouping(2))) == []


def test_inputs_of_one_document_are_apart(folder: Path) -> None:
    path = folder / "inputs.jsonl"
    path.write_text("".join(json.dumps({"doc": {"id": n % 3}, "n": n}) + "\n" for n in range(9)))
    found = list(GroupedInputs(open_inputs(path), Grouping(3, "doc")))
    assert all(isinstance(item, Input) for item in found)
    for item in found:
        assert isinstance(item, Input)
        assert sorted(one["doc"]["id"] for one in item.value["items"]) == [0, 1, 2]
