"""The table of crowd-kit."""

import csv
import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simpleturk.batch.results.formats.crowd_kit import CrowdKit
from simpleturk.errors import UsageError


def record(number: int, output: Any, **more: Any) -> dict[str, Any]:
    return {
        "assignment_id": f"A{number}",
        "hit_id": f"H{number}",
        "worker_id": f"W{number % 7}",
        "output": output,
    } | more


def read(writer: CrowdKit) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO("".join(writer.lines()), newline="")))


@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"])), max_size=50))
def test_each_label_comes_back(labels: list[str]) -> None:
    writer = CrowdKit()
    for number, label in enumerate(labels):
        writer.add(record(number, {"topic": label}, line=number // 3 + 1))
    found = [(row["task"], row["worker"], row["label"]) for row in read(writer)]
    assert found == [(str(n // 3 + 1), f"W{n % 7}", label) for n, label in enumerate(labels)]


def test_the_field_is_found_or_named_and_answers_without_it_are_counted() -> None:
    several = {"topic": "a", "note": "b"}
    with pytest.raises(UsageError, match="several fields of one value: topic, note"):
        CrowdKit().add(record(1, several))
    alternating = CrowdKit()
    alternating.add(record(1, {"topic": "a"}))
    with pytest.raises(UsageError, match="topic, note"):
        alternating.add(record(2, {"note": "a"}))
    writer = CrowdKit("items.1.topic")
    writer.add(record(1, {"items": [{"topic": "a"}, {"topic": "b"}]}))
    writer.add(record(2, {"items": [{"topic": "a"}]}))
    writer.add(record(3, None))
    assert [row["label"] for row in read(writer)] == ["b"]
    assert writer.left_out == {"answer without the field": 2}


def test_a_corrected_answer_counts_and_other_values_are_json() -> None:
    writer = CrowdKit("x")
    writer.add(record(1, {"x": "a"}, review={"output": {"x": ["é", 2]}}))
    writer.add(record(2, {"x": False}))
    rows = read(writer)
    assert [json.loads(row["label"]) for row in rows] == [["é", 2], False]
    assert [row["task"] for row in rows] == ["H1", "H2"]


def test_an_answer_that_is_no_object_is_its_own_label() -> None:
    writer = CrowdKit()
    writer.add(record(1, "cat"))
    assert [row["label"] for row in read(writer)] == ["cat"]
