"""Boxes in pictures as COCO's JSON."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simpleturk.batch.results.formats.coco import Coco
from simpleturk.errors import UsageError

SIDE = st.integers(0, 6000) | st.floats(0, 6000)
BOXES = st.lists(
    st.fixed_dictionaries({"label": st.text(max_size=5), "x": SIDE, "y": SIDE, "width": SIDE, "height": SIDE}),
    max_size=6,
)


def record(number: int, boxes: Any, picture: str) -> dict[str, Any]:
    ids = {"assignment_id": f"A{number}", "hit_id": f"H{number}", "worker_id": f"W{number}"}
    return ids | {"output": {"boxes": boxes}, "input": {"title": "A street", "address": picture}, "line": number}


@given(st.lists(st.tuples(BOXES, st.sampled_from(["a.jpg", "https://x.org/b.PNG?size=2", "c d.webp"])), max_size=8))
def test_every_box_comes_back(pictures: list[tuple[list[dict[str, Any]], str]]) -> None:
    writer = Coco()
    for number, (boxes, picture) in enumerate(pictures):
        writer.add(record(number, boxes, picture))
    document = json.loads("".join(writer.lines()))
    names = {one["id"]: one["file_name"] for one in document["images"]}
    labels = {one["id"]: one["name"] for one in document["categories"]}
    found: dict[str, list[dict[str, Any]]] = {}
    for one in document["annotations"]:
        sides = dict(zip(("x", "y", "width", "height"), one["bbox"], strict=True))
        found.setdefault(one["assignment_id"], []).append({"label": labels[one["category_id"]]} | sides)
        assert names[one["image_id"]] == pictures[int(one["assignment_id"][1:])][1]
        assert one["area"] == one["bbox"][2] * one["bbox"][3] and one["iscrowd"] == 0
    assert found == {f"A{number}": boxes for number, (boxes, _) in enumerate(pictures) if boxes}
    assert [one["id"] for one in document["annotations"]] == list(range(1, len(document["annotations"]) + 1))


def test_what_has_no_place_is_counted_and_several_fields_are_named() -> None:
    box = {"label": "cup", "x": 1, "y": 2, "width": 3, "height": 4}
    writer = Coco()
    writer.add(record(1, [box], "no picture"))
    writer.add(record(2, [{"label": "cup", "x": True, "y": 2, "width": 3, "height": 4}], "a.jpg"))
    assert writer.left_out == {"answer whose input names no picture": 1, "answer without boxes": 1}
    with pytest.raises(UsageError, match="several fields of boxes: a, b"):
        Coco().add(record(1, [], "a.jpg") | {"output": {"a": [box], "b": [box]}})
