"""Boxes in pictures as COCO's JSON: images, categories and annotations."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from simpleturk.batch.results.formats.field import Field, answer_of, texts_of

_PICTURE = re.compile(r"\.(jpe?g|png|gif|webp|bmp|tiff?|avif|svg)([?#]|$)", re.IGNORECASE)
_SIDES = ("x", "y", "width", "height")


def is_boxes(value: Any) -> bool:
    """Whether a value is a list of boxes in a picture, as `field.boxes` gives it."""
    return isinstance(value, list) and all(
        isinstance(one, dict)
        and isinstance(one.get("label"), str)
        and all(isinstance(one.get(side), (int, float)) and not isinstance(one[side], bool) for side in _SIDES)
        for one in value
    )


class Coco:
    """One JSON document. An image is a picture of the inputs; each worker's boxes in it are annotations of their own.

    Annotations name the assignment and the worker. The size of a picture is not known: images have none.
    """

    def __init__(self, field: str = "") -> None:
        self.left_out: Counter[str] = Counter()
        self._field = Field(field, is_boxes, "boxes")
        self._images: dict[str, int] = {}
        self._annotations: list[dict[str, Any]] = []
        self._labels: set[str] = set()

    def add(self, record: Mapping[str, Any]) -> None:
        """Take the boxes of a record. Raises UsageError if the answer has several fields with boxes."""
        boxes = self._field.of(answer_of(record))
        if boxes is None:
            self.left_out["answer without boxes"] += 1
            return
        texts = list(texts_of(record.get("input")))
        name = next((text for text in texts if _PICTURE.search(text)), None)
        if name is None:
            self.left_out["answer whose input names no picture"] += 1
            return
        image = self._images.setdefault(name, len(self._images) + 1)
        for box in boxes:
            self._labels.add(box["label"])
            self._annotations.append(
                {
                    "id": len(self._annotations) + 1,
                    "image_id": image,
                    "category": box["label"],
                    "bbox": [box[side] for side in _SIDES],
                    "area": box["width"] * box["height"],
                    "iscrowd": 0,
                    "assignment_id": record["assignment_id"],
                    "worker_id": record["worker_id"],
                }
            )

    def lines(self) -> Iterator[str]:
        """The document, on one line."""
        numbers = {label: number for number, label in enumerate(sorted(self._labels), start=1)}
        annotations = [
            {
                ("category_id" if name == "category" else name): numbers[value] if name == "category" else value
                for name, value in one.items()
            }
            for one in self._annotations
        ]
        document = {
            "images": [{"id": number, "file_name": name} for name, number in self._images.items()],
            "categories": [{"id": number, "name": label} for label, number in numbers.items()],
            "annotations": annotations,
        }
        yield json.dumps(document, ensure_ascii=False) + "\n"
